/* Comparing runs, for the commands that do. */
#ifndef DKBOOT_CMD_COMPARE_H
#define DKBOOT_CMD_COMPARE_H

#include "cmd/options.h"
#include "record/compare.h"

/** A run to compare with, read before anything is booted. */
struct baseline {
	const char *name; /* as given; NULL = there is none */
	struct journal journal;
};

/** Reads --baseline, if there is one. @return 0, or -1 (exit status 2) */
int baseline_open(struct baseline *baseline, const struct options *options, struct error *error);

/**
 * Prints what changed since the baseline, as --format says (behind TAP: on standard error).
 * @param journal of the run that is done
 * @param name    the run's folder
 * @param partial the run was never to have all cells of the baseline
 * @return the exit status of the comparison, or @status without a baseline
 */
int baseline_compare(const struct baseline *baseline, const struct options *options,
	const struct journal *journal, const char *name, bool partial, bool colour, int status);

void baseline_close(struct baseline *baseline);

#endif
