/* The reports of a run that is done: what `run`, `boot`, `repro` and `merge` print. */
#ifndef DKBOOT_CMD_REPORTS_H
#define DKBOOT_CMD_REPORTS_H

#include "cmd/compare.h"

/** How is reported. */
struct reporting {
	const struct options *options;
	const struct baseline *baseline; /* compared with, as long as it has a name */
	bool console;			 /* the guest's console was shown: no grid */
	bool late; /* nothing was printed while it ran: JSON has all lines to come */
	bool colour;
	unsigned width; /* columns */
};

/**
 * Prints the reports of a run and writes its JUnit file. All come from the journal, never from
 * what is in memory.
 * @param folder the run's
 * @return an exit status; with error->text set, that is to be printed
 */
int report_run(const struct reporting *reporting, const char *folder, struct error *error);

#endif
