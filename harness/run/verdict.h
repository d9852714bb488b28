/* From what was seen of a boot to a verdict: pure functions, no clock, no process. */
#ifndef DKBOOT_RUN_VERDICT_H
#define DKBOOT_RUN_VERDICT_H

#include <stdbool.h>

#include "case/cell.h"
#include "check/matcher.h"
#include "engine/event.h"
#include "record/result.h"

/** Why watching a boot came to an end. */
enum watch_end {
	WATCH_GUEST,   /* the guest stopped itself, or the emulator ended: see @cause */
	WATCH_MET,     /* all expectations met, and the case asks for no more */
	WATCH_FINDING, /* the matcher found something wrong */
	WATCH_REFUSED, /* a refusal was seen */
	WATCH_HALTED,  /* all processors halted with interrupts off */
	WATCH_QUIET,   /* neither console byte nor device progress for too long */
	WATCH_LIMIT,   /* out of time */
	WATCH_BROKEN   /* our own side failed */
};

/** All that a verdict depends on. */
struct observation {
	enum watch_end end;
	enum cause cause; /* WATCH_GUEST */
	int code;	  /* exit status or signal, with CAUSE_EXIT and CAUSE_SIGNAL */
	bool entered;	  /* its kernel was seen at its first instruction */
	bool spoke;	  /* any byte on a console or debug channel */
	bool met;	  /* every expectation met */
	struct finding finding;
	const char *refusal; /* the ROM's or emulator's words, or NULL */
	unsigned refusals;   /* lines of refusal that the ROM said */
	const char *missing; /* what the matcher still waits for, or NULL */
	const char *words;   /* last thing that the emulator printed, or NULL */
	const char *trouble; /* WATCH_BROKEN: what failed; CAUSE_CRASH, CAUSE_PANIC: what died */
	double seconds;	     /* since power-on */
	double limit;	     /* the limit that was exceeded, in seconds */
	unsigned boot;	     /* which boot of the cell: 0, or the number of resets before it */
};

/** Judges one boot against how it was to end. @attempt gets outcome pass, fail or broken, class and
 * reason. */
void verdict_decide(
	const struct observation *seen, const struct case_ending *ending, struct attempt *attempt);

/**
 * Applies a declared failure to an attempt: the outcome of the cell.
 * @param rules the oracle's rules that the boot broke, a blank between them, or NULL: each of them
 * has to be declared
 */
enum outcome verdict_apply(
	const struct attempt *attempt, const struct expected_failure *declared, const char *rules);

#endif
