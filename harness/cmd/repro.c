/* dkboot repro: boot a cell of an earlier run again, from that run's folder alone. */
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/earlier.h"
#include "cmd/execute.h"

static const char about[] =
	"Boots a cell of an earlier run again: the same kernel, initrd, command line and ROM, from "
	"the run's folder "
	"alone, with the serial console shown. CELL is the cell's folder, RUN/cells/...";

static void keep_only(struct cell_list *cells, const struct cell *cell)
{
	cells->cells[0] = *cell;
	cells->count = 1;
}

static int repro(const char *folder, struct options *today, struct call *call, struct error *error)
{
	struct earlier earlier;
	int status = STATUS_USAGE;

	if (earlier_open(&earlier, folder, error) == 0) {
		call->stand_in = earlier.kept;
		if (!call->stand_in.kernel) {
			fail(error,
				"%s: its payload was not kept (the cell passed): run again with "
				"--keep",
				folder);
		} else {
			earlier_inherit(today, &earlier.options);
			today->lanes = 1;
			keep_only(&earlier.selection.cells, earlier.cell);
			status = execute(&earlier.selection, today, call, error);
		}
	}
	earlier_free(&earlier);
	return status;
}

int command_repro(int argc, char **argv, struct error *error)
{
	char *words[] = {argc > 0 ? argv[0] : NULL, NULL};
	struct call call = {.argc = 1, .argv = words, .console = true};
	struct options options;
	int status = options_parse(&options, argc, argv, OPTIONS_RUN, "CELL", about, error);

	if (status == 0 && options.case_count != 1)
		status = fail(error, "repro: give one cell's folder, RUN/cells/...");
	if (status == 0)
		status = repro(options.cases[0], &options, &call, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
