/* From what was seen of a boot to a verdict: a table of observations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run/quote.h"
#include "run/verdict.h"

#include <cmocka.h>

static const struct case_ending poweroff = {.ending = END_POWEROFF};
static const struct case_ending none = {.ending = END_NONE};
static const struct case_ending reset = {.ending = END_RESET};
static struct case_ending refused = {.ending = END_REFUSED, .refusal = (char *)"cmdline of 300"};

struct row {
	const char *what;
	struct observation seen;
	const struct case_ending *ending;
	enum outcome outcome;
	enum failure failure;
	const char *says; /* part of the reason */
};

#define GUEST .end = WATCH_GUEST

static const struct row rows[] = {
	{"all seen, switched off", {GUEST, .cause = CAUSE_POWEROFF, .spoke = true, .met = true},
		&poweroff, OUTCOME_PASS, FAILURE_NONE, NULL},
	{"all seen, keeps running", {.end = WATCH_MET, .spoke = true, .met = true}, &none,
		OUTCOME_PASS, FAILURE_NONE, NULL},
	{"all seen, but then a panic",
		{GUEST, .cause = CAUSE_POWEROFF, .spoke = true, .met = true,
			.finding = {FAILURE_PANIC, (char *)"Kernel panic"}},
		&poweroff, OUTCOME_FAIL, FAILURE_PANIC, "Kernel panic"},
	{"all seen, a panic while it settled",
		{.end = WATCH_MET,
			.spoke = true,
			.met = true,
			.finding = {FAILURE_PANIC, (char *)"oops"}},
		&none, OUTCOME_FAIL, FAILURE_PANIC, "oops"},
	{"all seen, but a reset", {GUEST, .cause = CAUSE_RESET, .spoke = true, .met = true},
		&poweroff, OUTCOME_FAIL, FAILURE_RESET, "reset itself"},
	{"all seen, but pvpanic", {GUEST, .cause = CAUSE_PANIC, .spoke = true, .met = true},
		&poweroff, OUTCOME_FAIL, FAILURE_PANIC, "pvpanic"},
	{"a reset as asked", {GUEST, .cause = CAUSE_RESET, .spoke = true, .met = true}, &reset,
		OUTCOME_PASS, FAILURE_NONE, NULL},
	{"off instead of a reset", {GUEST, .cause = CAUSE_POWEROFF, .spoke = true, .met = true},
		&reset, OUTCOME_FAIL, FAILURE_EXIT, "early"},
	{"something missing",
		{GUEST, .cause = CAUSE_POWEROFF, .spoke = true, .missing = "line 3: expected /x/"},
		&poweroff, OUTCOME_FAIL, FAILURE_SERIAL, "line 3"},
	{"not a word", {GUEST, .cause = CAUSE_POWEROFF, .missing = "x"}, &poweroff, OUTCOME_FAIL,
		FAILURE_SILENT, "without a word"},
	{"emulator left with 0", {GUEST, .cause = CAUSE_EXIT, .code = 0}, &poweroff, OUTCOME_FAIL,
		FAILURE_EXIT, "status 0"},
	{"emulator left with 0, all seen", {GUEST, .cause = CAUSE_EXIT, .spoke = true, .met = true},
		&poweroff, OUTCOME_FAIL, FAILURE_EXIT, "status 0"},
	{"emulator killed", {GUEST, .cause = CAUSE_SIGNAL, .code = 9, .spoke = true, .met = true},
		&poweroff, OUTCOME_FAIL, FAILURE_CRASH, "signal 9"},
	{"emulator declined",
		{GUEST, .cause = CAUSE_EXIT, .code = 1, .words = "invalid kernel header"},
		&poweroff, OUTCOME_FAIL, FAILURE_REFUSED, "invalid kernel header"},
	{"refused, unasked", {.end = WATCH_REFUSED, .spoke = true, .refusal = "no room"}, &poweroff,
		OUTCOME_FAIL, FAILURE_REFUSED, "no room"},
	{"refused, as asked",
		{.end = WATCH_REFUSED,
			.spoke = true,
			.met = true,
			.refusal = "cmdline of 300 bytes"},
		&refused, OUTCOME_PASS, FAILURE_NONE, NULL},
	{"refused, as asked, in one line",
		{.end = WATCH_REFUSED,
			.met = true,
			.refusals = 1,
			.refusal = "cmdline of 300 bytes"},
		&refused, OUTCOME_PASS, FAILURE_NONE, NULL},
	{"refused, as asked, and again",
		{.end = WATCH_REFUSED,
			.met = true,
			.refusals = 2,
			.refusal = "cmdline of 300 bytes"},
		&refused, OUTCOME_FAIL, FAILURE_REFUSED, "in 2 lines"},
	{"refused with other words",
		{.end = WATCH_REFUSED, .spoke = true, .met = true, .refusal = "no room"}, &refused,
		OUTCOME_FAIL, FAILURE_REFUSED, "other words"},
	{"refused, but the next device did not boot",
		{.end = WATCH_QUIET,
			.spoke = true,
			.refusal = "cmdline of 300 bytes",
			.missing = "next"},
		&refused, OUTCOME_FAIL, FAILURE_SERIAL, "next"},
	{"was to be refused, and booted",
		{GUEST, .cause = CAUSE_POWEROFF, .spoke = true, .met = true}, &refused,
		OUTCOME_FAIL, FAILURE_SERIAL, "not refused"},
	{"was to be refused, and hangs", {.end = WATCH_QUIET, .spoke = true, .met = true}, &refused,
		OUTCOME_FAIL, FAILURE_HANG, "device progress"},
	{"quiet", {.end = WATCH_QUIET, .spoke = true}, &poweroff, OUTCOME_FAIL, FAILURE_HANG,
		"device progress"},
	{"quiet from the start", {.end = WATCH_QUIET}, &poweroff, OUTCOME_FAIL, FAILURE_SILENT,
		"no output"},
	{"halted, all said before it, and no end asked for",
		{.end = WATCH_HALTED, .spoke = true, .met = true}, &none, OUTCOME_PASS,
		FAILURE_NONE, NULL},
	{"halted before all was said", {.end = WATCH_HALTED, .spoke = true}, &none, OUTCOME_FAIL,
		FAILURE_HANG, "halted"},
	{"quiet, and all said", {.end = WATCH_QUIET, .spoke = true, .met = true}, &poweroff,
		OUTCOME_FAIL, FAILURE_HANG, "device progress"},
	{"halted", {.end = WATCH_HALTED, .spoke = true, .met = true}, &poweroff, OUTCOME_FAIL,
		FAILURE_HANG, "halted"},
	{"out of time", {.end = WATCH_LIMIT, .spoke = true, .met = true}, &poweroff, OUTCOME_FAIL,
		FAILURE_SLOW, "out of time"},
	{"our own side", {.end = WATCH_BROKEN, .spoke = true, .met = true, .trouble = "disk full"},
		&poweroff, OUTCOME_BROKEN, FAILURE_NONE, "disk full"},
	{"after a reset", {GUEST, .cause = CAUSE_RESET, .spoke = true, .boot = 2}, &poweroff,
		OUTCOME_FAIL, FAILURE_RESET, "after reset 2"},
};

