/* Carries out a selection: stage, scheduler, reports. What `run`, `boot` and `repro` have in
 * common. */
#ifndef DKBOOT_CMD_EXECUTE_H
#define DKBOOT_CMD_EXECUTE_H

#include "cmd/options.h"

struct baseline;

/** How the command itself was called: kept in the run's folder. */
struct call {
	int argc;
	char **argv;
	bool console;			 /* show the guest's serial console instead of progress */
	struct stand_in stand_in;	 /* repro: files of an earlier run; taken over */
	const struct baseline *baseline; /* set by execute() */
};

/** Boots the cells and reports. @return an exit status; with error->text set, that is to be
 * printed. */
int execute(struct selection *selection, const struct options *options, const struct call *call,
	struct error *error);

/** What is known of a run at its start: the first line of its journal. Release it. */
void execute_facts(struct run_facts *facts, const struct stage *stage,
	const struct options *options, const struct call *call, size_t planned);

void execute_facts_free(struct run_facts *facts);

#endif
