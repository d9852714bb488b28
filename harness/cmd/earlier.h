/* A cell of an earlier run, from that run's folder alone. */
#ifndef DKBOOT_CMD_EARLIER_H
#define DKBOOT_CMD_EARLIER_H

#include "cmd/options.h"

/** Zero-initialise; release with earlier_free(). */
struct earlier {
	char *id;
	int argc; /* how that run was called */
	char **argv;
	char **words;		/* the same; what @options points to */
	struct options options; /* of that run */
	struct selection selection;
	const struct cell *cell;
	struct stand_in kept; /* its payload and ROM, where they were kept; the caller's */
};

/**
 * Reads a cell's folder, RUN/cells/...
 * @return 0; -1 with the reason (release it in both cases)
 */
int earlier_open(struct earlier *earlier, const char *folder, struct error *error);

/** The choices of an earlier run, where none were made today: emulator, accelerator, time limits,
 * how warm Xen is. */
void earlier_inherit(struct options *today, const struct options *then);

void earlier_free(struct earlier *earlier);

#endif
