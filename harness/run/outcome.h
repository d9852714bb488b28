/* The result of a cell, put together from its attempts. */
#ifndef DKBOOT_RUN_OUTCOME_H
#define DKBOOT_RUN_OUTCOME_H

#include "record/result.h"
#include "run/job.h"

/** Starts a result: id, folder (relative to the run's), coordinates, origin of the payload once
 * @job is ready. */
void outcome_begin(struct result *result, const struct cell *cell);

/** Adds what is known of the payload. */
void outcome_payload(struct result *result, const struct job *job);

/** Adds an attempt, copied. */
void outcome_attempt(struct result *result, const struct attempt *attempt);

/** Adds a named stretch of time; what does not fit is dropped. */
void outcome_phase(struct result *result, const char *name, double seconds);

/** Concludes from the last attempt; @rules are those of the oracle that it broke, a blank between
 * them, or NULL. */
void outcome_conclude(struct result *result, const struct cell *cell, const char *rules);

/** A cell that is not booted: skipped with @why, or broken with @why. */
void outcome_without_boot(struct result *result, enum outcome outcome, const char *why);

#endif
