#include "record/compare.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* How a cell stands in one run. */
enum standing {
	STANDING_GOOD, /* as expected */
	STANDING_BAD,  /* not as expected */
	STANDING_BROKEN,
	STANDING_NONE, /* no verdict: skipped, or not there */
	STANDINGS
};

static const enum standing standings[OUTCOMES] = {
	[OUTCOME_PASS] = STANDING_GOOD,
	[OUTCOME_FAIL] = STANDING_BAD,
	[OUTCOME_XFAIL] = STANDING_GOOD,
	[OUTCOME_XPASS] = STANDING_BAD,
	[OUTCOME_SKIP] = STANDING_NONE,
	[OUTCOME_BROKEN] = STANDING_BROKEN,
};

/* Rows: A; columns: B. A broken cell was not judged, so what follows it is news. */
static const enum change changes[STANDINGS][STANDINGS] = {
	/* as expected, not as expected, broken, no verdict */
	[STANDING_GOOD] = {CHANGE_NONE, CHANGE_REGRESSED, CHANGE_BROKEN, CHANGE_GONE},
	[STANDING_BAD] = {CHANGE_FIXED, CHANGE_STILL, CHANGE_BROKEN, CHANGE_GONE},
	[STANDING_BROKEN] = {CHANGE_NEW, CHANGE_NEW, CHANGE_BROKEN, CHANGE_NONE},
	[STANDING_NONE] = {CHANGE_NEW, CHANGE_NEW, CHANGE_BROKEN, CHANGE_NONE},
};

static const struct {
	const char *name, *meaning;
} words[CHANGES] = {
	[CHANGE_REGRESSED] = {"regressed",
		"as expected in A (pass, xfail), not in B (fail, xpass)"},
	[CHANGE_BROKEN] = {"broken", "broken in B, whatever it was in A: not judged"},
	[CHANGE_FIXED] = {"fixed", "not as expected in A, or failing as declared; in B it is"},
	[CHANGE_NEW] = {"new", "a verdict in B, none in A (not there, skipped or broken)"},
	[CHANGE_GONE] = {"gone", "a verdict in A, none in B (not there or skipped)"},
	[CHANGE_FLAKY] = {"flaky", "passed at once in A, at a later attempt in B"},
	[CHANGE_SLOWER] = {"slower", "as expected in both, and B took longer by the rule"},
	[CHANGE_DECLARED] = {"declared", "passed in A, fails in B as its case now declares"},
	[CHANGE_STILL] = {"still", "not as expected in A, nor in B"},
	[CHANGE_NONE] = {"none", "nothing of this"},
};

const char *change_name(enum change change)
{
	return words[change].name;
}

const char *change_meaning(enum change change)
{
	return words[change].meaning;
}

static enum standing standing_of(const struct result *result)
{
	return result ? standings[result->outcome] : STANDING_NONE;
}

double decided_in(const struct result *result)
{
	return result->attempt_count ? result->attempts[result->attempt_count - 1].seconds
				     : result->seconds;
}

bool comparable_times(const struct result *before, const struct result *after)
{
	return before && after && before->outcome == after->outcome &&
	       standing_of(after) == STANDING_GOOD && !before->flaky && !after->flaky &&
	       decided_in(before) > 0 && decided_in(after) > 0;
}

static bool is_slower(const struct run_comparison *comparison, const struct cell_change *cell,
	const struct slower_rule *rule)
{
	double pace = comparison->pace > 1 ? comparison->pace : 1;
	double expected, took;

	if (!comparable_times(cell->before, cell->after))
		return false;
	expected = decided_in(cell->before) * pace;
	took = decided_in(cell->after);
	return took >= expected * rule->ratio && took - expected >= rule->seconds;
}

