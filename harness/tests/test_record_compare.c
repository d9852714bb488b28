/* Two runs compared: each category, the rule of slowness, what a person and a program read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "record/compare.h"
#include "tests/sample.h"

#include <cmocka.h>

static const struct slower_rule usual = {SLOWER_RATIO, SLOWER_SECONDS};

#define ABSENT OUTCOMES

/* A in rows, B in columns: pass fail xfail xpass skip broken absent. */
static const enum change wanted[OUTCOMES + 1][OUTCOMES + 1] = {
	[OUTCOME_PASS] = {CHANGE_NONE, CHANGE_REGRESSED, CHANGE_DECLARED, CHANGE_REGRESSED,
		CHANGE_GONE, CHANGE_BROKEN, CHANGE_GONE},
	[OUTCOME_FAIL] = {CHANGE_FIXED, CHANGE_STILL, CHANGE_FIXED, CHANGE_STILL, CHANGE_GONE,
		CHANGE_BROKEN, CHANGE_GONE},
	[OUTCOME_XFAIL] = {CHANGE_FIXED, CHANGE_REGRESSED, CHANGE_NONE, CHANGE_REGRESSED,
		CHANGE_GONE, CHANGE_BROKEN, CHANGE_GONE},
	[OUTCOME_XPASS] = {CHANGE_FIXED, CHANGE_STILL, CHANGE_FIXED, CHANGE_STILL, CHANGE_GONE,
		CHANGE_BROKEN, CHANGE_GONE},
	[OUTCOME_SKIP] = {CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NONE,
		CHANGE_BROKEN, CHANGE_NONE},
	[OUTCOME_BROKEN] = {CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NONE,
		CHANGE_BROKEN, CHANGE_NONE},
	[ABSENT] = {CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NEW, CHANGE_NONE, CHANGE_BROKEN,
		CHANGE_NONE},
};

/* Two runs, released together. */
struct pair {
	struct journal before, after;
	struct run_comparison comparison;
};

static void make(struct pair *pair, bool partial)
{
	pair->before.complete = pair->after.complete = true;
	comparison_make(&pair->before, &pair->after, &usual, partial, &pair->comparison);
}

static void release(struct pair *pair)
{
	comparison_free(&pair->comparison);
	journal_free(&pair->before);
	journal_free(&pair->after);
}

static void test_every_pair_of_outcomes(void **state)
{
	(void)state;
	for (int a = 0; a <= ABSENT; a++) {
		for (int b = 0; b <= ABSENT; b++) {
			struct pair pair = {0};

			if (a == ABSENT && b == ABSENT)
				continue;
			if (a != ABSENT)
				sample_add(&pair.before, "c:memory=64m", (enum outcome)a);
			if (b != ABSENT)
				sample_add(&pair.after, "c:memory=64m", (enum outcome)b);
			make(&pair, false);
			assert_int_equal(pair.comparison.count, 1);
			assert_int_equal(pair.comparison.cells[0].change, wanted[a][b]);
			assert_int_equal(pair.comparison.counts[wanted[a][b]], 1);
			release(&pair);
		}
	}
}

static void test_part_of_a_run_has_no_gone_cells(void **state)
{
	struct pair pair = {0};

	(void)state;
	sample_add(&pair.before, "c:memory=64m", OUTCOME_PASS);
	sample_add(&pair.before, "c:memory=96m", OUTCOME_PASS);
	sample_add(&pair.before, "c:memory=128m", OUTCOME_PASS);
	sample_add(&pair.after, "c:memory=64m", OUTCOME_PASS);
	sample_add(&pair.after, "c:memory=96m", OUTCOME_SKIP);
	make(&pair, true);
	assert_int_equal(pair.comparison.counts[CHANGE_GONE], 1); /* skipped is not left out */
	assert_int_equal(pair.comparison.counts[CHANGE_NONE], 2);
	release(&pair);
}

static void set_time(struct result *result, double seconds)
{
	sample_attempt(result, OUTCOME_PASS, FAILURE_NONE, NULL);
	result->attempts[result->attempt_count - 1].seconds = seconds;
	result->seconds = 100; /* of all attempts: not what is compared */
}

/* @count further cells that took @before and @after seconds. */
static void add_timed(struct pair *pair, size_t count, double before, double after)
{
	for (size_t i = 0; i < count; i++) {
		autofree char *id = format_text("t:vcpus=%zu", i);

		set_time(sample_add(&pair->before, id, OUTCOME_PASS), before);
		set_time(sample_add(&pair->after, id, OUTCOME_PASS), after);
	}
}

static enum change timed(double before, double after, size_t others, double pace)
{
	struct pair pair = {0};
	enum change change;

	set_time(sample_add(&pair.before, "c:memory=64m", OUTCOME_PASS), before);
	set_time(sample_add(&pair.after, "c:memory=64m", OUTCOME_PASS), after);
	add_timed(&pair, others, 1, pace);
	make(&pair, false);
	change = pair.comparison.cells[0].change;
	release(&pair);
	return change;
}

