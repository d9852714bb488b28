/* What a hunt over a history did, commit by commit: one JSON object a line, appended as they are
 * tested. The answer and all that is printed come from these lines. */
#ifndef DKBOOT_RECORD_HUNT_H
#define DKBOOT_RECORD_HUNT_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/** What a commit was found to be. */
enum step_verdict {
	STEP_GOOD,
	STEP_BAD,
	STEP_SKIP, /* it cannot be tested: it does not build, or the cell was broken twice */
	STEP_STOP, /* nothing can be tested: the hunt ends */
	STEP_VERDICTS
};

/** One commit, tested once. Texts are malloc'ed, NULL where there is nothing to say. */
struct hunt_step {
	enum step_verdict verdict;
	char *commit;  /* 40 digits */
	char *subject; /* of the commit */
	char *why;     /* one line; NULL for a good one */
	char *failure; /* class of the failure that was seen first */
	char *rules;   /* of the oracle, where it is `layout` */
	char *folder;  /* of the cell that shows it, or of the last boot; absolute */
	char *log;     /* of the build; absolute */
	unsigned failed, passed, broken; /* boots */
	double build_seconds, boot_seconds;
};

/** All of a hunt's steps, in their order. */
struct hunt_steps {
	struct hunt_step *steps;
	size_t count;
};

/** "good", "bad", "skip", "stop". */
const char *step_verdict_name(enum step_verdict verdict);

/** What `git bisect run` wants to be told: 0, 1, 125, 128. */
int step_verdict_status(enum step_verdict verdict);

/** Appends the line of a step, newline included. */
void hunt_add_step(struct buffer *out, const struct hunt_step *step);

/** Reads the lines written so far; a missing file holds none. @return 0, or -1 with the reason */
int hunt_read(const char *path, struct hunt_steps *out, struct error *error);

void hunt_step_free(struct hunt_step *step);
void hunt_steps_free(struct hunt_steps *steps);

/** Appends a line for people: verdict, commit, subject, what it took, and why. */
void hunt_print_step(struct buffer *out, const struct hunt_step *step);

#endif
