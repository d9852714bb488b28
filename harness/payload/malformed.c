#include "payload/malformed.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/malformed_rows.h"
#include "payload/probe.h"
#include "payload/random.h"

static const struct malformed_row *const for_rom[] = {malformed_multiboot2, malformed_elf,
	malformed_multiboot, malformed_pvh, malformed_linux, NULL};
static const struct malformed_row *const for_emulator[] = {malformed_emulator, NULL};

static size_t row_count(const struct malformed_row *const *tables)
{
	size_t count = 0;

	for (; *tables; tables++)
		for (const struct malformed_row *row = *tables; row->file; row++)
			count++;
	return count;
}

/* One row after the other, and from the first on again. */
static const struct malformed_row *row_of(const struct malformed_spec *spec)
{
	const struct malformed_row *const *tables = spec->for_emulator ? for_emulator : for_rom;
	size_t index = spec->number % row_count(tables);

	for (;; tables++)
		for (const struct malformed_row *row = *tables; row->file; row++)
			if (!index--)
				return row;
}

enum boot_protocol malformed_protocol(const struct malformed_spec *spec)
{
	return row_of(spec)->boot;
}

/* The probes have one header, and nothing else with its magic. */
static int find_header(struct malformed_image *image, enum boot_protocol boot, struct error *error)
{
	const uint32_t magic = boot == BOOT_MULTIBOOT2 ? MULTIBOOT2_MAGIC : MULTIBOOT_MAGIC;
	const char *at;

	if (boot != BOOT_MULTIBOOT2 && boot != BOOT_MULTIBOOT)
		return 0;
	at = memmem(image->file->data, image->file->size, &magic, sizeof(magic));
	image->header = at ? (size_t)(at - image->file->data) : 0;
	return at ? 0 : fail(error, "no Multiboot header in a probe");
}

int malformed_image(const char *guests, const struct malformed_spec *spec, struct buffer *out,
	struct error *error)
{
	struct random_stream stream = {spec->seed + (spec->number << 32)};
	const struct malformed_row *row = row_of(spec);
	autofree char *path = format_text("%s/%s", guests, row->file);
	struct malformed_image image = {.file = out};

	if (probe_built(path, PROBE_POWEROFF, out, error) < 0)
		return -1;
	random_bytes(&stream, &image.dice, sizeof(image.dice));
	image.dice |= !image.dice;
	if (find_header(&image, row->boot, error) < 0)
		return -1;
	row->spoil(&image);
	return 0;
}
