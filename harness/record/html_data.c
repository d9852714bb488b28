/* The journal as the data of the page. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/compare.h"
#include "record/html.h"
#include "record/html_text.h"

static void add_fact(struct buffer *out, const char *name, const char *text, bool *more)
{
	if (!text)
		return;
	buffer_printf(out, "%s[\"%s\",", *more ? "," : "", name);
	add_json_text(out, text);
	buffer_add_text(out, "]");
	*more = true;
}

static void add_facts(struct buffer *out, const struct run_facts *facts)
{
	const struct {
		const char *name, *text;
	} table[] = {{"command", facts->command}, {"started", facts->started},
		{"host", facts->host}, {"emulator", facts->emulator},
		{"accelerator", facts->accelerator}, {"ROM", facts->rom}, {"shard", facts->shard},
		{"dkboot", facts->version}};
	bool more = false;

	buffer_add_text(out, "[");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		add_fact(out, table[i].name, table[i].text, &more);
	buffer_add_text(out, "]");
}

static void add_outcome(struct buffer *out, enum outcome outcome, enum failure failure)
{
	buffer_printf(out, ",\"verdict\":\"%s\"", outcome_name(outcome));
	if (failure != FAILURE_NONE)
		buffer_printf(out, ",\"class\":\"%s\"", failure_name(failure));
}

/* An id that does not say where the cell lies needs it said. */
static bool says_where(const struct result *result)
{
	const char *at = result->id + id_case_length(result->id);

	for (size_t i = 0; i < result->at_count; i++) {
		const struct coordinate *here = &result->at[i];
		size_t axis = strlen(here->axis), value = strlen(here->value);

		if (*at != (i ? ',' : ':') || strncmp(at + 1, here->axis, axis) != 0 ||
			at[1 + axis] != '=' || strncmp(at + 2 + axis, here->value, value) != 0 ||
			strpbrk(here->value, ",=") || strpbrk(here->axis, ",="))
			return false;
		at += 2 + axis + value;
	}
	return !*at;
}

static void add_place(struct buffer *out, const struct result *result)
{
	if (says_where(result))
		return;
	buffer_add_text(out, ",\"at\":[");
	for (size_t i = 0; i < result->at_count; i++) {
		buffer_add_text(out, i ? "," : "");
		add_json_text(out, result->at[i].axis);
		buffer_add_text(out, ",");
		add_json_text(out, result->at[i].value);
	}
	buffer_add_text(out, "]");
}

static void add_attempts(struct buffer *out, const struct result *result)
{
	if (result->attempt_count < 2)
		return;
	buffer_add_text(out, ",\"attempts\":[");
	for (size_t i = 0; i < result->attempt_count; i++) {
		const struct attempt *attempt = &result->attempts[i];

		buffer_printf(out, "%s{\"s\":%.4g", i ? "," : "", attempt->seconds);
		add_outcome(out, attempt->outcome, attempt->failure);
		add_json_member(out, "reason", attempt->reason);
		buffer_add_text(out, "}");
	}
	buffer_add_text(out, "]");
}

static void add_phases(struct buffer *out, const struct result *result)
{
	if (!result->phase_count)
		return;
	buffer_add_text(out, ",\"phases\":[");
	for (size_t i = 0; i < result->phase_count; i++) {
		buffer_add_text(out, i ? "," : "");
		add_json_text(out, result->phases[i].name);
		buffer_printf(out, ",%.4g", result->phases[i].seconds);
	}
	buffer_add_text(out, "]");
}

static void add_change(struct buffer *out, const struct cell_change *change)
{
	if (!change || change->change == CHANGE_NONE)
		return;
	buffer_printf(out, ",\"change\":\"%s\"", change_name(change->change));
	if (!change->before)
		return;
	buffer_printf(out, ",\"was\":{\"s\":%.4g", change->before->seconds);
	add_outcome(out, change->before->outcome, change->before->failure);
	add_json_member(out, "reason", change->before->reason);
	buffer_add_text(out, "}");
}

