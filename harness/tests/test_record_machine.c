/* The reports that machines read: TAP and JUnit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "base/cleanup.h"
#include "record/report.h"
#include "tests/sample.h"

#include <cmocka.h>

#define NASTY                                                                                      \
	"<&\"'# \\ ]]> \x01\x1b[31m\x7f \xc2\x9b \xff\xc3 \xed\xa0\x80 "                           \
	"\xef\xbf\xbe\xef\xbf\xbf\xef\xbb\xbf"

/* One cell of every outcome, the texts as bad as they come. */
static void fill(struct journal *journal)
{
	struct result *result;

	*journal = (struct journal){.complete = true, .facts = {.planned = 7}};
	journal->facts.version = copy_text("0.1");
	journal->facts.command = copy_text("dkboot run " NASTY);
	journal->facts.started = copy_text("2026-01-02T03:04:05Z");
	sample_add(journal, "gate:memory=64m", OUTCOME_PASS);
	result = sample_add(journal, "gate:memory=128m", OUTCOME_FAIL);
	sample_fail(result, FAILURE_PANIC, NASTY);
	sample_attempt(result, OUTCOME_FAIL, FAILURE_HANG, "first");
	sample_attempt(result, OUTCOME_BROKEN, FAILURE_NONE, "second");
	sample_attempt(result, OUTCOME_FAIL, FAILURE_PANIC, NASTY);
	result->folder = copy_text("cells/1-" NASTY);
	result = sample_add(journal, "other:memory=#1 \\", OUTCOME_XFAIL);
	sample_fail(result, FAILURE_SERIAL, "line 3");
	result->why = copy_text("known # " NASTY);
	result->bug = copy_text("B3");
	result = sample_add(journal, "gate:memory=256m", OUTCOME_XPASS);
	result->why = copy_text("known");
	sample_add(journal, "gate:memory=512m", OUTCOME_SKIP)->why = copy_text("no memory");
	sample_fail(
		sample_add(journal, "gate:memory=1g", OUTCOME_BROKEN), FAILURE_NONE, "disk full");
	result = sample_add(journal, "gate", OUTCOME_PASS);
	result->flaky = true;
	sample_attempt(result, OUTCOME_FAIL, FAILURE_SLOW, "late");
	sample_attempt(result, OUTCOME_PASS, FAILURE_NONE, NULL);
}

static void has(const struct buffer *out, const char *wanted)
{
	if (!strstr(out->data, wanted))
		fail_msg("lacks: %s\n%s", wanted, out->data);
}

static void test_tap(void **state)
{
	autobuffer struct buffer out = {0};
	struct journal journal;

	(void)state;
	fill(&journal);
	report_tap(&journal, &out);
	assert_int_equal(strncmp(out.data, "TAP version 14\n1..7\n# dkboot: 0.1\n", 34), 0);
	has(&out, "\nok 1 - gate:memory=64m\nnot ok 2 - gate:memory=128m\n  ---\n  message: "
		  "\"panic: <&\\\"'# ");
	has(&out, "# \\\\ ]]> \\\\x01\\\\x1b[31m\\\\x7f \\\\xc2\\\\x9b \\\\xff\\\\xc3 "
		  "\\\\xed\\\\xa0\\\\x80 "
		  "\\uFFFE\\uFFFF\\uFEFF\"\n  severity: \"fail\"\n  class: \"panic\"\n");
	has(&out, "\n  attempts:\n    - \"hang: first\"\n    - \"second\"\n    - \"panic: <&");
	has(&out, "\nnot ok 3 - other:memory=\\#1 \\\\ # TODO known # <&");
	has(&out, "\nnot ok 4 - gate:memory=256m\n  ---\n"
		  "  message: \"expected to fail, and did not: known\"\n");
	has(&out, "\nok 5 - gate:memory=512m # SKIP no memory\nnot ok 6 - gate:memory=1g\n");
	has(&out, "\n  severity: \"broken\"\n");
	has(&out, "\nok 7 - gate\n  ---\n  message: \"passed, but not at the first attempt\"\n");
	assert_null(strstr(out.data, "Bail out!"));
	journal_free(&journal);
}

