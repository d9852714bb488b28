/* One attempt at a cell: boots a job, watches it, judges it. */
#ifndef DKBOOT_RUN_TRIAL_H
#define DKBOOT_RUN_TRIAL_H

#include "run/job.h"
#include "run/notebook.h"
#include "run/verdict.h"

struct trial;

/** What happens around a trial; all calls come on the loop's thread. */
struct trial_hooks {
	/** The verdict is known and everything is drained; the trial may be released inside. */
	void (*done)(void *context, struct trial *trial);
	/** Bytes as they arrive, for a person who watches; may be NULL. */
	void (*bytes)(void *context, enum channel channel, const char *bytes, size_t size);
	void *context;
};

/**
 * Boots a job.
 * @param folder absolute; where the logs go
 * @return NULL with the reason when nothing could be started
 */
struct trial *trial_start(uv_loop_t *loop, const struct job *job, const char *folder,
	const struct trial_hooks *hooks, struct error *error);

/** The verdict, after `done`. */
const struct attempt *trial_attempt(const struct trial *trial);

/** Whether what carries the guest died, or the engine's own part of it failed: nothing of that is
 * the guest's doing. */
bool trial_lost_machine(const struct trial *trial);

/** Seconds from the moment when the cause of the verdict was seen to the verdict, all drained. */
double trial_reaction(const struct trial *trial);

/** The rules that the oracle found broken, a blank between them, or NULL. */
const char *trial_rules(const struct trial *trial);

/** Seconds spent on looking at the machine while it stood still. */
double trial_judge_seconds(const struct trial *trial);

/** Phases of the last boot, in their order. */
const struct phase *trial_phases(const struct trial *trial, size_t *count);

/** Stops a trial early; `done` still comes, with a broken verdict that says @why. */
void trial_abandon(struct trial *trial, const char *why);

/** Releases a trial that is done. */
void trial_free(struct trial *trial);

#endif
