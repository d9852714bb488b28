/* The reports that people read: the grid, the failures, the counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "record/matrix.h"
#include "record/report.h"
#include "tests/sample.h"

#include <cmocka.h>

static void draws(struct journal *journal, bool colour, unsigned width, const char *wanted)
{
	autobuffer struct buffer out = {0};

	report_grid(journal, colour, width, &out);
	assert_string_equal(out.data, wanted);
	journal_free(journal);
}

/* Adds the cells of a product of two axes; @symbols has a row of letters for each value of @rows.
 */
static void add_cells(struct journal *journal, const char *name, const char *const *rows,
	const char *const *columns, const char *const *symbols)
{
	for (size_t i = 0; rows[i]; i++) {
		for (size_t j = 0; columns[j]; j++) {
			const char *letters = ".FxXsB~", *at = strchr(letters, symbols[i][j]);
			autofree char *id =
				format_text("%s:memory=%s,kernel=%s", name, columns[j], rows[i]);
			int outcome = (int)(at - letters);

			if (!at)
				continue;
			sample_add(journal, id,
				outcome < OUTCOMES ? (enum outcome)outcome : OUTCOME_PASS)
				->flaky = outcome == OUTCOMES;
		}
	}
}

static void test_one_cell(void **state)
{
	struct journal journal = {0};

	(void)state;
	sample_add(&journal, "smoke:memory=64m", OUTCOME_PASS);
	draws(&journal, false, 80, "smoke  1 cell: 1 pass\n  .\n\n. pass\n");
	draws(&journal, false, 80, "");
}

static void test_table(void **state)
{
	static const char *const rows[] = {"memtest", "cloud-6.12", "cloud-6.1", "ipxe", NULL};
	static const char *const columns[] = {"5g", "64m", "512m", NULL};
	static const char *const symbols[] = {"sss", "..F", ".x.", "~ B"};
	struct journal journal = {0};

	(void)state;
	add_cells(&journal, "gate", rows, columns, symbols);
	draws(&journal, false, 80,
		"gate  11 cells: 4 pass, 1 fail, 1 expected failure, 3 skip, 1 broken, 1 flaky\n"
		"              memory\n"
		"  kernel      64m   512m  5g\n"
		"  cloud-6.1   x     .     .\n"
		"  cloud-6.12  .     F     .\n"
		"  ipxe              B     ~\n"
		"  memtest     s     s     s\n"
		"\n"
		". pass   F fail   x expected failure   s skip   B broken   ~ flaky\n");
}

static void test_stairs_when_names_are_wide(void **state)
{
	static const char *const rows[] = {"a", "b", "c", NULL};
	static const char *const columns[] = {"a-rather-long-name-1", "a-rather-long-name-2", NULL};
	static const char *const symbols[] = {"..", ".F", "X."};
	struct journal journal = {0};

	(void)state;
	add_cells(&journal, "wide", rows, columns, symbols);
	draws(&journal, false, 40,
		"wide  6 cells: 4 pass, 1 fail, 1 passed against expectation\n"
		"          memory\n"
		"          a-rather-long-name-1\n"
		"  kernel  | a-rather-long-name-2\n"
		"  a       . .\n"
		"  b       . F\n"
		"  c       X .\n"
		"\n"
		". pass   F fail   X passed against expectation\n");
}

static void test_boxes_keep_their_places(void **state)
{
	static const char *const ids[] = {"m=1,k=a,i=x", "m=1,k=a,i=y", "m=1,k=b,i=y",
		"m=2,k=a,i=x", "m=2,k=b,i=x", "m=2,k=b,i=y", "m=1,k=c,i=x"};
	struct journal journal = {0};

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		autofree char *id = format_text("box:%s", ids[i]);

		sample_add(&journal, id, i == 2 ? OUTCOME_FAIL : OUTCOME_PASS);
	}
	draws(&journal, false, 80,
		"box  7 cells: 6 pass, 1 fail\n"
		"     m\n"
		"  k  1   2\n"
		"  a  ..  .\n"
		"  b   F  ..\n"
		"  c  .\n"
		"  each box: i (x, y)\n"
		"\n"
		". pass   F fail\n");
}

static void test_colour(void **state)
{
	struct journal journal = {0};

	(void)state;
	sample_add(&journal, "c:a=1", OUTCOME_PASS);
	sample_add(&journal, "c:a=2", OUTCOME_FAIL);
	draws(&journal, true, 80,
		"\033[1mc\033[0m  2 cells: 1 pass, 1 fail\n  a\n"
		"  1  \033[32m.\033[0m\n  2  \033[1;31mF\033[0m\n\n"
		"\033[32m.\033[0m pass   \033[1;31mF\033[0m fail\n");
}

/* Every layout, at several widths: no line is wider than the terminal, no cell is lost. */
static void check_lines(const struct buffer *out, unsigned width)
{
	for (const char *line = out->data; *line; line = strchr(line, '\n') + 1) {
		if (strcspn(line, "\n") > width)
			fail_msg("wider than %u: %.*s", width, (int)strcspn(line, "\n"), line);
	}
}

