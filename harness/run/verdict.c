#include "run/verdict.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static void set(struct attempt *attempt, enum outcome outcome, enum failure failure, char *reason)
{
	attempt->outcome = outcome;
	attempt->failure = failure;
	free(attempt->reason);
	attempt->reason = reason;
}

/* Whether the words of a refusal are those that the case asked for. A bad pattern was refused at
 * load. */
static bool refusal_fits(const char *pattern, const char *words)
{
	int number;
	PCRE2_SIZE offset;
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &number, &offset, NULL);
	pcre2_match_data *match;
	bool fits;

	if (!code)
		return false;
	match = pcre2_match_data_create_from_pattern(code, NULL);
	fits = pcre2_match(code, (PCRE2_SPTR)words, strlen(words), 0, 0, match, NULL) >= 0;
	pcre2_match_data_free(match);
	pcre2_code_free(code);
	return fits;
}

static const char *or_nothing(const char *text)
{
	return text && *text ? text : "nothing";
}

/* The guest stopped itself in the way the case asked for. */
static bool ended_as_asked(const struct observation *seen, const struct case_ending *ending)
{
	switch (ending->ending) {
	case END_POWEROFF:
	case END_NONE:
		return seen->cause == CAUSE_POWEROFF;
	case END_RESET:
		return seen->cause == CAUSE_RESET;
	case END_HALT:
	case END_REFUSED:
		return false;
	}
	return false;
}

static void decide_refused(
	const struct observation *seen, const struct case_ending *ending, struct attempt *attempt)
{
	if (ending->ending != END_REFUSED)
		set(attempt, OUTCOME_FAIL, FAILURE_REFUSED, copy_text(seen->refusal));
	else if (!refusal_fits(ending->refusal, seen->refusal))
		set(attempt, OUTCOME_FAIL, FAILURE_REFUSED,
			format_text("refused with other words than /%s/: %s", ending->refusal,
				seen->refusal));
	else if (seen->refusals > 1)
		set(attempt, OUTCOME_FAIL, FAILURE_REFUSED,
			format_text("refused as asked, but in %u lines, expected one: %s",
				seen->refusals, seen->refusal));
	else if (!seen->met)
		set(attempt, OUTCOME_FAIL, FAILURE_SERIAL,
			format_text("refused as asked, but: %s", or_nothing(seen->missing)));
	else
		set(attempt, OUTCOME_PASS, FAILURE_NONE, NULL);
}

/* The emulator itself went away. */
static void decide_emulator(const struct observation *seen, struct attempt *attempt)
{
	if (seen->cause == CAUSE_SIGNAL)
		set(attempt, OUTCOME_FAIL, FAILURE_CRASH,
			format_text("the emulator died of signal %d (%s), having said: %s",
				seen->code, strsignal(seen->code), or_nothing(seen->words)));
	else if (seen->code != 0 && seen->words && *seen->words && !seen->spoke)
		set(attempt, OUTCOME_FAIL, FAILURE_REFUSED, copy_text(seen->words));
	else
		set(attempt, OUTCOME_FAIL, FAILURE_EXIT,
			format_text("the emulator ended by itself with status %d, having said: %s",
				seen->code, or_nothing(seen->words)));
}

static void decide_guest(
	const struct observation *seen, const struct case_ending *ending, struct attempt *attempt)
{
	if (ending->ending == END_REFUSED && seen->cause == CAUSE_POWEROFF)
		set(attempt, OUTCOME_FAIL, FAILURE_SERIAL,
			copy_text("was to be refused, and was not refused"));
	else if (seen->cause == CAUSE_EXIT || seen->cause == CAUSE_SIGNAL)
		decide_emulator(seen, attempt);
	else if (seen->cause == CAUSE_CRASH)
		set(attempt, OUTCOME_FAIL, FAILURE_CRASH, copy_text(or_nothing(seen->trouble)));
	else if (seen->cause == CAUSE_PANIC)
		set(attempt, OUTCOME_FAIL, FAILURE_PANIC,
			copy_text(seen->trouble && *seen->trouble
					  ? seen->trouble
					  : "the guest reported a panic through pvpanic"));
	else if (seen->cause == CAUSE_RESET && ending->ending != END_RESET)
		set(attempt, OUTCOME_FAIL, FAILURE_RESET,
			format_text("the guest reset itself (a triple fault ends so too) after "
				    "%.2f s; still missing: %s",
				seen->seconds, or_nothing(seen->missing)));
	else if (!ended_as_asked(seen, ending))
		set(attempt, OUTCOME_FAIL, FAILURE_EXIT,
			format_text("the guest ended early, after %.2f s", seen->seconds));
	else if (seen->met)
		set(attempt, OUTCOME_PASS, FAILURE_NONE, NULL);
	else if (!seen->spoke)
		set(attempt, OUTCOME_FAIL, FAILURE_SILENT,
			format_text("the guest ended after %.2f s without a word", seen->seconds));
	else
		set(attempt, OUTCOME_FAIL, FAILURE_SERIAL, copy_text(seen->missing));
}