static void decides_each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attempt attempt = {0};

		verdict_decide(&rows[i].seen, rows[i].ending, &attempt);
		if (attempt.outcome != rows[i].outcome || attempt.failure != rows[i].failure)
			fail_msg("%s: %s %s (%s)", rows[i].what, outcome_name(attempt.outcome),
				failure_name(attempt.failure),
				attempt.reason ? attempt.reason : "");
		if (rows[i].says ? !attempt.reason || !strstr(attempt.reason, rows[i].says)
				 : !!attempt.reason)
			fail_msg("%s: said '%s'", rows[i].what,
				attempt.reason ? attempt.reason : "");
		free(attempt.reason);
	}
}

static void applies_declared_failures(void **state)
{
	const struct expected_failure layout = {
		.failure = FAILURE_LAYOUT, .rules = (char *)"I5 I6a"};
	const struct expected_failure hang = {.failure = FAILURE_HANG};
	const struct attempt passed = {.outcome = OUTCOME_PASS};
	const struct attempt broken = {.outcome = OUTCOME_BROKEN};
	const struct attempt hung = {.outcome = OUTCOME_FAIL, .failure = FAILURE_HANG};
	const struct attempt laid = {.outcome = OUTCOME_FAIL, .failure = FAILURE_LAYOUT};

	(void)state;
	assert_int_equal(verdict_apply(&hung, NULL, NULL), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&hung, &hang, NULL), OUTCOME_XFAIL);
	assert_int_equal(verdict_apply(&laid, &hang, "I5"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I5"), OUTCOME_XFAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I6"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I6a"), OUTCOME_XFAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I6a I5"), OUTCOME_XFAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I5 I7a"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I7a I5"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I5 I6"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, "I5a"), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, ""), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&laid, &layout, NULL), OUTCOME_FAIL);
	assert_int_equal(verdict_apply(&passed, &layout, NULL), OUTCOME_XPASS);
	assert_int_equal(verdict_apply(&broken, &hang, NULL), OUTCOME_BROKEN);
}

static void quotes_for_a_shell(void **state)
{
	struct buffer out = {0};

	(void)state;
	add_quoted(&out, "plain-1.0,x=y");
	buffer_add_text(&out, "|");
	add_quoted(&out, "");
	buffer_add_text(&out, "|");
	add_quoted(&out, "a b$(c)'d");
	assert_string_equal(out.data, "plain-1.0,x=y|''|'a b$(c)'\\''d'");
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_each_row),
		cmocka_unit_test(applies_declared_failures),
		cmocka_unit_test(quotes_for_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
