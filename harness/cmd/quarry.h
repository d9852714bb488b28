/* The cell that `dkboot bisect` hunts with: found once, booted again and again with other parts. */
#ifndef DKBOOT_CMD_QUARRY_H
#define DKBOOT_CMD_QUARRY_H

#include "cmd/earlier.h"
#include "cmd/words.h"

/** Zero-initialise; release with quarry_free(). */
struct quarry {
	struct options options;	 /* how it is booted: emulator, accelerator, limits, lanes */
	struct cell cell;	 /* its case is one of the selection's */
	struct earlier earlier;	 /* where it comes from a run's folder */
	struct selection chosen; /* where it comes from case files */
	struct words words; /* how `dkboot run` is told to boot it: what a boot's folder is repeated
			       by */
};

/**
 * Finds the cell: @options->hunt.cell is its folder in a run, or its id in the case files that
 * @options names. A cell that is skipped is no quarry.
 */
int quarry_open(struct quarry *quarry, const struct options *options, struct error *error);

/** The case files that it was found in. */
const struct selection *quarry_selection(const struct quarry *quarry);

/** Parts that take the place of the cell's own; NULL = its own. */
struct quarry_parts {
	struct stand_in files;
	char *emulator;
};

/**
 * Opens a stage for boots of the quarry: a run's folder, which explains itself.
 * @param parts copied
 */
int quarry_stage(const struct quarry *quarry, const struct quarry_parts *parts, const char *folder,
	struct stage *stage, struct error *error);

/**
 * Boots cells of the quarry's case in a stage.
 * @param enough, context see struct policy
 * @param again the stage has seen boots before: its journal goes on
 * @return 0; -1 with the reason, also when a signal came
 */
int quarry_boot(const struct quarry *quarry, struct stage *stage, const struct cell_list *cells,
	bool (*enough)(void *context, const struct result *result), void *context, bool again,
	struct error *error);

void quarry_free(struct quarry *quarry);

#endif