static void test_tap_of_nothing_and_of_half_a_run(void **state)
{
	autobuffer struct buffer out = {0};
	struct journal journal = {.complete = true};

	(void)state;
	report_tap(&journal, &out);
	assert_string_equal(out.data, "TAP version 14\n1..0 # no cells\n");
	journal.complete = false;
	journal.facts.planned = 9;
	sample_add(&journal, "a:b=c", OUTCOME_PASS);
	buffer_clear(&out);
	report_tap(&journal, &out);
	assert_string_equal(out.data,
		"TAP version 14\n1..9\nok 1 - a:b=c\n"
		"Bail out! the run did not come to its end: 1 of 9 cells are done\n");
	journal_free(&journal);
}

/* A string or number that an XPath expression yields. */
static char *xpath(xmlDoc *document, const char *expression)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *object = xmlXPathEvalExpression(BAD_CAST expression, context);
	xmlChar *text = xmlXPathCastToString(object);
	char *copy = copy_text((const char *)text);

	xmlFree(text);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	return copy;
}

static void yields(xmlDoc *document, const char *expression, const char *wanted)
{
	autofree char *found = xpath(document, expression);

	if (strcmp(found, wanted))
		fail_msg("%s is \"%s\", expected \"%s\"", expression, found, wanted);
}

static xmlDoc *junit(const struct journal *journal)
{
	autobuffer struct buffer out = {0};
	xmlDoc *document;

	assert_int_equal(report_junit(journal, &out, NULL), 0);
	document = xmlReadMemory(out.data, (int)out.size, NULL, NULL, XML_PARSE_NONET);
	assert_non_null(document);
	return document;
}

static void test_junit(void **state)
{
	struct journal journal;
	xmlDoc *document;

	(void)state;
	fill(&journal);
	document = junit(&journal);
	yields(document, "count(/testsuites/testsuite)", "2");
	yields(document, "concat(/*/@tests, ' ', /*/@failures, ' ', /*/@errors, ' ', /*/@skipped)",
		"7 2 1 2");
	yields(document, "count(//testsuite[@name='gate']/testcase)", "6");
	yields(document, "string(//testcase[@name='memory=1g']/error/@message)", "disk full");
	yields(document, "string(//testcase[@name='memory=128m']/failure/@type)", "hang");
	yields(document, "string(//testcase[@name='memory=128m']/rerunError/@message)", "second");
	yields(document, "string(//testcase[@name='memory=128m']/rerunFailure/@message)",
		"panic: <&\"'# \\ ]]> \\x01\\x1b[31m\\x7f \\xc2\\x9b \\xff\\xc3 \\xed\\xa0\\x80 "
		"\xef\xbb\xbf");
	yields(document, "string(//testcase[@name='memory=256m']/failure/@type)", "xpass");
	yields(document, "string(//testcase[@name='memory=512m']/skipped/@message)", "no memory");
	yields(document,
		"starts-with(//testsuite[@name='other']//skipped/@message, "
		"'expected failure: known # <&')",
		"true");
	yields(document, "string(//testcase[@name='gate']/flakyFailure/@message)", "slow: late");
	yields(document, "count(//testcase[@name='gate']/*)", "1");
	yields(document, "string(//property[@name='version']/@value)", "0.1");
	xmlFreeDoc(document);
	journal_free(&journal);
}

static void test_junit_of_half_a_run_is_red(void **state)
{
	struct journal journal = {.facts = {.planned = 2}};
	xmlDoc *document = junit(&journal);

	(void)state;
	yields(document, "string(/testsuites/@errors)", "1");
	yields(document, "string(//testcase[@name='complete']/error/@message)",
		"the run did not come to its end: 0 of 2 cells are done");
	xmlFreeDoc(document);
}

static int clean_up(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tap),
		cmocka_unit_test(test_tap_of_nothing_and_of_half_a_run),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_junit_of_half_a_run_is_red),
	};

	return cmocka_run_group_tests_name("record/machine", tests, NULL, clean_up);
}
