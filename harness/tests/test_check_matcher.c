/* The matcher's state: order, prompts, deadlines, comparisons, findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "check/matcher.h"

#include <cmocka.h>

static const struct variable variables[] = {{"crc", "0a1b2c3d"}, {"cmdline", "a b (c) \\E"}};

/* A matcher for a NULL-terminated list of expectations. */
static struct matcher *matcher_for(const struct expectation *const *expected)
{
	struct error error;
	struct matcher *matcher;
	size_t count = 0;

	while (expected[count])
		count++;
	matcher = matcher_new(expected, count, variables, 2, &error);
	if (!matcher)
		fail_msg("%s", error.text);
	return matcher;
}

#define MATCHER(...) matcher_for((const struct expectation *const[]){__VA_ARGS__, NULL})
#define EXPECT(...)  (&(const struct expectation){__VA_ARGS__})

static void say(struct matcher *matcher, const char *text)
{
	matcher_feed(matcher, CHANNEL_SERIAL, text, strlen(text), 10);
}

/* Checks the finding, then releases the matcher. */
static void end_with(struct matcher *matcher, enum failure failure, const char *reason)
{
	const struct finding *finding = matcher_finding(matcher);

	if (finding->reason && (!reason || strcmp(finding->reason, reason)))
		fail_msg("%s", finding->reason);
	assert_int_equal(finding->failure, failure);
	assert_int_equal(!reason, !finding->reason);
	matcher_free(matcher);
}

static void test_nothing_expected_is_met(void **state)
{
	struct matcher *matcher = matcher_new(NULL, 0, NULL, 0, NULL);

	(void)state;
	say(matcher, "anything\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_order_needs_later_lines(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "one"), EXPECT(.pattern = "two"));
	size_t of;

	(void)state;
	say(matcher, "two\none two\n");
	assert_int_equal(matcher_progress(matcher, &of), 1);
	assert_int_equal(of, 2);
	say(matcher, "two");
	assert_false(matcher_met(matcher));
	say(matcher, "\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_unordered_share_a_line(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.kind = EXPECT_UNORDERED, .pattern = "one"),
		EXPECT(.kind = EXPECT_UNORDERED, .pattern = "two"), EXPECT(.pattern = "one"));

	(void)state;
	say(matcher, "two and one\r\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_channels_are_apart(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "a", .channel = CHANNEL_DEBUG),
		EXPECT(.pattern = "b", .channel = CHANNEL_SERIAL));

	(void)state;
	say(matcher, "a\n");
	matcher_feed(matcher, CHANNEL_DEBUG, "b", 1, 10);
	say(matcher, "b\n");
	assert_int_equal(matcher_progress(matcher, NULL), 1);
	matcher_feed(matcher, CHANNEL_DEBUG, "a\n", 2, 10);
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_halves_are_no_match(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "all good"));
	autofree char *missing = NULL;

	(void)state;
	say(matcher, "all [    1.0] random: crng init done\ngood\n");
	matcher_end(matcher, 20);
	assert_false(matcher_met(matcher));
	missing = matcher_missing(matcher);
	assert_string_equal(missing, "expected /all good/ on serial (0 of 1 met)");
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_forbidden(void **state)
{
	(void)state;
	struct matcher *matcher =
		MATCHER(EXPECT(.kind = EXPECT_FORBIDDEN, .pattern = "corrupt", .line = 7));

	assert_true(matcher_met(matcher));
	say(matcher, "data is corrupt\x1b[2J\nKernel panic - not syncing: later\n");
	end_with(matcher, FAILURE_SERIAL,
		"line 7: forbidden /corrupt/ on serial: \"data is corrupt\\x1b[2J\"");
	matcher = MATCHER(EXPECT(.kind = EXPECT_FORBIDDEN, .pattern = "x", .within_ms = 9));
	say(matcher, "x\n");
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_panic_after_success(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "ok"));

	(void)state;
	say(matcher, "ok\nKernel panic - not syncing: no\nBUG: unable to handle page fault\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_PANIC,
		"Linux panic on serial: \"Kernel panic - not syncing: no\"");
}

