#include "run/pair.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "check/facts.h"

static char *file_of(const char *folder, const struct cell *cell, const char *name)
{
	struct buffer path = {0};

	buffer_printf(&path, "%s/cells/", folder);
	cell_folder(cell, &path);
	buffer_printf(&path, "/%s", name);
	return buffer_take(&path);
}

static bool is_done(const char *folder, const struct cell *cell)
{
	autofree char *verdict = file_of(folder, cell, "verdict.json");

	return file_exists(verdict);
}

char *pair_apart(const struct cell_list *cells, const char *folder, const struct cell *cell)
{
	const struct pairing *comparison = &cell->from->comparison;
	autobuffer struct buffer id = {0};
	struct cell mate;

	if (!comparison->line)
		return NULL;
	if (comparison->facts == PAIR_LAYOUT && cell->from->layout == LAYOUT_OFF)
		return copy_text("nothing to compare: layouts are not looked at in this run");
	if (!cell_mate(cell, &mate))
		return format_text("nothing to compare with: %s has one value in this run",
			axis_name(comparison->axis));
	cell_id(&mate, &id);
	if (cell_skip(&mate))
		return format_text("nothing to compare with: %s is skipped", id.data);
	if (cells_find(cells, &mate) == cells->count && !is_done(folder, &mate))
		return format_text("nothing to compare with: %s is not in this run", id.data);
	return NULL;
}

/* The file with a cell's facts, as the judge wrote it. */
static const char *facts_file(const struct cell *cell)
{
	return cell->from->comparison.facts == PAIR_REPORT ? "report.json" : "layout.json";
}

static char *facts_of(const char *folder, const struct cell *cell)
{
	autofree char *path = file_of(folder, cell, facts_file(cell));
	json_t *layout = json_load_file(path, 0, NULL);
	json_t *line, *list = json_object_get(layout, "facts");
	struct buffer facts = {0};
	size_t i;

	json_array_foreach(list, i, line)
	{
		if (json_is_string(line))
			buffer_printf(&facts, "%s\n", json_string_value(line));
	}
	json_decref(layout);
	return facts.size ? buffer_take(&facts) : NULL;
}

static bool passed(const char *folder, const struct cell *cell)
{
	autofree char *path = file_of(folder, cell, "verdict.json");
	json_t *verdict = json_load_file(path, 0, NULL);
	const char *outcome = json_string_value(json_object_get(verdict, "outcome"));
	bool pass = outcome && outcome_parse(outcome) == OUTCOME_PASS;

	json_decref(verdict);
	return pass;
}

static const struct fact_difference *find(
	const struct fact_differences *differences, const char *fact)
{
	for (size_t i = 0; i < differences->count; i++)
		if (glob_match(fact, differences->list[i].fact))
			return &differences->list[i];
	return NULL;
}

static bool is_lawful(const struct cell *cell, const char *fact)
{
	const struct pairing *comparison = &cell->from->comparison;

	for (size_t i = 0; i < comparison->lawful_count; i++)
		if (selector_fits(&comparison->lawful[i].when, cell) &&
			glob_match(comparison->lawful[i].fact, fact))
			return true;
	return false;
}

static void add_unlawful(struct buffer *out, const struct cell *cell, const struct cell *mate,
	const struct fact_differences *differences)
{
	enum axis_id axis = cell->from->comparison.axis;

	for (size_t i = 0; i < differences->count; i++) {
		const struct fact_difference *difference = &differences->list[i];

		if (!is_lawful(cell, difference->fact))
			buffer_printf(out, "%s%s: %s with %s, %s with %s", out->size ? "; " : "",
				difference->fact, difference->first, cell_value(cell, axis)->name,
				difference->second, cell_value(mate, axis)->name);
	}
}

/* A difference that is listed and is none is a list that lies. */
static void add_unseen(
	struct buffer *out, const struct cell *cell, const struct fact_differences *differences)
{
	const struct pairing *comparison = &cell->from->comparison;

	for (size_t i = 0; i < comparison->lawful_count; i++)
		if (selector_fits(&comparison->lawful[i].when, cell) &&
			!find(differences, comparison->lawful[i].fact))
			buffer_printf(out,
				"%s%s: the same twice, but declared to differ lawfully (%s)",
				out->size ? "; " : "", comparison->lawful[i].fact,
				comparison->lawful[i].why);
}

char *pair_compare(const struct cell *cell, const char *facts, const char *mate_facts)
{
	struct fact_differences differences = facts_compare(facts, mate_facts);
	struct buffer out = {0};
	struct cell mate;

	cell_mate(cell, &mate);
	add_unlawful(&out, cell, &mate, &differences);
	add_unseen(&out, cell, &differences);
	facts_free(&differences);
	return out.size ? buffer_take(&out) : NULL;
}

static void become(
	struct attempt *attempt, enum outcome outcome, enum failure failure, char *reason)
{
	attempt->outcome = outcome;
	attempt->failure = failure;
	free(attempt->reason);
	attempt->reason = reason;
}

bool pair_judge(const char *folder, const struct cell *cell, struct attempt *attempt)
{
	autofree char *facts = NULL, *mate_facts = NULL;
	struct cell mate;
	char *wrong;

	if (attempt->outcome != OUTCOME_PASS || !cell_mate(cell, &mate) || !is_done(folder, &mate))
		return false;
	facts = facts_of(folder, cell);
	mate_facts = facts_of(folder, &mate);
	if (!facts || !mate_facts || !passed(folder, &mate)) {
		become(attempt, OUTCOME_BROKEN, FAILURE_NONE,
			format_text("nothing to compare: %s%s",
				!facts	      ? "this boot left no facts in "
				: !mate_facts ? "its mate left no facts in "
					      : "its mate did not pass",
				facts && mate_facts ? "" : facts_file(cell)));
		return false;
	}
	wrong = pair_compare(cell, facts, mate_facts);
	if (!wrong)
		return false;
	become(attempt, OUTCOME_FAIL, FAILURE_LAYOUT, wrong);
	return true;
}
