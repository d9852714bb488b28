/* What a person or a pipe sees while a run goes on. */
#ifndef DKBOOT_RUN_PROGRESS_H
#define DKBOOT_RUN_PROGRESS_H

#include <stdio.h>

#include "run/scheduler.h"

struct progress {
	FILE *out;
	bool live; /* a terminal: one line that is rewritten */
	bool colour;
	unsigned width; /* columns */
	unsigned counts[OUTCOMES];
	size_t drawn; /* columns of the live line on the screen */
	uint64_t began;
};

/**
 * A reporter for people: on a terminal one live line, and a line of its own for each cell that is
 * not as expected; elsewhere a plain line a verdict.
 */
struct reporter progress_for_people(struct progress *progress, FILE *out, bool quiet);

/** A reporter of JSON lines: the run's facts, then each cell as it is done. */
struct reporter progress_json(struct progress *progress, FILE *out);

/** A reporter that passes the guest's serial bytes on, made harmless, and says nothing else. */
struct reporter progress_console(struct progress *progress, FILE *out);

/** Takes the live line off the screen. */
void progress_finish(struct progress *progress);

#endif