static void test_width_is_kept(void **state)
{
	static const unsigned shapes[][3] = {{1, 1, 1}, {10, 4, 1}, {300, 1, 1}, {50, 20, 10},
		{20, 20, 3}, {7, 6, 30}, {41, 7, 1}, {3, 2, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const unsigned *shape = shapes[i];
		struct journal journal = {0};

		for (unsigned j = 0; j < shape[0] * shape[1] * shape[2]; j++) {
			autofree char *id = format_text(
				"case:rows=row-%u,columns=column-%u,inner=%u", j % shape[0],
				j / shape[0] % shape[1], j / shape[0] / shape[1]);

			sample_add(&journal, id, OUTCOME_PASS);
		}
		for (unsigned width = 60; width <= 200; width += 20) {
			autobuffer struct buffer out = {0};

			report_grid(&journal, false, width, &out);
			check_lines(&out, width);
		}
		journal_free(&journal);
	}
}

static void test_natural_order(void **state)
{
	static const char *const sorted[] = {
		"0", "2", "10", "64k", "1m", "512m", "5g", "a2", "a10", "none"};

	(void)state;
	for (int i = 0; i < 10; i++) {
		for (int j = 0; j < 10; j++) {
			int order = compare_values(sorted[i], sorted[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void test_failures(void **state)
{
	struct journal journal = {.complete = true};
	autobuffer struct buffer out = {0};
	struct result *result;

	(void)state;
	sample_add(&journal, "gate:memory=64m", OUTCOME_PASS);
	result = sample_add(&journal, "gate:memory=128m", OUTCOME_FAIL);
	sample_fail(result, FAILURE_LAYOUT, "initrd at 0x3fff000, expected below 0x37ffffff");
	result->rule = copy_text("I6");
	result->folder = copy_text("cells/0a1b-gate");
	sample_add(&journal, "gate:memory=1g", OUTCOME_XPASS)->why = copy_text("known");
	sample_fail(
		sample_add(&journal, "gate:memory=2g", OUTCOME_BROKEN), FAILURE_NONE, "\x1b[2J");
	for (int i = 0; i < 2; i++) {
		autofree char *id = format_text("gate:memory=%dg", i + 3);

		result = sample_add(&journal, id, OUTCOME_XFAIL);
		result->why = copy_text("stock ROM");
		result->bug = copy_text("B3");
	}
	sample_add(&journal, "gate:memory=8g", OUTCOME_SKIP)->why = copy_text("host too small");
	result = sample_add(&journal, "gate:memory=9g", OUTCOME_PASS);
	result->flaky = true;
	journal.summary.flaky = 1;
	sample_attempt(result, OUTCOME_FAIL, FAILURE_SLOW, "late");
	sample_attempt(result, OUTCOME_PASS, FAILURE_NONE, NULL);
	journal.summary.seconds = 93.14;
	report_failures(&journal, "run folder", false, &out);
	assert_string_equal(out.data,
		"FAIL    gate:memory=128m\n"
		"        layout I6: initrd at 0x3fff000, expected below 0x37ffffff\n"
		"        again: dkboot repro 'run folder/cells/0a1b-gate'\n"
		"XPASS   gate:memory=1g\n"
		"        expected to fail, and did not: known\n"
		"BROKEN  gate:memory=2g\n"
		"        \\x1b[2J\n"
		"FLAKY   gate:memory=9g\n"
		"        passed at attempt 2, before that: slow: late\n"
		"XFAIL   2 cells: stock ROM (B3)\n"
		"SKIP    1 cell: host too small\n"
		"\n"
		"2 passed, 1 failed, 2 xfailed, 1 xpassed, 1 skipped, 1 broken in 93.1 s, 1 "
		"flaky\n");
	journal_free(&journal);
}

static void test_failures_of_a_good_run_and_of_half_a_run(void **state)
{
	struct journal journal = {.complete = true, .facts = {.planned = 4}};
	autobuffer struct buffer out = {0};

	(void)state;
	sample_add(&journal, "gate:memory=64m", OUTCOME_PASS);
	report_failures(&journal, "r", false, &out);
	assert_string_equal(out.data,
		"1 passed, 0 failed, 0 xfailed, 0 xpassed, 0 skipped, 0 broken in 0.0 s\n");
	journal.complete = false;
	buffer_clear(&out);
	report_failures(&journal, "r", false, &out);
	assert_string_equal(out.data,
		"the run did not come to its end: 1 of 4 cells are done\n\n"
		"1 passed, 0 failed, 0 xfailed, 0 xpassed, 0 skipped, 0 broken in 0.0 s\n");
	journal_free(&journal);
}

static void test_a_thousand_failures_are_cut(void **state)
{
	struct journal journal = {.complete = true};
	autobuffer struct buffer out = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		autofree char *id = format_text("gate:number=%d", i);

		sample_add(&journal, id, OUTCOME_FAIL);
	}
	report_failures(&journal, "r", false, &out);
	assert_non_null(strstr(out.data, "gate:number=99\n"));
	assert_null(strstr(out.data, "gate:number=100\n"));
	assert_non_null(strstr(out.data, "        and 900 more: see r/journal.jsonl\n"));
	journal_free(&journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_cell),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_stairs_when_names_are_wide),
		cmocka_unit_test(test_boxes_keep_their_places),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_width_is_kept),
		cmocka_unit_test(test_natural_order),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_failures_of_a_good_run_and_of_half_a_run),
		cmocka_unit_test(test_a_thousand_failures_are_cut),
	};

	return cmocka_run_group_tests_name("record/person", tests, NULL, NULL);
}
