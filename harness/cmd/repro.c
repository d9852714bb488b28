/* dkboot repro: boot a cell of an earlier run again, from that run's folder alone. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/execute.h"
#include "record/journal.h"
#include "run/folder.h"

static const char about[] =
	"Boots a cell of an earlier run again: the same kernel, initrd, command line and ROM, from "
	"the run's folder "
	"alone, with the serial console shown. CELL is the cell's folder, RUN/cells/...";

#define RUN_GROUPS (OPTIONS_SELECT | OPTIONS_BOOT | OPTIONS_REPLACE | OPTIONS_RUN)

/* The emulator of the run, unless today's is named; limits as they were. */
static void inherit(struct options *today, const struct options *then)
{
	if (!today->emulator)
		today->emulator = then->emulator;
	if (!today->accel)
		today->accel = then->accel;
	if (today->timeout_scale == 1)
		today->timeout_scale = then->timeout_scale;
	today->lanes = 1;
}

/* A file named without a folder is taken for a file even when it is gone: its copy stands in. */
static void name_files(struct options *then)
{
	for (size_t i = 0; i < then->replacement_count; i++) {
		struct replacement *replacement = &then->replacements[i];

		if (replacement->axis == AXIS_ROM && strcmp(replacement->text, "dkboot") != 0 &&
			strcmp(replacement->text, "stock") != 0 && !strchr(replacement->text, '/'))
			replacement->text = format_text("./%s", replacement->text);
	}
}

/* Reads which cell a folder is of. */
static char *folder_id(const char *folder, struct error *error)
{
	autofree char *path = format_text("%s/verdict.json", folder);
	struct journal journal;
	char *id = NULL;

	if (journal_read(path, &journal, error) < 0)
		return NULL;
	if (journal.count == 1)
		id = copy_text(journal.results[0].id);
	else
		fail(error, "%s: holds no verdict", path);
	journal_free(&journal);
	return id;
}

/* The run's own copies of its case files. */
static int load_cells(struct selection *selection, const char *run, bool boot,
	struct options *options, struct error *error)
{
	autofree char *cases = format_text("%s/cases", run);
	const char *named[] = {cases};
	struct options local = *options;

	if (boot)
		return selection_boot(selection, options, error);
	local.cases = named;
	local.case_count = 1;
	local.filter = NULL;
	local.shards = 0;
	return selection_load(selection, &local, error);
}

static int keep_only(struct cell_list *cells, const char *id, struct error *error)
{
	autobuffer struct buffer name = {0};

	for (size_t i = 0; i < cells->count; i++) {
		buffer_clear(&name);
		cell_id(&cells->cells[i], &name);
		if (strcmp(name.data, id) == 0) {
			cells->cells[0] = cells->cells[i];
			cells->count = 1;
			return 0;
		}
	}
	return fail(error, "%s: the run's case files hold no such cell", id);
}

static char *link_in(const char *folder, const char *name)
{
	char *path = format_text("%s/%s", folder, name);

	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

static int repro(const char *folder, struct options *today, struct call *call, struct error *error)
{
	autofree char *run = format_text("%s/../..", folder);
	autofree char *id = folder_id(folder, error);
	struct options options = {0};
	struct selection selection = {0};
	char **argv = NULL;
	int argc, status = STATUS_USAGE;
	bool boot;

	if (!id || run_folder_arguments(run, &argc, &argv, error) < 0)
		return STATUS_USAGE;
	boot = strcmp(argv[0], "boot") == 0;
	call->stand_in = (struct stand_in){.kernel = link_in(folder, "kernel"),
		.initrd = link_in(folder, "initrd"),
		.rom = link_in(folder, "rom/linuxboot.bin")};
	if (!call->stand_in.kernel)
		return fail(error,
			       "%s: its payload was not kept (the cell passed): run again with "
			       "--keep",
			       folder),
		       STATUS_USAGE;
	if (options_parse(&options, argc, argv, RUN_GROUPS, "", "", error) == 0) {
		name_files(&options);
		inherit(today, &options);
		if (load_cells(&selection, run, boot, &options, error) == 0 &&
			keep_only(&selection.cells, id, error) == 0)

			status = execute(&selection, today, call, error);
	}
	selection_free(&selection);
	options_free(&options);
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
