/* A cell's folder: all that is needed to understand the cell without running it again. */
#ifndef DKBOOT_RUN_NOTEBOOK_H
#define DKBOOT_RUN_NOTEBOOK_H

#include "base/channel.h"
#include "record/result.h"
#include "run/job.h"

/** Bytes of a log that are kept; what a guest says beyond that is counted, not stored. */
#define NOTEBOOK_LOG_LIMIT (16u << 20)

/** The open logs of one boot. */
struct notebook {
	char *folder;		 /* absolute */
	int log[CHANNELS];	 /* raw bytes: serial.log, debug.log, pv.log, emulator.log; -1 until
				    something is said */
	uint64_t size[CHANNELS]; /* bytes said so far */
	struct timed_log {
		int fd;	       /* serial.timed, pv.timed, debug.timed: each line with the seconds
				* since power-on; -1 until something is said */
		uint64_t size; /* bytes in it */
		bool open;     /* it stands inside a line */
	} timed[CHANNELS];
	char trouble[256]; /* what could not be written, "" = all could: such a cell is broken */
};

/** Makes the folder @folder (emptied first) and opens nothing yet. */
int notebook_open(struct notebook *notebook, const char *folder, struct error *error);

/** Logs bytes as they come. A log that cannot be written is remembered in @trouble. */
void notebook_log(struct notebook *notebook, enum channel channel, const char *bytes, size_t size,
	double seconds);

/** Closes the logs; says at their end how much was left out. */
void notebook_close(struct notebook *notebook);

/**
 * Writes command, repro.sh and verdict.json. Payload and ROM are linked into the folder from the
 * run's blobs/ when the cell did not pass or @keep is set, so that both repeats work from the run's
 * folder alone.
 */
int notebook_conclude(const char *folder, const struct stage *stage, const struct job *job,
	const struct result *result, bool keep, struct error *error);

#endif