static void test_equals(void **state)
{
	struct comparison crc = {"crc", "${crc}"};
	const struct expectation expect = {.pattern = "initrd crc=(?<crc>\\w*)",
		.equals = &crc,
		.equals_count = 1,
		.line = 12};
	struct matcher *matcher = MATCHER(&expect);

	(void)state;
	say(matcher, "initrd crc=0a1b2c3d\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
	matcher = MATCHER(&expect);
	say(matcher, "initrd crc=00000000\ninitrd crc=0a1b2c3d\n");
	assert_false(matcher_met(matcher));
	end_with(matcher, FAILURE_SERIAL,
		"line 12: crc: expected \"0a1b2c3d\", the guest said \"00000000\"");
	matcher = MATCHER(&expect);
	say(matcher, "initrd crc=\n");
	end_with(matcher, FAILURE_SERIAL,
		"line 12: crc: expected \"0a1b2c3d\", the guest said \"\"");
}

static void test_variables_are_quoted(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "^cmdline=${cmdline}$"));
	autofree char *missing = matcher_missing(matcher);

	(void)state;
	assert_string_equal(missing, "expected /^cmdline=a b (c) \\E$/ on serial (0 of 1 met)");
	say(matcher, "cmdline=a b (c) \\E\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_within(void **state)
{
	const struct expectation expect = {.pattern = "ready", .within_ms = 500, .line = 3};
	struct matcher *matcher = MATCHER(&expect, EXPECT(.pattern = "x", .within_ms = 900));

	(void)state;
	assert_int_equal(matcher_deadline(matcher), 501);
	matcher_feed(matcher, CHANNEL_SERIAL, "ready\n", 6, 500);
	assert_int_equal(matcher_deadline(matcher), 901);
	matcher_feed(matcher, CHANNEL_SERIAL, "x\n", 2, 900);
	assert_int_equal(matcher_deadline(matcher), UINT32_MAX);
	matcher_idle(matcher, 5000);
	end_with(matcher, FAILURE_NONE, NULL);
	matcher = MATCHER(&expect);
	matcher_idle(matcher, 500);
	assert_int_equal(matcher_finding(matcher)->failure, FAILURE_NONE);
	matcher_feed(matcher, CHANNEL_SERIAL, "ready\n", 6, 612);
	assert_false(matcher_met(matcher));
	end_with(matcher, FAILURE_SERIAL,
		"line 3: expected /ready/ on serial within 500 ms, not seen after 612 ms");
}

static void test_prompt(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "login: $", .prompt = true),
		EXPECT(.pattern = "login", .prompt = true), EXPECT(.pattern = "never"));

	(void)state;
	say(matcher, "host login: ");
	assert_int_equal(matcher_progress(matcher, NULL), 0);
	matcher_idle(matcher, 11);
	matcher_idle(matcher, 12);
	assert_int_equal(matcher_progress(matcher, NULL), 1);
	say(matcher, "root\n");
	assert_int_equal(matcher_progress(matcher, NULL), 1);
	say(matcher, "host login: never");
	matcher_idle(matcher, 13);
	assert_int_equal(matcher_progress(matcher, NULL), 2);
	matcher_end(matcher, 14);
	assert_int_equal(matcher_progress(matcher, NULL), 2);
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_unfinished_panic_and_last_line(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "bye"));

	(void)state;
	say(matcher, "Kernel panic - not syncing: he");
	assert_int_equal(matcher_finding(matcher)->failure, FAILURE_NONE);
	matcher_idle(matcher, 11);
	end_with(matcher, FAILURE_PANIC,
		"Linux panic on serial: \"Kernel panic - not syncing: he\"");
	matcher = MATCHER(EXPECT(.pattern = "bye"));
	say(matcher, "bye");
	matcher_idle(matcher, 11);
	assert_false(matcher_met(matcher));
	matcher_end(matcher, 12);
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_refusal_is_no_finding(void **state)
{
	struct matcher *matcher = matcher_new(NULL, 0, NULL, 0, NULL);

	(void)state;
	say(matcher, "dkboot-rom: refused: no\x07\r\ndkboot-rom: refused: again\r\n");
	assert_string_equal(matcher_refusal(matcher), "no\\x07");
	assert_int_equal(matcher_refusals(matcher), 2);
	matcher_again(matcher);
	assert_null(matcher_refusal(matcher));
	assert_int_equal(matcher_refusals(matcher), 0);
	say(matcher, "dkboot-rom: refused: half of");
	matcher_idle(matcher, 11);
	assert_null(matcher_refusal(matcher));
	say(matcher, " it\n");
	assert_string_equal(matcher_refusal(matcher), "half of it");
	assert_int_equal(matcher_refusals(matcher), 1);
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_again(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "one"), EXPECT(.pattern = "two"));

	(void)state;
	say(matcher, "one\ntwo\nunfinished");
	assert_true(matcher_met(matcher));
	matcher_again(matcher);
	assert_int_equal(matcher_progress(matcher, NULL), 0);
	say(matcher, "one\ntwo\n");
	assert_true(matcher_met(matcher));
	say(matcher, "Kernel panic - not syncing: at the very end");
	matcher_again(matcher);
	end_with(matcher, FAILURE_PANIC,
		"Linux panic on serial: \"Kernel panic - not syncing: at the very end\"");
}

