/* dkboot pack: a payload volume as a file, for whoever boots it without dkboot. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "payload/linux_header.h"
#include "payload/part.h"
#include "payload/volume.h"

/* syssize counts paragraphs, in four bytes since 2.04 (boot.rst, "Details of Header Fields"). */
#define PARAGRAPH     16
#define SYSSIZE_KNOWN 0x204

static const char about[] =
	"Writes a payload volume: kernel, initrd and command line as a disk that dkboot's ROM "
	"boots where there is no direct kernel boot, or a slow one; with --bootsector as one that "
	"boots by itself, where no option ROM runs. The payload is that of --kernel, --initrd and "
	"--cmdline, or of a cell, by its id. Prints what to start QEMU with.";

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

static const char *name_of(const struct part *part)
{
	return *part->path ? part->path : part->origin;
}

/* What no loader could start is told now, and not on another machine by a ROM. */
static int check_kernel(const struct part *kernel, struct error *error)
{
	unsigned char bytes[LINUX_HEADER_END] = {0};
	struct linux_header header;
	uint64_t needs;

	if (pread(kernel->fd, bytes, sizeof(bytes), 0) < 0)
		return fail_errno(error, "pack: %s", name_of(kernel));
	if (linux_header_read(bytes, kernel->size, &header, error) < 0)
		return fail_within(error, "pack: %s", name_of(kernel));
	needs = header.setup_size + header.syssize * PARAGRAPH;
	if (header.version >= SYSSIZE_KNOWN && needs > kernel->size)
		return fail(error, "pack: %s: truncated: %llu bytes, its header says %llu",
			name_of(kernel), (unsigned long long)kernel->size,
			(unsigned long long)needs);
	return 0;
}

static void advise(const char *path, uint64_t size, bool starts)
{
	printf("%s: %llu bytes: -drive file=%s,format=raw,if=none,id=volume,readonly=on "
	       "-device virtio-blk-pci,drive=volume%s\n",
		path, (unsigned long long)size, path, starts ? " -boot c" : "");
}

/* A part of a volume counts its bytes in 32 bits, and its sectors must count, too (rom/source). */
#define PART_LIMIT 0xfffffe00u

/* Before gigabytes are read to find it out. */
static int check_sizes(const struct options *options, struct error *error)
{
	struct stat file;

	for (size_t i = 0; i < options->replacement_count; i++) {
		const struct replacement *given = &options->replacements[i];

		if (given->axis != AXIS_CMDLINE && stat(given->text, &file) == 0 &&
			file.st_size > PART_LIMIT)
			return fail(error,
				"pack: %s: %lld bytes are too many for a volume, which takes %u",
				given->text, (long long)file.st_size, PART_LIMIT);
	}
	return 0;
}

/* Whole or not at all: what is half a volume must not lie there. */
static int write_volume(const struct part *volume, const char *path, struct error *error)
{
	autofree char *memory = format_text("/proc/self/fd/%d", volume->fd);

	if (file_copy(memory, path, 0644, error) == 0)
		return 0;
	unlink(path);
	return fail_within(error, "pack");
}

/* @parts is where the boot sector and its loader lie */
static int write_payload(const struct payload *payload, const struct options *options,
	const struct parts *parts, struct error *error)
{
	struct volume_start start = {0};
	struct part *volume = NULL;
	int status = -1;

	if (!options->bootsector || volume_start_read(&start, parts->rom, error) == 0)
		volume = volume_image(
			payload, options->bootsector ? &start : NULL, VOLUME_SOUND, error);
	if (!volume)
		fail_within(error, "pack");
	else
		status = write_volume(volume, options->folder, error);
	if (status == 0)
		advise(options->folder, volume->size, options->bootsector);
	part_free(volume);
	volume_start_free(&start);
	return status;
}

/* What is given and is wrong is the user's; what cannot be found or written is ours or the
 * system's. */
static int pack_payload(const struct cell *cell, const struct options *options, struct error *error)
{
	struct parts parts;
	struct pantry *pantry = NULL;
	struct payload payload = {0};
	int status = STATUS_BROKEN;

	if (parts_find(&parts, error) == 0)
		pantry = pantry_open(parts.guests, parts.catalogue, parts.cache, error);
	if (pantry && pantry_payload(pantry, &cell_value(cell, AXIS_KERNEL)->kernel,
			      &cell_value(cell, AXIS_INITRD)->initrd,
			      &cell_value(cell, AXIS_CMDLINE)->cmdline, &payload, error) == 0)
		status = check_kernel(payload.kernel, error) == 0 &&
					 write_payload(&payload, options, &parts, error) == 0
				 ? STATUS_EXPECTED
				 : STATUS_USAGE;
	payload_free(&payload);
	if (pantry)
		pantry_close(pantry);
	parts_free(&parts);
	return status;
}

static int pack(const struct options *options, struct error *error)
{
	struct selection selection = {0};
	const struct cell *cell = NULL;
	int status = STATUS_USAGE;

	signal(SIGXFSZ,
		SIG_IGN); /* a limit on file sizes is an error of write(2) like a full disk */
	if (!options->folder)
		fail(error, "pack: -o FILE is missing");
	else if (file_exists(options->folder))
		fail(error, "pack: %s: is there already, and is not overwritten", options->folder);
	else if (selection_check_files(options, error) == 0 && check_sizes(options, error) == 0)
		cell = choose(&selection, options, error);
	if (cell)
		status = pack_payload(cell, options, error);
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
