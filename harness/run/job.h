/* A cell made ready to boot: the machine, the payload, and what is expected of it. */
#ifndef DKBOOT_RUN_JOB_H
#define DKBOOT_RUN_JOB_H

#include "case/cell.h"
#include "check/matcher.h"
#include "engine/engine.h"
#include "run/stage.h"

#define JOB_VARIABLES 40

struct job {
	const struct cell *cell;
	const struct engine *engine;
	struct machine machine;
	char **arguments; /* of machine.extra; NULL-terminated */
	struct payload payload;
	const struct expectation **expected; /* those of the case that concern this cell */
	size_t expected_count;
	struct variable variables[JOB_VARIABLES]; /* what patterns may name; values are ours */
	size_t variable_count;
	char *frozen;		      /* of machine.frozen */
	bool forked;		      /* and a guest waits in it for this payload */
	struct expectation answer[2]; /* of whom the payload is that the ROM got, if it waited */
	enum channel report;	      /* on which the guest reports of itself */
	const char *move;	      /* how the guest is moved, NULL = not */
	unsigned resets;
	double scale; /* of time limits */
};

/**
 * Makes a cell ready.
 * @return 0; -1 with the reason (release with job_free() in both cases)
 */
int job_prepare(struct job *job, struct stage *stage, const struct cell *cell, struct error *error);

void job_free(struct job *job);

#endif