/* What only a frozen guest says is not said again, and everything else is wanted again. */
static void test_again_but_once(void **state)
{
	struct matcher *matcher =
		MATCHER(EXPECT(.kind = EXPECT_UNORDERED, .pattern = "awake", .once = true),
			EXPECT(.pattern = "two"));

	(void)state;
	say(matcher, "two\n");
	matcher_again(matcher);
	say(matcher, "two\n");
	assert_false(matcher_met(matcher));
	say(matcher, "awake\n");
	assert_true(matcher_met(matcher));
	matcher_again(matcher);
	assert_false(matcher_met(matcher));
	say(matcher, "two\n");
	assert_true(matcher_met(matcher));
	end_with(matcher, FAILURE_NONE, NULL);
}

static void test_catastrophe_is_an_error(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "(?:x+)+[yz]", .line = 9));
	uint64_t start = clock_now();
	static char text[4097];

	(void)state;
	memset(text, 'x', 4096);
	text[4095] = '\n';
	for (int i = 0; i < 1000; i++)
		say(matcher, text);
	assert_true(milliseconds(clock_now() - start) < 1000);
	assert_non_null(strstr(matcher_finding(matcher)->reason,
		"line 9: pattern /(?:x+)+[yz]/ backtracks too far (limit of 1000000) on \"xxx"));
	assert_non_null(strstr(matcher_finding(matcher)->reason, "... (3895 more bytes)"));
	assert_int_equal(matcher_finding(matcher)->failure, FAILURE_SERIAL);
	matcher_free(matcher);
}

static void test_cut_lines_are_said(void **state)
{
	struct matcher *matcher = MATCHER(EXPECT(.pattern = "end"));
	static char block[65537];
	autofree char *missing = NULL;

	(void)state;
	memset(block, '.', 65536);
	say(matcher, block);
	say(matcher, "the end\n");
	assert_int_equal(matcher_cut(matcher), 1);
	missing = matcher_missing(matcher);
	assert_string_equal(missing, "expected /end/ on serial (0 of 1 met); 1 line cut at 64 KiB");
	end_with(matcher, FAILURE_NONE, NULL);
}

static void refuses(const struct expectation *expect, const char *wanted)
{
	struct error error;

	assert_null(matcher_new(&expect, 1, variables, 2, &error));
	assert_string_equal(error.text, wanted);
}

static void test_bad_expectations(void **state)
{
	struct comparison crc = {"crc", "x"}, unknown = {"crc", "${initrd}"};

	(void)state;
	refuses(EXPECT(.pattern = "a[", .line = 4),
		"line 4: /a[/: missing terminating ] for character class, at byte 2");
	refuses(EXPECT(.pattern = "${x}"),
		"/${x}/: unknown variable ${x}, expected one of: crc, cmdline");
	refuses(EXPECT(.pattern = "y", .line = 5, .equals = &crc, .equals_count = 1),
		"line 5: /y/: equals names \"crc\", expected a group (?<crc>...) in the pattern");
	refuses(EXPECT(.pattern = "(?<crc>y)", .line = 6, .equals = &unknown, .equals_count = 1),
		"line 6: /(?<crc>y)/: unknown variable ${initrd}, expected one of: crc, cmdline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_expected_is_met),
		cmocka_unit_test(test_order_needs_later_lines),
		cmocka_unit_test(test_unordered_share_a_line),
		cmocka_unit_test(test_channels_are_apart),
		cmocka_unit_test(test_halves_are_no_match),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_panic_after_success),
		cmocka_unit_test(test_equals),
		cmocka_unit_test(test_variables_are_quoted),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_prompt),
		cmocka_unit_test(test_unfinished_panic_and_last_line),
		cmocka_unit_test(test_refusal_is_no_finding),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_again_but_once),
		cmocka_unit_test(test_catastrophe_is_an_error),
		cmocka_unit_test(test_cut_lines_are_said),
		cmocka_unit_test(test_bad_expectations),
	};

	return cmocka_run_group_tests_name("check/matcher", tests, NULL, NULL);
}