/* Both are as expected: are they alike? */
static enum change compare_good(const struct run_comparison *comparison,
	const struct cell_change *cell, const struct slower_rule *rule)
{
	if (cell->before->outcome != cell->after->outcome)
		return cell->after->outcome == OUTCOME_PASS ? CHANGE_FIXED : CHANGE_DECLARED;
	if (cell->after->flaky && !cell->before->flaky)
		return CHANGE_FLAKY;
	return is_slower(comparison, cell, rule) ? CHANGE_SLOWER : CHANGE_NONE;
}

static enum change compare_cell(const struct run_comparison *comparison,
	const struct cell_change *cell, const struct slower_rule *rule)
{
	enum standing before = standing_of(cell->before), after = standing_of(cell->after);
	enum change change = changes[before][after];

	if (comparison->partial && !cell->after)
		return CHANGE_NONE;
	if (before == STANDING_GOOD && after == STANDING_GOOD)
		return compare_good(comparison, cell, rule);
	return change;
}

/* id -> position + 1 in @journal. */
static json_t *index_ids(const struct journal *journal)
{
	json_t *index = json_object();

	for (size_t i = 0; i < journal->count; i++)
		json_object_set_new(index, journal->results[i].id, json_integer((json_int_t)i + 1));
	return index;
}

static const struct result *find(const struct journal *journal, const json_t *index, const char *id)
{
	json_int_t place = json_integer_value(json_object_get(index, id));

	return place ? &journal->results[place - 1] : NULL;
}

static void pair_cells(struct run_comparison *out)
{
	json_t *before = index_ids(out->before), *after = index_ids(out->after);

	for (size_t i = 0; i < out->after->count; i++) {
		const struct result *result = &out->after->results[i];

		out->cells[out->count++] = (struct cell_change){
			.before = find(out->before, before, result->id), .after = result};
	}
	for (size_t i = 0; i < out->before->count; i++) {
		const struct result *result = &out->before->results[i];

		if (!find(out->after, after, result->id))
			out->cells[out->count++] = (struct cell_change){.before = result};
	}
	json_decref(before);
	json_decref(after);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A host that is slower as a whole makes no cell slower. */
static void take_pace(struct run_comparison *out)
{
	autofree double *ratios = calloc(out->count + 1, sizeof(*ratios));

	if (!ratios)
		abort();
	for (size_t i = 0; i < out->count; i++) {
		const struct cell_change *cell = &out->cells[i];

		if (comparable_times(cell->before, cell->after))
			ratios[out->timed++] = decided_in(cell->after) / decided_in(cell->before);
	}
	qsort(ratios, out->timed, sizeof(*ratios), compare_numbers);
	out->pace = out->timed < PACE_CELLS ? 1 : ratios[out->timed / 2];
}

static void count_cell(struct run_comparison *out, const struct cell_change *cell)
{
	enum standing before = standing_of(cell->before), after = standing_of(cell->after);

	out->counts[cell->change]++;
	out->common += before <= STANDING_BAD && after <= STANDING_BAD;
	out->bad_news += cell->change == CHANGE_NEW && after == STANDING_BAD;
}

void comparison_make(const struct journal *before, const struct journal *after,
	const struct slower_rule *rule, bool partial, struct run_comparison *out)
{
	*out = (struct run_comparison){.before = before, .after = after, .partial = partial};
	out->cells = calloc(before->count + after->count + 1, sizeof(*out->cells));
	if (!out->cells)
		abort();
	pair_cells(out);
	take_pace(out);
	for (size_t i = 0; i < out->count; i++) {
		out->cells[i].change = compare_cell(out, &out->cells[i], rule);
		count_cell(out, &out->cells[i]);
	}
}

void comparison_free(struct run_comparison *comparison)
{
	free(comparison->cells);
	*comparison = (struct run_comparison){0};
}

int comparison_status(const struct run_comparison *comparison)
{
	if (comparison->counts[CHANGE_REGRESSED])
		return 1;
	if (comparison->counts[CHANGE_BROKEN] || (!comparison->common && !comparison->partial) ||
		!comparison->before->complete || !comparison->after->complete)
		return 3;
	return 0;
}