static void test_slower(void **state)
{
	static const struct {
		double before, after;
		size_t others;
		double pace;
		enum change change;
	} rows[] = {
		{2, 4, 0, 1, CHANGE_SLOWER}, /* both limits are met, exactly */
		{2, 3.99, 0, 1, CHANGE_NONE},
		{0.2, 0.9, 0, 1, CHANGE_NONE}, /* x4.5, but who waits for 0.7 s? */
		{20, 25, 0, 1, CHANGE_NONE},   /* 5 s, but x1.25 is noise */
		{3, 2, 0, 1, CHANGE_NONE},
		{2, 8, 8, 2, CHANGE_SLOWER}, /* the host is half as fast: 4 s were expected */
		{2, 7, 8, 2, CHANGE_NONE},
		{2, 5, 6, 2, CHANGE_SLOWER}, /* too few cells to tell a pace */
		{2, 4, 8, 0.5, CHANGE_SLOWER},
		{2, 2, 8, 0.5, CHANGE_NONE}, /* a fast host makes nothing slow */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(timed(rows[i].before, rows[i].after, rows[i].others, rows[i].pace),
			rows[i].change);
}

static void test_flaky(void **state)
{
	struct pair pair = {0};
	struct result *result;

	(void)state;
	set_time(sample_add(&pair.before, "c:memory=64m", OUTCOME_PASS), 1);
	result = sample_add(&pair.after, "c:memory=64m", OUTCOME_PASS);
	sample_attempt(result, OUTCOME_FAIL, FAILURE_HANG, "still");
	set_time(result, 9); /* and slower: of a flaky cell nobody says so */
	result->flaky = true;
	sample_add(&pair.before, "c:memory=96m", OUTCOME_PASS)->flaky = true;
	sample_add(&pair.after, "c:memory=96m", OUTCOME_PASS)->flaky = true;
	make(&pair, false);
	assert_int_equal(pair.comparison.cells[0].change, CHANGE_FLAKY);
	assert_int_equal(pair.comparison.cells[1].change, CHANGE_NONE);
	assert_int_equal(comparison_status(&pair.comparison), 0);
	release(&pair);
}

static int status_of(enum outcome before, enum outcome after, bool complete, bool partial)
{
	struct pair pair = {0};
	int status;

	sample_add(&pair.before, "c:memory=64m", before);
	sample_add(&pair.after, partial ? "d" : "c:memory=64m", after);
	make(&pair, partial);
	pair.after.complete = complete;
	status = comparison_status(&pair.comparison);
	pair.after.complete = true;
	pair.before.complete = complete;
	assert_int_equal(comparison_status(&pair.comparison), status);
	release(&pair);
	return status;
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_PASS, true, false), 0);
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_FAIL, true, false), 1);
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_FAIL, false, false), 1);
	assert_int_equal(status_of(OUTCOME_FAIL, OUTCOME_FAIL, true, false), 0);
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_BROKEN, true, false), 3);
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_PASS, false, false), 3);
	/* Nothing in common: nothing is proven, unless that was asked for. */
	assert_int_equal(status_of(OUTCOME_SKIP, OUTCOME_PASS, true, false), 3);
	assert_int_equal(status_of(OUTCOME_PASS, OUTCOME_FAIL, true, true), 0);
}

/* One cell of each kind. */
static void fill(struct pair *pair)
{
	struct result *result;

	sample_add(&pair->before, "gate:memory=64m,rom=stock", OUTCOME_PASS);
	sample_fail(sample_add(&pair->after, "gate:memory=64m,rom=stock", OUTCOME_FAIL),
		FAILURE_PANIC, "VFS: \x1b[31mno root");
	pair->after.results[0].folder = copy_text("cells/0001-it's");
	sample_add(&pair->before, "gate:memory=96m,rom=stock", OUTCOME_PASS);
	sample_fail(sample_add(&pair->after, "gate:memory=96m,rom=stock", OUTCOME_FAIL),
		FAILURE_PANIC, "VFS");
	sample_fail(sample_add(&pair->before, "gate:memory=64m,rom=dkboot", OUTCOME_FAIL),
		FAILURE_HANG, "still");
	sample_add(&pair->after, "gate:memory=64m,rom=dkboot", OUTCOME_PASS);
	sample_add(&pair->before, "a", OUTCOME_PASS);
	sample_fail(
		sample_add(&pair->after, "b:memory=64m", OUTCOME_BROKEN), FAILURE_NONE, "no disk");
	sample_fail(
		sample_add(&pair->after, "n:memory=64m", OUTCOME_FAIL), FAILURE_RESET, "thrice");
	sample_add(&pair->before, "x:memory=64m", OUTCOME_PASS);
	result = sample_add(&pair->after, "x:memory=64m", OUTCOME_XFAIL);
	result->why = copy_text("known");
	set_time(sample_add(&pair->before, "s:memory=64m", OUTCOME_PASS), 2);
	set_time(sample_add(&pair->after, "s:memory=64m", OUTCOME_PASS), 8);
	pair->after.facts.started = copy_text("2026-11-26T13:00:00Z");
}

