#include "cmd/earlier.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "record/journal.h"
#include "run/folder.h"

#define RUN_GROUPS (OPTIONS_SELECT | OPTIONS_BOOT | OPTIONS_REPLACE | OPTIONS_RUN)

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
static int load_cells(struct earlier *earlier, const char *run, struct error *error)
{
	autofree char *cases = format_text("%s/cases", run);
	const char *named[] = {cases};
	struct options local = earlier->options;

	if (strcmp(earlier->argv[0], "boot") == 0)
		return selection_boot(&earlier->selection, &earlier->options, error);
	local.cases = named;
	local.case_count = 1;
	local.filter = NULL;
	local.shards = 0;
	return selection_load(&earlier->selection, &local, error);
}

static char *link_in(const char *folder, const char *name)
{
	char *path = format_text("%s/%s", folder, name);

	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

/* The parser keeps what it is given and writes into the first word. */
static int parse(struct earlier *earlier, struct error *error)
{
	earlier->words = calloc((size_t)earlier->argc + 1, sizeof(*earlier->words));
	if (!earlier->words)
		abort();
	for (int i = 0; i < earlier->argc; i++)
		earlier->words[i] = earlier->argv[i];
	if (options_parse(&earlier->options, earlier->argc, earlier->words, RUN_GROUPS, "", "",
		    error) != 0)
		return -1;
	name_files(&earlier->options);
	return 0;
}

int earlier_open(struct earlier *earlier, const char *folder, struct error *error)
{
	autofree char *run = format_text("%s/../..", folder);

	*earlier = (struct earlier){.id = folder_id(folder, error)};
	if (!earlier->id || run_folder_arguments(run, &earlier->argc, &earlier->argv, error) < 0 ||
		parse(earlier, error) < 0 || load_cells(earlier, run, error) < 0)
		return -1;
	earlier->kept = (struct stand_in){.kernel = link_in(folder, "kernel"),
		.initrd = link_in(folder, "initrd"),
		.rom = link_in(folder, "rom/linuxboot.bin")};
	for (size_t i = 0; i < PAYLOAD_MODULES; i++) {
		autofree char *name = format_text("module-%zu", i);

		earlier->kept.modules[i] = link_in(folder, name);
	}
	earlier->cell = selection_find(&earlier->selection, earlier->id);
	return earlier->cell
		       ? 0
		       : fail(error, "%s: the run's case files hold no such cell", earlier->id);
}

void earlier_inherit(struct options *today, const struct options *then)
{
	if (!today->emulator)
		today->emulator = then->emulator;
	if (!today->accel)
		today->accel = then->accel;
	if (today->timeout_scale == 1)
		today->timeout_scale = then->timeout_scale;
	today->cold |= then->cold;
	today->built |= then->built;
	today->idle |= then->idle;
}

void earlier_free(struct earlier *earlier)
{
	selection_free(&earlier->selection);
	options_free(&earlier->options);
	for (int i = 0; i < earlier->argc; i++)
		free(earlier->argv[i]);
	free(earlier->argv);
	free(earlier->words);
	free(earlier->id);
	*earlier = (struct earlier){0};
}
