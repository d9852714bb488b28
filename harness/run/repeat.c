/* How a cell is repeated: its command line, repro.sh, and the payload's bytes beside them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "base/tree.h"
#include "record/journal.h"
#include "run/notebook.h"
#include "run/quote.h"

/* The engine's own command, every word quoted. */
static void add_command(struct buffer *out, const struct job *job, const struct machine *machine)
{
	char **argv = job->engine->repeat(
		machine, &job->payload, "kernel", job->payload.initrd ? "initrd" : NULL);

	for (char **word = argv; *word; word++) {
		buffer_add_text(out, word == argv ? "" : " ");
		add_quoted(out, *word);
		free(*word);
	}
	buffer_add_text(out, "\n");
	free(argv);
}

/* Stores a part once for the run and links it into the cell's folder as @name. */
static int keep_part(const struct stage *stage, const char *folder, const struct part *part,
	const char *name, struct error *error)
{
	autofree char *blobs = format_text("%s/blobs", stage->folder);
	autofree char *blob = format_text("%s/%s", blobs, part->sha256.hex);
	autofree char *here = format_text("%s/%s", folder, name);
	autofree char *memory = format_text("/proc/self/fd/%d", part->fd);
	autofree char *target = format_text("../../blobs/%s", part->sha256.hex);

	if (folder_make(blobs, error) < 0)
		return -1;
	if (!file_exists(blob) && file_copy(memory, blob, 0444, error) < 0)
		return -1;
	if (symlink(target, here) < 0 && errno != EEXIST)
		return fail_errno(error, "%s", here);
	return 0;
}

static int keep_payload(
	const char *folder, const struct stage *stage, const struct job *job, struct error *error)
{
	if (keep_part(stage, folder, job->payload.kernel, "kernel", error) < 0)
		return -1;
	if (job->payload.initrd &&
		keep_part(stage, folder, job->payload.initrd, "initrd", error) < 0)
		return -1;
	for (size_t i = 0; i < job->payload.attached_count; i++) {
		autofree char *name = format_text("attached-%zu", i);

		if (keep_part(stage, folder, job->payload.attached[i].part, name, error) < 0)
			return -1;
	}
	for (size_t i = 0; !job->payload.initrd && i < job->payload.module_count; i++) {
		autofree char *name = format_text("module-%zu", i);

		if (keep_part(stage, folder, job->payload.modules[i].part, name, error) < 0)
			return -1;
	}
	if (job->payload.disk && keep_part(stage, folder, job->payload.disk, "disk", error) < 0)
		return -1;
	if (job->payload.volume &&
		keep_part(stage, folder, job->payload.volume, "volume", error) < 0)
		return -1;
	if (job->engine->keep)
		return job->engine->keep(&job->machine, &job->payload, folder, error);
	return 0;
}

/* The ROM of the run, by a link: the folder it lies in is shared by all cells. */
static int link_rom(const char *folder, const struct job *job, struct error *error)
{
	const char *name = job->machine.rom_folder ? strrchr(job->machine.rom_folder, '/') : NULL;
	autofree char *here = format_text("%s/rom", folder);
	autofree char *target = NULL;

	if (!name)
		return 0;
	target = format_text("../../rom%s", name);
	if (symlink(target, here) < 0 && errno != EEXIST)
		return fail_errno(error, "%s", here);
	return 0;
}

/* The image of dom0, once for the run: what lies in the cache is gone one day. */
static int keep_dom0(
	const char *folder, const struct stage *stage, const struct job *job, struct error *error)
{
	autofree char *image = job->machine.dom0 ? realpath(job->machine.dom0, NULL) : NULL;
	const char *name = image ? strrchr(image, '/') : NULL;
	autofree char *here = format_text("%s/dom0", folder);
	autofree char *copy = NULL, *target = NULL;

	if (!name)
		return 0;
	copy = format_text("%s/dom0%s", stage->folder, name);
	target = format_text("../../dom0%s", name);
	if (folder_join(image, copy, error) < 0)
		return -1;
	if (symlink(target, here) < 0 && errno != EEXIST)
		return fail_errno(error, "%s", here);
	return 0;
}

static int write_script(const char *folder, const struct job *job, const struct result *result,
	bool payload_kept, struct error *error)
{
	autofree char *path = format_text("%s/repro.sh", folder);
	autobuffer struct buffer script = {0};
	struct machine machine = job->machine;

	if (machine.rom_folder)
		machine.rom_folder = "rom";
	if (machine.dom0 && payload_kept)
		machine.dom0 = "dom0";
	buffer_printf(&script,
		"#!/bin/sh\n# Boots this cell with nothing of dkboot's but its ROM:\n# %s\n",
		result->id);
	if (!payload_kept)
		buffer_add_text(&script, "# The cell passed, so its payload was not kept: dkboot "
					 "run --keep keeps it.\n");
	if (job->resets)
		buffer_printf(&script,
			"# dkboot resets the machine %u times: here it is booted once.\n",
			job->resets);
	buffer_add_text(&script, "cd \"$(dirname \"$0\")\" || exit\n");
	if (job->payload.stream)
		buffer_add_text(&script,
			"# What the ROM was answered, in the order in which it asks:\n"
			"rm -f stream.in stream.out\nmkfifo stream.in stream.out || exit\n"
			"cat stream.answers >stream.in &\n");
	buffer_add_text(&script, "exec ");
	add_command(&script, job, &machine);
	if (file_write(path, script.data, script.size, error) < 0)
		return -1;
	return chmod(path, 0755) < 0 ? fail_errno(error, "%s", path) : 0;
}

int notebook_conclude(const char *folder, const struct stage *stage, const struct job *job,
	const struct result *result, bool keep, struct error *error)
{
	autofree char *verdict = format_text("%s/verdict.json", folder);
	autobuffer struct buffer line = {0};
	bool kept = keep || result->outcome != OUTCOME_PASS;

	if (!job->payload.kernel || !job->engine)
		return 0;
	if (kept && (keep_payload(folder, stage, job, error) < 0 ||
			    keep_dom0(folder, stage, job, error) < 0))
		return -1;
	if (link_rom(folder, job, error) < 0 || write_script(folder, job, result, kept, error) < 0)
		return -1;
	journal_add_cell(&line, result);
	return file_write(verdict, line.data, line.size, error);
}