/* Standing still is no fault where the case asks for it, nor where all that was asked for had been
 * said: a console that goes through dom0 can be read to its end later than the halt is seen. */
static bool may_stand_still(const struct observation *seen, const struct case_ending *ending)
{
	if (seen->end != WATCH_HALTED || !seen->met)
		return false;
	return ending->ending == END_NONE ||
	       (ending->ending == END_HALT && (seen->spoke || seen->entered));
}

/* Nothing more came, or nothing that was asked for. */
static void decide_stalled(
	const struct observation *seen, const struct case_ending *ending, struct attempt *attempt)
{
	static const char *const how[] = {
		[WATCH_HALTED] = "all processors halted with interrupts off",
		[WATCH_QUIET] = "neither a console byte nor device progress",
		[WATCH_LIMIT] = "out of time, though there was progress",
	};
	enum failure failure = seen->end == WATCH_LIMIT ? FAILURE_SLOW : FAILURE_HANG;

	if (may_stand_still(seen, ending)) {
		set(attempt, OUTCOME_PASS, FAILURE_NONE, NULL);
		return;
	}
	if (!seen->spoke)
		failure = FAILURE_SILENT;
	set(attempt, OUTCOME_FAIL, failure,
		format_text("%s%s for %.1f s (%.1f s after power-on); still missing: %s",
			failure == FAILURE_SILENT ? "no output at all: " : "", how[seen->end],
			seen->limit, seen->seconds, or_nothing(seen->missing)));
}

void verdict_decide(
	const struct observation *seen, const struct case_ending *ending, struct attempt *attempt)
{
	autofree char *reason = NULL;

	if (seen->end == WATCH_BROKEN)
		set(attempt, OUTCOME_BROKEN, FAILURE_NONE, copy_text(or_nothing(seen->trouble)));
	else if (seen->finding.failure != FAILURE_NONE)
		set(attempt, OUTCOME_FAIL, seen->finding.failure, copy_text(seen->finding.reason));
	else if (seen->cause == CAUSE_CRASH)
		decide_guest(seen, ending, attempt);
	else if (seen->refusal)
		decide_refused(seen, ending, attempt);
	else if (seen->end == WATCH_GUEST)
		decide_guest(seen, ending, attempt);
	else if (seen->end == WATCH_MET)
		set(attempt, OUTCOME_PASS, FAILURE_NONE, NULL);
	else
		decide_stalled(seen, ending, attempt);
	if (attempt->outcome == OUTCOME_FAIL && seen->boot > 0) {
		reason = attempt->reason;
		attempt->reason = format_text("after reset %u: %s", seen->boot, or_nothing(reason));
	}
}

/* Whether each word of one list is in another; words have a blank between them. */
static bool all_among(const char *words, const char *list)
{
	size_t length;

	for (; *words; words += length + (words[length] == ' ')) {
		const char *at = list;

		length = strcspn(words, " ");
		while (*at && !(strcspn(at, " ") == length && !strncmp(at, words, length)))
			at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ');
		if (!*at)
			return false;
	}
	return true;
}

enum outcome verdict_apply(
	const struct attempt *attempt, const struct expected_failure *declared, const char *rules)
{
	bool as_declared;

	if (!declared || attempt->outcome == OUTCOME_BROKEN)
		return attempt->outcome;
	if (attempt->outcome == OUTCOME_PASS)
		return OUTCOME_XPASS;
	as_declared = attempt->failure == declared->failure;
	if (declared->rules)
		as_declared = as_declared && rules && *rules && all_among(rules, declared->rules);
	return as_declared ? OUTCOME_XFAIL : OUTCOME_FAIL;
}
