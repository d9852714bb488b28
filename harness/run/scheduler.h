/* Boots the cells of a run on a number of lanes and writes each verdict to the journal at once. */
#ifndef DKBOOT_RUN_SCHEDULER_H
#define DKBOOT_RUN_SCHEDULER_H

#include <uv.h>

#include "case/cell.h"
#include "record/journal.h"
#include "run/stage.h"
#include "run/trial.h"

/** How a run is to be carried out. */
struct policy {
	unsigned lanes; /* concurrent boots, at least 1 */
	unsigned retry; /* further attempts for a cell that failed */
	bool fail_fast; /* start nothing more after the first cell that is not as expected */
	bool resume;	/* the journal exists and goes on */
	bool alone;	/* one cell is repeated: it is not compared with another */
	/** Told of each verdict: true = start nothing more. NULL = never. */
	bool (*enough)(void *context, const struct result *result);
	void *context; /* of it */
};

/** Who is told what, while it happens. Members may be NULL. */
struct reporter {
	void (*begin)(void *context, const struct run_facts *facts);
	void (*started)(void *context, const char *id);
	void (*verdict)(void *context, const struct result *result, size_t done, size_t planned);
	void (*bytes)(void *context, enum channel channel, const char *bytes, size_t size);
	void *context;
};

/**
 * Runs cells in the list's order.
 * @param facts    written to the journal first (unless the run is resumed)
 * @param done_already cells of a resumed run that are not repeated: only for progress
 * @param summary  the counts; those of cells done already are kept
 * @param interrupted set to the signal that ended the run early, 0 otherwise
 * @return 0; -1 when the run could not go on (no journal, no loop)
 */
int scheduler_run(struct stage *stage, const struct cell_list *cells, const struct policy *policy,
	const struct run_facts *facts, size_t done_already, const struct reporter *reporter,
	struct summary *summary, int *interrupted, struct error *error);

#endif
