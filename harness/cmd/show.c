/* dkboot show: how a cell ended (its folder), or what a cell is (its id). */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "record/journal.h"

static const char about[] = "Shows how a cell ended, given its folder in a run (RUN/cells/...), or "
			    "what a cell is, given its id.";

#define LOG_TAIL 40 /* lines of the serial log that are shown */

static void add_log(struct buffer *out, const char *folder)
{
	autofree char *path = format_text("%s/serial.timed", folder);
	autobuffer struct buffer log = {0};
	const char *from;
	size_t lines = 0;

	if (file_read(path, &log, NULL) < 0 || !log.size) {
		buffer_add_text(out, "serial    nothing was said\n");
		return;
	}
	from = log.data + log.size;
	while (from > log.data && (from[-1] != '\n' || lines++ < LOG_TAIL + 1))
		from--;
	buffer_printf(out, "serial    the last lines of %s:\n%s", path, from);
}

/* What the oracle saw, when it looked. */
static void add_map(struct buffer *out, const char *folder)
{
	autofree char *path = format_text("%s/layout.txt", folder);
	autobuffer struct buffer map = {0};

	if (file_read(path, &map, NULL) == 0)
		buffer_printf(out, "layout    at the kernel's first instruction (%s):\n%s", path,
			map.data);
}

static void add_line(struct buffer *out, const char *name, const char *text)
{
	if (text && *text)
		buffer_printf(out, "%-9s %s\n", name, text);
}

static void add_result(struct buffer *out, const struct result *result)
{
	add_line(out, "cell", result->id);
	buffer_printf(out, "verdict   %s%s%s in %.2f s, %zu attempt%s%s\n",
		outcome_name(result->outcome), result->failure ? ": " : "",
		result->failure ? failure_name(result->failure) : "", result->seconds,
		result->attempt_count, result->attempt_count == 1 ? "" : "s",
		result->flaky ? ", flaky" : "");
	add_line(out, "reason", result->reason);
	add_line(out, "declared", result->why);
	add_line(out, "kernel", result->kernel);
	add_line(out, "initrd", result->initrd);
	for (size_t i = 0; i < result->phase_count; i++)
		buffer_printf(out, "time      %s %.3f s\n", result->phases[i].name,
			result->phases[i].seconds);
}

static int show_folder(const char *folder, struct buffer *out, struct error *error)
{
	autofree char *path = format_text("%s/verdict.json", folder);
	struct journal journal;

	if (journal_read(path, &journal, error) < 0)
		return -1;
	if (journal.count != 1) {
		journal_free(&journal);
		return fail(error, "%s: holds no verdict", path);
	}
	add_result(out, &journal.results[0]);
	add_map(out, folder);
	add_log(out, folder);
	buffer_printf(out, "again     dkboot repro %s\n", folder);
	journal_free(&journal);
	return 0;
}

static void add_expectation(struct buffer *out, const struct expectation *expect)
{
	static const char *const kinds[] = {[EXPECT_ORDERED] = "expect",
		[EXPECT_UNORDERED] = "unordered",
		[EXPECT_FORBIDDEN] = "forbid"};

	buffer_printf(out, "%-9s %s /%s/", kinds[expect->kind], channel_name(expect->channel),
		expect->pattern);
	for (size_t i = 0; i < expect->equals_count; i++)
		buffer_printf(
			out, " %s = %s", expect->equals[i].capture, expect->equals[i].expected);
	buffer_add_text(out, "\n");
}

static void add_cell(struct buffer *out, const struct cell *cell)
{
	static const char *const endings[] = {[END_POWEROFF] = "the guest switches itself off",
		[END_NONE] = "when all is seen",
		[END_REFUSED] = "is refused",
		[END_RESET] = "the guest resets itself"};
	const struct expected_failure *declared = cell_expected_failure(cell);

	add_line(out, "about", cell->from->about);
	for (int axis = 0; axis < AXES; axis++)
		buffer_printf(out, "%-9s %s%s\n", axis_name(axis), cell_value(cell, axis)->name,
			cell->from->axes[axis].declared ? "" : " (default)");
	for (size_t i = 0; i < cell->from->expectation_count; i++)
		if (selector_fits(&cell->from->expectations[i].when, cell))
			add_expectation(out, &cell->from->expectations[i].expect);
	add_line(out, "ends", endings[cell_ending(cell)->ending]);
	add_line(out, "refusal", cell_ending(cell)->refusal);
	add_line(out, "skip", cell_skip(cell));
	if (declared)
		buffer_printf(out, "declared  fails as %s (%s): %s\n",
			failure_name(declared->failure), declared->bug, declared->why);
}

static int show_id(
	const char *id, const struct options *options, struct buffer *out, struct error *error)
{
	struct options all = *options;
	struct selection selection;
	const struct cell *cell = NULL;
	int status = -1;

	all.cases++;
	all.case_count--;
	if (selection_load(&selection, &all, error) == 0) {
		cell = selection_find(&selection, id);
		if (!cell)
			fail(error, "show: '%s' is neither a cell's folder nor the id of a cell",
				id);
	}
	if (cell) {
		add_line(out, "cell", id);
		add_cell(out, cell);
		status = 0;
	}
	selection_free(&selection);
	return status;
}

static int show(const struct options *options, struct error *error)
{
	autobuffer struct buffer out = {0};
	autofree char *verdict = NULL;
	int status;

	if (options->case_count == 0)
		return fail(
			error, "show: which cell? a folder in a run, or an id of `dkboot list`");
	verdict = format_text("%s/verdict.json", options->cases[0]);
	status = file_exists(verdict) ? show_folder(options->cases[0], &out, error)
				      : show_id(options->cases[0], options, &out, error);
	if (status == 0)
		fwrite(out.data, 1, out.size, stdout);
	return status;
}

int command_show(int argc, char **argv, struct error *error)
{
	struct options options;
	int status = options_parse(&options, argc, argv, 0, "FOLDER | ID [CASE...]", about, error);

	if (status == 0)
		status = show(&options, error) < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
