/* What is known of a cell when it is done. All reports are made from these. */
#ifndef DKBOOT_RECORD_RESULT_H
#define DKBOOT_RECORD_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/failure.h"

enum outcome {
	OUTCOME_PASS,
	OUTCOME_FAIL,
	OUTCOME_XFAIL,	/* failed as declared */
	OUTCOME_XPASS,	/* declared to fail, and did not: red */
	OUTCOME_SKIP,	/* with a reason */
	OUTCOME_BROKEN, /* the harness or its surroundings failed */
	OUTCOMES
};

/** One boot of a cell. */
struct attempt {
	enum outcome outcome; /* pass, fail or broken: before expectations of failure are applied */
	enum failure failure;
	char *reason;	/* one line, NULL for a pass */
	double seconds; /* wall time from spawn to verdict */
};

/** One named stretch of time of the last attempt. */
struct phase {
	const char
		*name; /* "prepare", "start", "boot", ...; not owned: a literal, or the journal's */
	double seconds;
};

#define RESULT_PHASES 16

/** One axis of the cell, for reports that group by it. */
struct coordinate {
	char *axis;
	char *value;
};

struct result {
	char *id;     /* cell id */
	char *folder; /* relative to the run's folder; NULL when nothing was booted */
	enum outcome outcome;
	enum failure failure;
	char *rule;   /* FAILURE_LAYOUT: the first of the oracle's rules; otherwise NULL */
	char *rules;  /* all of them, a blank between them */
	char *reason; /* one line: what is wrong; NULL for a pass */
	char *why;    /* reason of a skip or an expected failure, as declared */
	char *bug;    /* reference of an expected failure */
	struct coordinate *at;
	size_t at_count;
	struct attempt *attempts;
	size_t attempt_count;
	bool flaky;	/* passed, but not at the first attempt */
	double seconds; /* wall time of all attempts */
	struct phase phases[RESULT_PHASES];
	size_t phase_count;
	char *kernel; /* origin and sha256 of the parts, one line each; NULL = none */
	char *initrd;
};

/** Counts of a run. */
struct summary {
	unsigned count[OUTCOMES];
	unsigned flaky;
	double seconds;	    /* wall time */
	double cpu_seconds; /* of the runner alone, its children not counted */
};

/** Length of the case's name at the front of an id: "gate" in "gate:kernel=probe". */
size_t id_case_length(const char *id);

/** "pass", "fail", ... */
const char *outcome_name(enum outcome outcome);

/** The outcome of a word, or OUTCOMES. */
enum outcome outcome_parse(const char *word);

/** Adds one result to the counts. */
void summary_add(struct summary *summary, const struct result *result);

/** Exit status of a run: 0 all as expected, 1 a fail or xpass, 3 broken and none failed. */
int summary_status(const struct summary *summary);

void result_free(struct result *result);

#endif
