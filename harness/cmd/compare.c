/* dkboot compare: two runs, cell by cell. */
#include "cmd/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cmd/command.h"
#include "record/recorded.h"

static const char head[] = "Says what became of each cell from run A to run B. Each is a run "
			   "folder, a journal.jsonl or a "
			   "JUnit file.\v";

static const char tail[] = "Slower by the rule: the boot that decided took at least RATIO times as "
			   "long and at least TIME "
			   "longer (2,1s), after A's times were multiplied by the pace of the "
			   "runs (the median of B's "
			   "time over A's, when it is above 1 and of 8 cells at least).\n\n"
			   "Exit status: 0 nothing regressed; 1 something regressed; 2 wrong usage "
			   "or a file that cannot "
			   "be read; 3 nothing regressed, but a cell of B is broken, a run did not "
			   "come to its end, or no "
			   "cell is judged in both.";

/* The words are explained by the table that the code goes by. */
static char *about(void)
{
	struct buffer out = {0};

	buffer_add_text(&out, head);
	for (int change = 0; change < CHANGE_NONE; change++)
		buffer_printf(&out, "  %-10s %s\n", change_name((enum change)change),
			change_meaning((enum change)change));
	buffer_printf(&out, "\n%s", tail);
	return buffer_take(&out);
}

/* A terminal that wants none says so (no-color.org). */
static bool wants_colour(FILE *to)
{
	const char *none = getenv("NO_COLOR");

	return isatty(fileno(to)) && (!none || !*none);
}

static void print_comparison(const struct run_comparison *comparison, const char *const names[2],
	bool repeats, const char *format, FILE *to, bool colour)
{
	autobuffer struct buffer out = {0};

	if (strcmp(format, "json") == 0)
		report_comparison_json(comparison, names[0], names[1], &out);
	else
		report_comparison(comparison, names[0], names[1], repeats, colour, &out);
	fwrite(out.data, 1, out.size, to);
	fflush(to);
}

/* A shard has a part of the cells of what is whole. */
static bool is_part(const struct journal *before, const struct journal *after)
{
	return after->facts.shard && !before->facts.shard;
}

static int compare(const struct options *options, struct error *error)
{
	struct journal before = {0}, after = {0};
	struct run_comparison comparison;
	bool folder;
	int status = STATUS_USAGE;

	if (recorded_read(options->cases[0], &before, NULL, error) == 0 &&
		recorded_read(options->cases[1], &after, &folder, error) == 0) {
		comparison_make(
			&before, &after, &options->slower, is_part(&before, &after), &comparison);
		print_comparison(&comparison, options->cases, folder, options->format, stdout,
			wants_colour(stdout));
		status = comparison_status(&comparison);
		comparison_free(&comparison);
	}
	journal_free(&before);
	journal_free(&after);
	return status;
}

int command_compare(int argc, char **argv, struct error *error)
{
	autofree char *text = about();
	struct options options;
	int status = options_parse(&options, argc, argv, OPTIONS_COMPARE, "A B", text, error);

	if (status == 0 && options.case_count != 2)
		status = fail(error, "compare: give two runs, A and B");
	if (status == 0 && strcmp(options.format, "tap") == 0)
		status = fail(error, "--format: 'tap' is not tty or json");
	if (status == 0)
		status = compare(&options, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}

int baseline_open(struct baseline *baseline, const struct options *options, struct error *error)
{
	*baseline = (struct baseline){.name = options->baseline};
	if (!baseline->name)
		return 0;
	if (recorded_read(baseline->name, &baseline->journal, NULL, error) < 0)
		return fail_within(error, "--baseline");
	return 0;
}

int baseline_compare(const struct baseline *baseline, const struct options *options,
	const struct journal *journal, const char *name, bool partial, bool colour, int status)
{
	const char *const names[] = {baseline->name, name};
	bool tap = strcmp(options->format, "tap") == 0;
	struct run_comparison comparison;

	if (!baseline->name)
		return status;
	comparison_make(&baseline->journal, journal, &options->slower, partial, &comparison);
	if (strcmp(options->format, "tty") == 0)
		fputs("\n", stdout);
	print_comparison(&comparison, names, true, options->format, tap ? stderr : stdout, colour);
	status = comparison_status(&comparison);
	comparison_free(&comparison);
	return status;
}

void baseline_close(struct baseline *baseline)
{
	journal_free(&baseline->journal);
	*baseline = (struct baseline){0};
}