/* Only a folder of the run's own is linked to. */
static void add_folder(
	struct buffer *out, const struct result *result, const struct html_source *source)
{
	if (!result->folder || !is_inside(result->folder))
		return;
	add_json_member(out, "folder", result->folder);
	buffer_printf(out, ",\"files\":%u", html_files(source->folder, result->folder));
}

static void add_cell(struct buffer *out, const struct result *result,
	const struct html_source *source, const struct cell_change *change)
{
	buffer_add_text(out, "{\"id\":");
	add_json_text(out, result->id);
	add_outcome(out, result->outcome, result->failure);
	add_place(out, result);
	buffer_printf(out, ",\"s\":%.4g", result->seconds);
	if (result->flaky)
		buffer_add_text(out, ",\"flaky\":1");
	add_json_member(out, "rules", result->rules ? result->rules : result->rule);
	add_json_member(out, "reason", result->reason);
	add_json_member(out, "why", result->why);
	add_json_member(out, "bug", result->bug);
	add_json_member(out, "kernel", result->kernel);
	add_json_member(out, "initrd", result->initrd);
	add_folder(out, result, source);
	add_attempts(out, result);
	add_phases(out, result);
	add_change(out, change);
	buffer_add_text(out, "}");
}

static void add_names(struct buffer *out)
{
	buffer_add_text(out, ",\"files\":[");
	for (size_t i = 0; html_file_names[i]; i++)
		buffer_printf(out, "%s\"%s\"", i ? "," : "", html_file_names[i]);
	buffer_add_text(out, "]");
}

static void add_gone(struct buffer *out, const struct run_comparison *comparison)
{
	const char *comma = "";

	buffer_add_text(out, ",\"gone\":[");
	for (size_t i = 0; i < comparison->count; i++) {
		const struct result *before = comparison->cells[i].before;

		if (comparison->cells[i].change != CHANGE_GONE)
			continue;
		buffer_printf(out, "%s{\"id\":", comma);
		add_json_text(out, before->id);
		add_outcome(out, before->outcome, before->failure);
		buffer_add_text(out, "}");
		comma = ",";
	}
	buffer_add_text(out, "]");
}

static void add_run(
	struct buffer *out, const struct journal *journal, const struct html_source *source)
{
	buffer_add_text(out, "{\"facts\":");
	add_facts(out, &journal->facts);
	add_json_member(out, "folder", source->folder);
	buffer_add_text(out, ",\"links\":\"");
	add_url_path(out, source->links ? source->links : "");
	buffer_printf(out, "\",\"complete\":%s,\"planned\":%zu,\"seconds\":%.6g",
		journal->complete ? "true" : "false", journal->facts.planned,
		journal->summary.seconds);
	add_names(out);
}

/* What the words mean that are used. */
static void add_meanings(struct buffer *out)
{
	buffer_add_text(out, ",\"meanings\":[");
	for (int i = 0; i < CHANGES; i++) {
		buffer_printf(out, "%s[\"%s\",", i ? "," : "", change_name((enum change)i));
		add_json_text(out, change_meaning((enum change)i));
		buffer_add_text(out, "]");
	}
	buffer_add_text(out, "]");
}

static void add_baseline(struct buffer *out, const struct journal *journal,
	const struct html_source *source, struct run_comparison *comparison)
{
	bool partial =
		!journal->complete || (journal->facts.shard && !source->baseline->facts.shard);

	comparison_make(source->baseline, journal, &source->slower, partial, comparison);
	add_json_member(out, "baseline", source->baseline_name);
	add_meanings(out);
	add_gone(out, comparison);
}

void html_add_data(
	const struct journal *journal, const struct html_source *source, struct buffer *out)
{
	struct run_comparison comparison = {0};

	add_run(out, journal, source);
	if (source->baseline)
		add_baseline(out, journal, source, &comparison);
	buffer_add_text(out, ",\"cells\":[");
	for (size_t i = 0; i < journal->count; i++) {
		buffer_add_text(out, i ? ",\n" : "\n");
		add_cell(out, &journal->results[i], source,
			source->baseline ? &comparison.cells[i] : NULL);
	}
	buffer_add_text(out, "\n]}");
	comparison_free(&comparison);
}
