/* What a person has to look at, and the counts. */
#include "record/report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/words.h"

/* What fills a screen helps nobody: the rest is counted. */
#define SHOWN_AT_MOST 100

static const char *const labels[OUTCOMES] = {
	[OUTCOME_PASS] = "FLAKY ",
	[OUTCOME_FAIL] = "FAIL  ",
	[OUTCOME_XFAIL] = "XFAIL ",
	[OUTCOME_XPASS] = "XPASS ",
	[OUTCOME_SKIP] = "SKIP  ",
	[OUTCOME_BROKEN] = "BROKEN",
};

static const char *const colours[OUTCOMES] = {
	[OUTCOME_PASS] = "\033[33m",
	[OUTCOME_FAIL] = "\033[1;31m",
	[OUTCOME_XFAIL] = "\033[33m",
	[OUTCOME_XPASS] = "\033[1;35m",
	[OUTCOME_SKIP] = "\033[36m",
	[OUTCOME_BROKEN] = "\033[1;31m",
};

static void add_label(struct buffer *out, enum outcome outcome, bool colour)
{
	buffer_printf(out, "%s%s%s  ", colour ? colours[outcome] : "", labels[outcome],
		colour ? "\033[0m" : "");
}

static void add_cell(
	struct buffer *out, const struct result *result, const char *run_folder, bool colour)
{
	add_label(out, result->outcome, colour);
	add_plain(out, result->id);
	buffer_add_text(out, "\n        ");
	if (result->outcome == OUTCOME_PASS) {
		buffer_printf(out, "passed at attempt %zu, before that: ", result->attempt_count);
		if (result->attempt_count)
			add_attempt(out, &result->attempts[0]);
	} else {
		add_trouble(out, result);
	}
	buffer_add_text(out, "\n");
	add_again(out, result, run_folder);
}

static void add_cells(const struct journal *journal, const char *run_folder, bool flaky,
	bool colour, struct buffer *out)
{
	size_t shown = 0, found = 0;

	for (size_t i = 0; i < journal->count; i++) {
		const struct result *result = &journal->results[i];
		bool wanted = flaky ? result->flaky && result->outcome == OUTCOME_PASS
				    : is_trouble(result->outcome);

		if (wanted && found++ < SHOWN_AT_MOST) {
			add_cell(out, result, run_folder, colour);
			shown++;
		}
	}
	if (found > shown) {
		buffer_printf(out, "        and %zu more: see ", found - shown);
		add_plain(out, run_folder);
		buffer_add_text(out, "/journal.jsonl\n");
	}
}

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Orders by what was declared, so that equal reasons stand together. */
static int compare_declared(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a;
	const struct result *y = *(const struct result *const *)b;
	int order = (int)x->outcome - (int)y->outcome;

	if (!order)
		order = compare_text(x->why, y->why);
	return order ? order : compare_text(x->bug, y->bug);
}

/* One line for all cells that are skipped, or expected to fail, for the same reason. */
static void add_reasons(const struct journal *journal, bool colour, struct buffer *out)
{
	autofree const struct result **list = calloc(journal->count + 1, sizeof(*list));
	size_t count = 0, same;

	if (!list)
		abort();
	for (size_t i = 0; i < journal->count; i++) {
		enum outcome outcome = journal->results[i].outcome;

		if (outcome == OUTCOME_SKIP || outcome == OUTCOME_XFAIL)
			list[count++] = &journal->results[i];
	}
	qsort(list, count, sizeof(*list), compare_declared);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count; same++) {
			if (compare_declared(&list[i], &list[i + same]))
				break;
		}
		add_label(out, list[i]->outcome, colour);
		buffer_printf(out, "%zu cell%s: ", same, same == 1 ? "" : "s");
		add_declared(out, list[i]);
		buffer_add_text(out, "\n");
	}
}

static void add_summary(const struct summary *summary, struct buffer *out)
{
	const unsigned *count = summary->count;

	buffer_printf(out,
		"%u passed, %u failed, %u xfailed, %u xpassed, %u skipped, %u broken in %.1f s",
		count[OUTCOME_PASS], count[OUTCOME_FAIL], count[OUTCOME_XFAIL],
		count[OUTCOME_XPASS], count[OUTCOME_SKIP], count[OUTCOME_BROKEN], summary->seconds);
	if (summary->flaky)
		buffer_printf(out, ", %u flaky", summary->flaky);
	buffer_add_text(out, "\n");
}

void report_failures(
	const struct journal *journal, const char *run_folder, bool colour, struct buffer *out)
{
	size_t before = out->size;

	add_cells(journal, run_folder, false, colour, out);
	add_cells(journal, run_folder, true, colour, out);
	add_reasons(journal, colour, out);
	if (!journal->complete) {
		add_unfinished(out, journal);
		buffer_add_text(out, "\n");
	}
	if (out->size > before)
		buffer_add_text(out, "\n");
	add_summary(&journal->summary, out);
}
