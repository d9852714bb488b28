/* The journal: what is written is read back; torn and bad lines; counting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "tests/sample.h"

#include <cmocka.h>

static char path[64];

static int read_text(const char *text, struct journal *journal, struct error *error)
{
	assert_int_equal(file_write(path, text, strlen(text), error), 0);
	return journal_read(path, journal, error);
}

/* Control bytes, quotes, bytes that are no UTF-8. */
#define NASTY "\"]]>\x1b[2J\x01\\ \xff gr\xc3\xbc\xc3\x9f"

static void add_sample(struct buffer *out)
{
	struct result result = sample_result("gate:memory=64m,kernel=x", OUTCOME_FAIL);

	sample_fail(&result, FAILURE_LAYOUT, NASTY);
	result.rule = copy_text("I6");
	result.rules = copy_text("I6 I7a");
	result.folder = copy_text("cells/0a1b-x");
	result.why = copy_text("why");
	result.bug = copy_text("B3");
	result.kernel = copy_text("kernel");
	result.initrd = copy_text("initrd");
	sample_attempt(&result, OUTCOME_BROKEN, FAILURE_NONE, "no memory");
	sample_attempt(&result, OUTCOME_FAIL, FAILURE_LAYOUT, "I6");
	result.phases[result.phase_count++] = (struct phase){"boot", 0.5};
	journal_add_cell(out, &result);
	result_free(&result);
}

static void test_round_trip(void **state)
{
	struct run_facts facts = {.started = "2026-01-02T03:04:05Z",
		.command = "dkboot run",
		.scale = 2.5,
		.planned = 3};
	autobuffer struct buffer text = {0};
	struct journal journal;
	const struct result *result;

	(void)state;
	journal_add_run(&text, &facts);
	add_sample(&text);
	for (size_t i = 0; i < text.size; i++)
		assert_true(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] < 0x7f));
	assert_int_equal(read_text(text.data, &journal, NULL), 0);
	assert_string_equal(journal.facts.started, facts.started);
	assert_null(journal.facts.shard);
	assert_true(journal.facts.scale == 2.5);
	assert_int_equal(journal.facts.planned, 3);
	assert_false(journal.complete);
	assert_int_equal(journal.whole, text.size);
	assert_int_equal(journal.count, 1);
	result = &journal.results[0];
	assert_string_equal(result->id, "gate:memory=64m,kernel=x");
	assert_int_equal(result->outcome, OUTCOME_FAIL);
	assert_int_equal(result->failure, FAILURE_LAYOUT);
	assert_string_equal(result->reason, "\"]]>\\x1b[2J\\x01\\ \\xff gr\xc3\xbc\xc3\x9f");
	assert_string_equal(result->rule, "I6");
	assert_string_equal(result->rules, "I6 I7a");
	assert_string_equal(result->bug, "B3");
	assert_string_equal(result->at[1].axis, "kernel");
	assert_string_equal(result->at[1].value, "x");
	assert_int_equal(result->attempt_count, 2);
	assert_int_equal(result->attempts[0].outcome, OUTCOME_BROKEN);
	assert_string_equal(result->attempts[1].reason, "I6");
	assert_string_equal(result->phases[0].name, "boot");
	assert_true(result->phases[0].seconds == 0.5);
	journal_free(&journal);
}

#define RUN		  "{\"type\":\"run\",\"planned\":2}\n"
#define CELL(id, outcome) "{\"type\":\"cell\",\"id\":\"" id "\",\"outcome\":\"" outcome "\"}\n"
#define SUMMARY		  "{\"type\":\"summary\",\"seconds\":93.1}\n"

static void test_torn_last_line(void **state)
{
	static const char whole[] = RUN CELL("a", "pass");
	struct journal journal;

	(void)state;
	assert_int_equal(
		read_text(RUN CELL("a", "pass") "{\"type\":\"cell\",\"i", &journal, NULL), 0);
	assert_int_equal(journal.count, 1);
	assert_false(journal.complete);
	assert_int_equal(journal.whole, strlen(whole));
	journal_free(&journal);
	assert_int_equal(read_text("", &journal, NULL), 0);
	assert_int_equal(journal.count, 0);
	journal_free(&journal);
	assert_int_equal(read_text("{\"type\":\"ru", &journal, NULL), 0);
	assert_int_equal(journal.whole, 0);
	journal_free(&journal);
}

