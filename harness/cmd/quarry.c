#include "cmd/quarry.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/execute.h"
#include "run/folder.h"

static int open_earlier(struct quarry *quarry, const char *folder, struct error *error)
{
	if (quarry->options.replacement_count)
		return fail(error, "--%s: a cell of a run is what it was, expected its id instead",
			axis_name(quarry->options.replacements[0].axis));
	if (earlier_open(&quarry->earlier, folder, error) < 0)
		return -1;
	quarry->cell = *quarry->earlier.cell;
	for (int i = 0; i < quarry->earlier.argc; i++)
		words_add(&quarry->words, quarry->earlier.argv[i]);
	words_option(&quarry->words, "qemu", quarry->options.emulator);
	earlier_inherit(&quarry->options, &quarry->earlier.options);
	return 0;
}

static int open_chosen(struct quarry *quarry, const char *id, struct error *error)
{
	const struct cell *cell;

	if (selection_check_files(&quarry->options, error) < 0 ||
		selection_load(&quarry->chosen, &quarry->options, error) < 0)
		return -1;
	cell = selection_find(&quarry->chosen, id);
	if (!cell)
		return fail(error,
			"--cell: '%s' is neither a cell's folder nor the id of a cell "
			"(`dkboot list` lists them)",
			id);
	quarry->cell = *cell;
	words_add(&quarry->words, "run");
	words_boot_options(&quarry->words, &quarry->options);
	return 0;
}

int quarry_open(struct quarry *quarry, const struct options *options, struct error *error)
{
	const char *name = options->hunt.cell;
	autofree char *verdict = format_text("%s/verdict.json", name ? name : "");
	int status;

	*quarry = (struct quarry){.options = *options};
	if (!name)
		return fail(error, "bisect: --cell is missing");
	status = file_exists(verdict) ? open_earlier(quarry, name, error)
				      : open_chosen(quarry, name, error);
	if (status == 0 && cell_skip(&quarry->cell))
		return fail(error, "--cell: %s is skipped: %s", name, cell_skip(&quarry->cell));
	return status;
}

const struct selection *quarry_selection(const struct quarry *quarry)
{
	return quarry->chosen.case_count ? &quarry->chosen : &quarry->earlier.selection;
}

static char *either(const char *part, const char *otherwise)
{
	return copy_text(part ? part : otherwise);
}

int quarry_stage(const struct quarry *quarry, const struct quarry_parts *parts, const char *folder,
	struct stage *stage, struct error *error)
{
	const struct options *options = &quarry->options;
	const struct selection *selection = quarry_selection(quarry);
	const struct stand_in *kept = &quarry->earlier.kept, *files = &parts->files;
	const char *emulator = options->emulator ? options->emulator : "qemu-system-x86_64";
	struct choices choices = {.emulator = either(parts->emulator, emulator),
		.accel = copy_text(options->accel),
		.timeout_scale = options->timeout_scale,
		.keep = options->keep,
		.cold = options->cold,
		.built = options->built,
		.stand_in = {.kernel = either(files->kernel, kept->kernel),
			.initrd = either(files->initrd, kept->initrd),
			.rom = either(files->rom, kept->rom),
			.firmware = copy_text(files->firmware),
			.xen = copy_text(files->xen)}};

	/* A limit on file sizes is an error of write(2) like a full disk, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	if (stage_open(stage, folder, &choices, error) < 0)
		return -1;
	return run_folder_describe(folder, quarry->words.count, quarry->words.list,
		selection->cases, selection->case_count, error);
}

int quarry_boot(const struct quarry *quarry, struct stage *stage, const struct cell_list *cells,
	bool (*enough)(void *context, const struct result *result), void *context, bool again,
	struct error *error)
{
	struct policy policy = {.lanes = quarry->options.lanes,
		.resume = again,
		.alone = true,
		.enough = enough,
		.context = context};
	const struct call call = {.argc = quarry->words.count, .argv = quarry->words.list};
	const struct reporter nobody = {0};
	struct summary summary = {0};
	struct run_facts facts;
	int signal = 0, status;

	execute_facts(&facts, stage, &quarry->options, &call, cells->count);
	status = scheduler_run(stage, cells, &policy, &facts, 0, &nobody, &summary, &signal, error);
	execute_facts_free(&facts);
	if (status == 0 && signal)
		return fail(error, "interrupted");
	return status;
}

void quarry_free(struct quarry *quarry)
{
	free(quarry->earlier.kept.kernel);
	free(quarry->earlier.kept.initrd);
	free(quarry->earlier.kept.rom);
	earlier_free(&quarry->earlier);
	selection_free(&quarry->chosen);
	words_free(&quarry->words);
	*quarry = (struct quarry){0};
}
