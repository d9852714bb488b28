/* dkboot pack: a payload volume as a file, for whoever boots it without dkboot. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "payload/part.h"
#include "payload/volume.h"

static const char about[] =
	"Writes a payload volume: kernel, initrd and command line as a disk that dkboot's ROM "
	"boots where there is no direct kernel boot, or a slow one. The payload is that of "
	"--kernel, --initrd and --cmdline, or of a cell, by its id. Prints what to start QEMU "
	"with.";

/* The cell that is meant: one of its own, or one of the cases'. */
static const struct cell *choose(
	struct selection *selection, const struct options *options, struct error *error)
{
	struct options cases = *options;
	const struct cell *cell;

	if (!options->case_count)
		return selection_boot(selection, options, error) < 0 ? NULL
								     : selection->cells.cells;
	cases.cases++;
	cases.case_count--;
	if (selection_load(selection, &cases, error) < 0)
		return NULL;
	cell = selection_find(selection, options->cases[0]);
	if (!cell)
		fail(error, "pack: '%s' is not the id of a cell", options->cases[0]);
	return cell;
}

static int write_volume(const struct payload *payload, const char *path, struct error *error)
{
	struct part *volume = volume_image(payload, VOLUME_SOUND, error);
	autofree char *memory = NULL;
	int status;

	if (!volume)
		return fail_within(error, "pack");
	memory = format_text("/proc/self/fd/%d", volume->fd);
	status = file_copy(memory, path, 0644, error);
	if (status == 0)
		printf("%s: %llu bytes: -drive file=%s,format=raw,if=none,id=volume,readonly=on "
		       "-device virtio-blk-pci,drive=volume\n",
			path, (unsigned long long)volume->size, path);
	part_free(volume);
	return status;
}

static int pack_payload(const struct cell *cell, const char *path, struct error *error)
{
	struct parts parts;
	struct pantry *pantry = NULL;
	struct payload payload = {0};
	int status = -1;

	if (parts_find(&parts, error) == 0)
		pantry = pantry_open(parts.guests, parts.catalogue, parts.cache, error);
	if (pantry && pantry_payload(pantry, &cell_value(cell, AXIS_KERNEL)->kernel,
			      &cell_value(cell, AXIS_INITRD)->initrd,
			      &cell_value(cell, AXIS_CMDLINE)->cmdline, &payload, error) == 0)
		status = write_volume(&payload, path, error);
	payload_free(&payload);
	if (pantry)
		pantry_close(pantry);
	parts_free(&parts);
	return status < 0 ? STATUS_BROKEN : STATUS_EXPECTED;
}

static int pack(const struct options *options, struct error *error)
{
	struct selection selection = {0};
	const struct cell *cell = NULL;
	int status = STATUS_USAGE;

	if (!options->folder)
		fail(error, "pack: -o FILE is missing");
	else if (selection_check_files(options, error) == 0)
		cell = choose(&selection, options, error);
	if (cell)
		status = pack_payload(cell, options->folder, error);
	selection_free(&selection);
	return status;
}

int command_pack(int argc, char **argv, struct error *error)
{
	struct options options;
	int status = options_parse(&options, argc, argv, OPTIONS_PACK,
		"--kernel FILE|NAME -o FILE\nID [CASE...] -o FILE", about, error);

	if (status == 0)
		status = pack(&options, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