static void test_last_line_of_an_id_counts(void **state)
{
	struct journal journal;

	(void)state;
	assert_int_equal(read_text(RUN CELL("a", "broken") CELL("b", "skip")
					   SUMMARY RUN CELL("a", "pass") SUMMARY,
				 &journal, NULL),
		0);
	assert_int_equal(journal.count, 2);
	assert_string_equal(journal.results[0].id, "a");
	assert_int_equal(journal.results[0].outcome, OUTCOME_PASS);
	assert_int_equal(journal.summary.count[OUTCOME_PASS], 1);
	assert_int_equal(journal.summary.count[OUTCOME_BROKEN], 0);
	assert_true(journal.summary.seconds == 93.1);
	assert_true(journal.complete);
	journal_free(&journal);
	assert_int_equal(
		read_text(RUN SUMMARY "{\"type\":\"run\",\"planned\":1}\n", &journal, NULL), 0);
	assert_false(journal.complete);
	assert_int_equal(journal.facts.planned, 2);
	journal_free(&journal);
	assert_int_equal(read_text(RUN SUMMARY RUN CELL("a", "pass"), &journal, NULL), 0);
	assert_false(journal.complete);
	journal_free(&journal);
}

static void refuses(const char *text, const char *wanted)
{
	struct journal journal;
	struct error error;

	assert_int_equal(read_text(text, &journal, &error), -1);
	if (!strstr(error.text, wanted))
		fail_msg("\"%s\" lacks \"%s\"", error.text, wanted);
}

static void test_bad_lines_are_errors(void **state)
{
	struct journal journal;
	struct error error;

	(void)state;
	refuses(RUN "{oops\n" CELL("a", "pass"), ":2: no JSON object: ");
	refuses("[]\n", ":1: expected an object with \"type\" run, cell or summary");
	refuses("{\"type\":\"cel\"}\n", ":1: expected an object with \"type\"");
	refuses("{\"type\":\"cell\",\"id\":\"a\"}\n", ":1: Object item not found: outcome");
	refuses(CELL("a", "passed"), ":1: outcome \"passed\", expected pass, fail, ");
	refuses("{\"type\":\"cell\",\"id\":\"a\",\"outcome\":\"fail\",\"failure\":\"oom\"}\n",
		":1: unknown failure class \"oom\"");
	refuses("{\"type\":\"cell\",\"id\":\"a\",\"outcome\":\"fail\",\"at\":{\"x\":1}}\n",
		":1: at.x is no string");
	refuses("{\"type\":\"cell\",\"id\":\"a\",\"outcome\":\"fail\",\"attempts\":[{}]}\n",
		":1: ");
	assert_int_equal(journal_read("/nonexistent", &journal, &error), -1);
	assert_non_null(strstr(error.text, "/nonexistent"));
}

static void test_counts_and_status(void **state)
{
	struct summary summary = {0};

	(void)state;
	assert_int_equal(summary_status(&summary), 0);
	for (int i = 0; i < OUTCOMES; i++)
		assert_int_equal(outcome_parse(outcome_name((enum outcome)i)), i);
	assert_int_equal(outcome_parse("passed"), OUTCOMES);
	summary_add(&summary, &(struct result){.outcome = OUTCOME_XFAIL});
	summary_add(&summary, &(struct result){.outcome = OUTCOME_SKIP});
	summary_add(&summary, &(struct result){.outcome = OUTCOME_PASS, .flaky = true});
	assert_int_equal(summary.flaky, 1);
	assert_int_equal(summary_status(&summary), 0);
	summary_add(&summary, &(struct result){.outcome = OUTCOME_BROKEN});
	assert_int_equal(summary_status(&summary), 3);
	summary_add(&summary, &(struct result){.outcome = OUTCOME_XPASS});
	assert_int_equal(summary_status(&summary), 1);
}

static int make_path(void **state)
{
	char folder[] = "/tmp/dkboot-journal-XXXXXX";

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/journal.jsonl", folder);
	return 0;
}

static int remove_path(void **state)
{
	(void)state;
	*strrchr(path, '/') = '\0';
	return folder_remove(path, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_torn_last_line),
		cmocka_unit_test(test_last_line_of_an_id_counts),
		cmocka_unit_test(test_bad_lines_are_errors),
		cmocka_unit_test(test_counts_and_status),
	};

	return cmocka_run_group_tests_name("record/journal", tests, make_path, remove_path);
}