static void test_what_a_person_reads(void **state)
{
	struct pair pair = {0};
	autobuffer struct buffer out = {0};

	(void)state;
	fill(&pair);
	make(&pair, false);
	report_comparison(&pair.comparison, "main", "runs/new one", true, false, &out);
	assert_string_equal(out.data,
		"A  main, 6 cells\n"
		"B  runs/new one, 7 cells, 2026-11-26T13:00:00Z\n"
		"\n"
		"regressed  2 cells: as expected in A (pass, xfail), not in B (fail, xpass)\n"
		"  gate  2 cells, all of them rom=stock\n"
		"    gate:memory=64m,rom=stock\n"
		"        pass -> fail: panic: VFS: \\x1b[31mno root\n"
		"        again: dkboot repro 'runs/new one/cells/0001-it'\\''s'\n"
		"    gate:memory=96m,rom=stock\n"
		"        pass -> fail: panic: VFS\n"
		"\n"
		"broken  1 cell: broken in B, whatever it was in A: not judged\n"
		"  b  1 cell\n"
		"    b:memory=64m\n"
		"        not there -> broken: no disk\n"
		"\n"
		"fixed  1 cell: not as expected in A, or failing as declared; in B it is\n"
		"  gate  1 cell\n"
		"    gate:memory=64m,rom=dkboot\n"
		"        fail (hang) -> pass\n"
		"\n"
		"new  1 cell: a verdict in B, none in A (not there, skipped or broken); 1 not as "
		"expected\n"
		"  n  1 cell\n"
		"    n:memory=64m\n"
		"        not there -> fail: reset: thrice\n"
		"\n"
		"gone  1 cell: a verdict in A, none in B (not there or skipped)\n"
		"  a  1 cell\n"
		"    a\n"
		"        pass -> not there\n"
		"\n"
		"slower  1 cell: as expected in both, and B took longer by the rule\n"
		"  s  1 cell\n"
		"    s:memory=64m\n"
		"        2.00 s -> 8.00 s, x4.00\n"
		"\n"
		"declared  1 cell: passed in A, fails in B as its case now declares\n"
		"  x  1 cell\n"
		"    x:memory=64m\n"
		"        pass -> xfail: known\n"
		"\n"
		"2 regressed, 1 broken, 1 fixed, 1 new, 1 gone, 0 flaky, 1 slower, 1 declared; "
		"5 cells judged in both\n");
	release(&pair);
}

static void test_many_cells_are_counted(void **state)
{
	struct pair pair = {0};
	autobuffer struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		autofree char *id = format_text("c%zu:vcpus=%zu", i % 2, i);

		sample_add(&pair.before, id, OUTCOME_PASS);
		sample_add(&pair.after, id, OUTCOME_FAIL);
	}
	make(&pair, false);
	report_comparison(&pair.comparison, "a", "b", true, true, &out);
	assert_non_null(strstr(out.data, "  c0  150 cells\n"));
	assert_non_null(strstr(out.data, "    and 50 more\n"));
	assert_non_null(strstr(out.data, "  c1  150 cells\n    and 150 more\n"));
	assert_non_null(strstr(out.data, "\033[1;31mregressed\033[0m"));
	release(&pair);
}

static void test_what_a_program_reads(void **state)
{
	struct pair pair = {0};
	autobuffer struct buffer out = {0};
	size_t lines = 0;
	json_t *line = NULL;

	(void)state;
	fill(&pair);
	make(&pair, false);
	report_comparison_json(&pair.comparison, "main", "new\x1b", &out);
	for (char *at = out.data, *end; (end = strchr(at, '\n')); at = end + 1, lines++) {
		json_decref(line);
		line = json_loadb(at, (size_t)(end - at), 0, NULL);
		assert_non_null(line);
	}
	assert_int_equal(lines, 9);
	assert_string_equal(json_string_value(json_object_get(line, "type")), "comparison");
	assert_int_equal(json_integer_value(json_object_get(line, "regressed")), 2);
	assert_int_equal(json_integer_value(json_object_get(line, "status")), 1);
	json_decref(line);
	release(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_pair_of_outcomes),
		cmocka_unit_test(test_part_of_a_run_has_no_gone_cells),
		cmocka_unit_test(test_slower), cmocka_unit_test(test_flaky),
		cmocka_unit_test(test_status), cmocka_unit_test(test_what_a_person_reads),
		cmocka_unit_test(test_many_cells_are_counted),
		cmocka_unit_test(test_what_a_program_reads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
