/* JUnit XML read back: what our writer wrote, what others write, and what nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "record/recorded.h"
#include "record/report.h"
#include "tests/sample.h"

#include <cmocka.h>

static int read_text(const char *text, size_t size, struct journal *out, struct error *error)
{
	autobuffer struct buffer bytes = {0};

	buffer_add(&bytes, text, size);
	return junit_read("x.xml", &bytes, out, error);
}

static void fill(struct journal *journal)
{
	struct result *result;

	sample_add(journal, "a:memory=64m,kernel=p", OUTCOME_PASS);
	sample_fail(sample_add(journal, "a:memory=96m,kernel=p", OUTCOME_FAIL), FAILURE_PANIC,
		"no <root> & \"quoted\" ]]>");
	sample_add(journal, "a:memory=1g,kernel=p", OUTCOME_XFAIL)->why = copy_text("known");
	result = sample_add(journal, "b", OUTCOME_XPASS);
	result->why = copy_text("was known");
	sample_add(journal, "c:kernel=q", OUTCOME_SKIP)->why = copy_text("a reason");
	sample_fail(sample_add(journal, "c:kernel=r", OUTCOME_BROKEN), FAILURE_NONE, "no disk");
	result = sample_add(journal, "c:kernel=s", OUTCOME_PASS);
	result->flaky = true;
	sample_attempt(result, OUTCOME_FAIL, FAILURE_HANG, "still");
	sample_attempt(result, OUTCOME_PASS, FAILURE_NONE, NULL);
	journal->facts.planned = journal->count;
	journal->complete = true;
}

static void test_round_trip(void **state)
{
	struct journal made = {0}, read;
	struct error error = {""};
	autobuffer struct buffer xml = {0};

	(void)state;
	fill(&made);
	assert_int_equal(report_junit(&made, &xml, NULL), 0);
	if (junit_read("x.xml", &xml, &read, &error))
		fail_msg("%s", error.text);
	assert_true(read.complete);
	assert_int_equal(read.count, made.count);
	for (size_t i = 0; i < made.count; i++) {
		const struct result *a = &made.results[i], *b = &read.results[i];

		assert_string_equal(a->id, b->id);
		assert_int_equal(a->outcome, b->outcome);
		assert_int_equal(a->failure, b->failure);
		assert_int_equal(a->flaky, b->flaky);
		assert_int_equal(a->at_count, b->at_count);
		assert_float_equal(a->seconds, b->seconds, 0.001);
	}
	assert_string_equal(read.results[1].reason, made.results[1].reason);
	assert_string_equal(read.results[2].why, "known");
	assert_string_equal(read.results[0].at[1].value, "p");
	journal_free(&made);
	journal_free(&read);
}

static void test_half_a_run(void **state)
{
	struct journal made = {0}, read;
	autobuffer struct buffer xml = {0};

	(void)state;
	fill(&made);
	made.complete = false;
	made.facts.planned = 120;
	report_junit(&made, &xml, NULL);
	assert_int_equal(junit_read("x.xml", &xml, &read, NULL), 0);
	assert_false(read.complete);
	assert_int_equal(read.count, made.count);
	assert_int_equal(read.facts.planned, 120);
	journal_free(&made);
	journal_free(&read);
}

/* A file that ends too early is never a run, wherever it ends. */
static void test_torn(void **state)
{
	struct journal made = {0}, read;
	autobuffer struct buffer xml = {0};

	(void)state;
	fill(&made);
	report_junit(&made, &xml, NULL);
	while (xml.size && xml.data[xml.size - 1] != '>')
		xml.size--;
	for (size_t size = 0; size < xml.size; size++) {
		struct error error = {""};

		assert_int_equal(read_text(xml.data, size, &read, &error), -1);
		assert_memory_equal(error.text, "x.xml:", 6);
		assert_null(strchr(error.text, '\n'));
	}
	journal_free(&made);
}

static void test_of_others(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf\n<?xml version='1.0'?>\n"
		"<testsuite name='s' tests='3'>\n"
		" <testcase classname='p.T' name='one' time='1.5'>"
		"<system-out>&lt;failure/&gt;</system-out></testcase>\n"
		" <testcase name='two' time='soon'><failure>x<failure/></failure>"
		"</testcase>\n"
		" <testcase name='three'><skipped/></testcase>\n"
		"</testsuite>\n";
	struct journal read;
	struct error error = {""};

	(void)state;
	/* A byte order mark may stand in front, a blank between it and the declaration not. */
	assert_int_equal(read_text(text, strlen(text), &read, NULL), -1);
	if (read_text(text + 4, strlen(text + 4), &read, &error))
		fail_msg("%s", error.text);
	assert_int_equal(read.count, 3);
	assert_string_equal(read.results[0].id, "p.T:one");
	assert_int_equal(read.results[0].outcome, OUTCOME_PASS);
	assert_float_equal(read.results[0].seconds, 1.5, 0.001);
	assert_int_equal(read.results[1].outcome, OUTCOME_FAIL);
	assert_int_equal(read.results[2].outcome, OUTCOME_SKIP);
	journal_free(&read);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"<html><body/></html>", "x.xml:1: no JUnit file"},
		{"<testsuites>\n<testcase time='1'/></testsuites>",
			"x.xml:2: a <testcase> without a name"},
		{"<testsuites><testcase name='a'/>\n<testcase name='a'/></testsuites>",
			"x.xml: 'a' is there twice"},
		{"<!DOCTYPE t [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n"
		 "<testsuites><testcase name='&e;'/></testsuites>",
			"x.xml:"},
		{"<!DOCTYPE t [<!ENTITY a \"ha\">]><testsuites><testcase name='&a;'/></testsuites>",
			"x.xml:1: a document type"},
		{"<testsuites>\n<testcase name='a'>\n</testsuites>", "x.xml:3: "},
		{"<testsuites><testcase name='a\x01'/></testsuites>", "x.xml:1: "},
		{"<testsuites><testcase name='\xff'/></testsuites>", "x.xml:1: "},
		{"<testsuites/><testsuites/>", "x.xml:1: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct journal read;
		struct error error = {""};

		assert_int_equal(read_text(rows[i].text, strlen(rows[i].text), &read, &error), -1);
		assert_null(read.results);
		if (strncmp(error.text, rows[i].says, strlen(rows[i].says)) != 0 ||
			strchr(error.text, '\n'))
			fail_msg("%s: %s", rows[i].text, error.text);
	}
}

/* A million elements in one another, and a billion laughs. */
static void test_hostile(void **state)
{
	autobuffer struct buffer deep = {0}, laughs = {0};
	struct journal read;

	(void)state;
	for (size_t i = 0; i < 1000000; i++)
		buffer_add_text(&deep, i ? "<a>" : "<testsuites>");
	assert_int_equal(read_text(deep.data, deep.size, &read, NULL), -1);
	buffer_add_text(&laughs, "<!DOCTYPE t [<!ENTITY a0 \"ha\">");
	for (int i = 1; i < 30; i++)
		buffer_printf(&laughs, "<!ENTITY a%d \"&a%d;&a%d;\">", i, i - 1, i - 1);
	buffer_add_text(&laughs, "]><testsuites><testcase name=\"&a29;\"/></testsuites>");
	assert_int_equal(read_text(laughs.data, laughs.size, &read, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_half_a_run), cmocka_unit_test(test_torn),
		cmocka_unit_test(test_of_others), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
