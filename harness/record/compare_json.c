/* A comparison as JSON lines, see schema-compare.json. */
#include "record/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/json_line.h"
#include "record/words.h"

/* No byte that JSON, or a terminal that shows it, would not like. */
static void set_text(json_t *object, const char *key, const char *text)
{
	autobuffer struct buffer plain = {0};

	if (!text)
		return;
	buffer_add(&plain, "", 0);
	add_plain(&plain, text);
	json_object_set_new(object, key, json_string(plain.data));
}

static void set_count(json_t *object, const char *key, size_t count)
{
	json_object_set_new(object, key, json_integer((json_int_t)count));
}

static void set_result(json_t *line, const char *key, const struct result *result)
{
	json_t *object;

	if (!result)
		return;
	object = json_object();
	set_text(object, "outcome", outcome_name(result->outcome));
	if (result->failure != FAILURE_NONE)
		set_text(object, "failure", failure_name(result->failure));
	set_text(object, "reason", result->reason);
	set_text(object, "folder", result->folder);
	json_object_set_new(object, "flaky", json_boolean(result->flaky));
	json_object_set_new(object, "seconds", json_real(decided_in(result)));
	json_object_set_new(line, key, object);
}

static void add_change(struct buffer *out, const struct cell_change *cell)
{
	json_t *line = json_pack("{s:s}", "type", "change");

	set_text(line, "id", cell->after ? cell->after->id : cell->before->id);
	set_text(line, "change", change_name(cell->change));
	set_result(line, "before", cell->before);
	set_result(line, "after", cell->after);
	json_add_line(out, line);
}

static void set_run(json_t *line, const char *key, const char *name, const struct journal *journal)
{
	json_t *object = json_object();

	set_text(object, "run", name);
	set_count(object, "cells", journal->count);
	json_object_set_new(object, "complete", json_boolean(journal->complete));
	json_object_set_new(line, key, object);
}

void report_comparison_json(const struct run_comparison *comparison, const char *before,
	const char *after, struct buffer *out)
{
	json_t *line = json_pack("{s:s}", "type", "comparison");

	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->cells[i].change != CHANGE_NONE)
			add_change(out, &comparison->cells[i]);
	set_run(line, "before", before, comparison->before);
	set_run(line, "after", after, comparison->after);
	for (int change = 0; change < CHANGE_NONE; change++)
		set_count(line, change_name((enum change)change), comparison->counts[change]);
	set_count(line, "new_not_as_expected", comparison->bad_news);
	set_count(line, "common", comparison->common);
	set_count(line, "timed", comparison->timed);
	json_object_set_new(line, "pace", json_real(comparison->pace));
	set_count(line, "status", (size_t)comparison_status(comparison));
	json_add_line(out, line);
}
