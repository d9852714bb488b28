#include "payload/malformed.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/probe.h"
#include "payload/random.h"

#define MAGIC	   0xe85250d6u
#define ROWS	   (sizeof(rows) / sizeof(rows[0]))
#define BIG_SETUP  (80u << 10)
#define BEYOND_RAM 0x40000000u /* what a case's machine has less of */

enum { TAG_REQUEST = 1, TAG_ADDRESS = 2, TAG_ENTRY = 3, TAG_RELOCATABLE = 10 };

/* An image that is being broken. */
struct image {
	struct buffer *file;
	size_t header; /* of Multiboot 2, in the file */
	uint32_t dice; /* a random number, never 0 */
};

static uint32_t get(const struct image *image, size_t at)
{
	uint32_t value = 0;

	memcpy(&value, image->file->data + at, sizeof(value));
	return value;
}

static void put(struct image *image, size_t at, uint32_t value, size_t width)
{
	memcpy(image->file->data + at, &value, width);
}

static void put_header(struct image *image, size_t at, uint32_t value)
{
	size_t header = image->header;

	put(image, header + at, value, 4);
	put(image, header + 12, 0u - (MAGIC + get(image, header + 4) + get(image, header + 8)), 4);
}

/* A tag of the header, by its type; the probes have those that are asked for. */
static size_t tag(const struct image *image, unsigned type)
{
	size_t at = image->header + 16;

	while ((get(image, at) & 0xffff) != type && get(image, at))
		at += (get(image, at + 4) + 7) / 8 * 8;
	return at;
}

/* ---- headers of Multiboot 2 ---- */

static void no_magic(struct image *image)
{
	put(image, image->header, MAGIC ^ image->dice, 4);
}

static void wrong_sum(struct image *image)
{
	put(image, image->header + 12, get(image, image->header + 12) + image->dice, 4);
}

static void other_processor(struct image *image)
{
	put_header(image, 4, 4 + image->dice % 1000);
}

static void header_too_long(struct image *image)
{
	put_header(image, 8, 0x8000 + image->dice % 0x10000000);
}

static void header_too_short(struct image *image)
{
	put_header(image, 8, image->dice % 16);
}

static void tag_too_short(struct image *image)
{
	put(image, tag(image, TAG_REQUEST) + 4, image->dice % 8, 4);
}

static void tag_too_long(struct image *image)
{
	put(image, tag(image, TAG_REQUEST) + 4, 0x10000 + image->dice % 0x10000000, 4);
}

static void unknown_tag(struct image *image)
{
	put(image, tag(image, 6), 100 + image->dice % 1000, 4);
}

static void unknown_information(struct image *image)
{
	put(image, tag(image, TAG_REQUEST) + 8, 100 + image->dice % 1000000, 4);
}

static void no_end(struct image *image)
{
	put_header(image, 8, get(image, image->header + 8) - 8);
}

static void cut_short(struct image *image)
{
	image->file->size = image->header + 1 + image->dice % 40;
}

/* ---- ELF of 32 bits ---- */

static size_t first_program(const struct image *image)
{
	return get(image, 28);
}

static void programs_outside(struct image *image)
{
	put(image, 28, (uint32_t)image->file->size + image->dice % 0x10000000, 4);
}

static void programs_too_small(struct image *image)
{
	put(image, 42, image->dice % 32, 2);
}

static void segment_outside(struct image *image)
{
	put(image, first_program(image) + 4, (uint32_t)image->file->size + image->dice % 0x10000000,
		4);
}

static void segment_too_long(struct image *image)
{
	uint32_t size = (uint32_t)image->file->size + image->dice % 0x10000000;

	put(image, first_program(image) + 16, size, 4);
	put(image, first_program(image) + 20, size, 4);
}

static void segment_in_firmware(struct image *image)
{
	put(image, first_program(image) + 12, 0xf0000 + image->dice % 0x8000, 4);
}

static void segment_beyond_ram(struct image *image)
{
	put(image, first_program(image) + 12, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void entry_outside(struct image *image)
{
	put(image, 24, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void no_class(struct image *image)
{
	put(image, 4, 3 + image->dice % 200, 1);
}

static void other_machine(struct image *image)
{
	put(image, 18, 4 + image->dice % 20, 2);
}

/* ---- addresses, and a place to move to ---- */

static void begins_behind_header(struct image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 12, get(image, at + 8) + 1 + image->dice % 0x1000, 4);
}

static void begins_before_file(struct image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 12, get(image, at + 12) - 4096 - image->dice % 0x10000, 4);
}

static void ends_behind_file(struct image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 16, get(image, at + 16) + 0x100000 + image->dice % 0x10000, 4);
	put(image, at + 20, get(image, at + 20) + 0x200000, 4);
}

static void zeros_end_before(struct image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 20, get(image, at + 16) - 1 - image->dice % 0x1000, 4);
}

static void entry_elsewhere(struct image *image)
{
	put(image, tag(image, TAG_ENTRY) + 8, image->dice % 0x100000, 4);
}

static void odd_alignment(struct image *image)
{
	put(image, tag(image, TAG_RELOCATABLE) + 16, (image->dice | 1) * 3, 4);
}

static void window_upside_down(struct image *image)
{
	put(image, tag(image, TAG_RELOCATABLE) + 12, image->dice % 0x400000, 4);
}

/* ---- Linux ---- */

static void old_version(struct image *image)
{
	put(image, 0x206, 0x100 + image->dice % 0x100, 2);
}

static void nothing_of_linux(struct image *image)
{
	put(image, 0x202, image->dice & 0x7f7f7f7f, 4);
	put(image, 0x1fe, 0, 2);
}

static void linux_alignment(struct image *image)
{
	put(image, 0x234, 1, 1);
	put(image, 0x230, (image->dice | 1) % 0x100000 * 2 + 6 * 0x200000, 4);
}

static void linux_size(struct image *image)
{
	put(image, 0x260, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void linux_far(struct image *image)
{
	put(image, 0x258, BEYOND_RAM + image->dice % 0x40000000, 4);
	put(image, 0x25c, image->dice % 16, 4);
}

static void setup_too_long(struct image *image)
{
	size_t size = image->file->size;

	if (size < BIG_SETUP)
		buffer_fill(image->file, 0, BIG_SETUP - size);
	put(image, 0x1f1, 64 + image->dice % 64, 1);
}

static const char elf[] = "probe-multiboot2.elf", flat[] = "probe-multiboot2-flat.bin",
		  reloc[] = "probe-multiboot2-reloc.elf", bzimage[] = "probe-linux-entries.bin";

static const struct {
	const char *file;
	void (*spoil)(struct image *image);
} rows[] = {
	{elf, no_magic},
	{elf, wrong_sum},
	{flat, wrong_sum},
	{elf, other_processor},
	{elf, header_too_long},
	{flat, header_too_short},
	{elf, tag_too_short},
	{flat, tag_too_long},
	{elf, unknown_tag},
	{flat, unknown_information},
	{flat, no_end},
	{flat, cut_short},
	{elf, programs_outside},
	{elf, programs_too_small},
	{elf, segment_outside},
	{elf, segment_too_long},
	{elf, segment_in_firmware},
	{elf, segment_beyond_ram},
	{elf, entry_outside},
	{elf, no_class},
	{elf, other_machine},
	{flat, begins_behind_header},
	{flat, begins_before_file},
	{flat, ends_behind_file},
	{flat, zeros_end_before},
	{flat, entry_elsewhere},
	{reloc, odd_alignment},
	{reloc, window_upside_down},
	{bzimage, old_version},
	{bzimage, nothing_of_linux},
	{bzimage, linux_alignment},
	{bzimage, linux_size},
	{bzimage, linux_far},
	{bzimage, setup_too_long},
};

bool malformed_multiboot2(uint64_t number)
{
	return rows[number % ROWS].file != bzimage;
}

/* The probes have one header, and nothing else with its magic. */
static int find_header(struct image *image, struct error *error)
{
	static const uint32_t magic = MAGIC;
	const char *at = memmem(image->file->data, image->file->size, &magic, sizeof(magic));

	image->header = at ? (size_t)(at - image->file->data) : 0;
	return at ? 0 : fail(error, "no Multiboot 2 header in a probe");
}

int malformed_image(const char *guests, const struct malformed_spec *spec, struct buffer *out,
	struct error *error)
{
	struct random_stream stream = {spec->seed + (spec->number << 32)};
	autofree char *path = format_text("%s/%s", guests, rows[spec->number % ROWS].file);
	struct image image = {.file = out};

	if (probe_built(path, PROBE_POWEROFF, out, error) < 0)
		return -1;
	random_bytes(&stream, &image.dice, sizeof(image.dice));
	image.dice |= !image.dice;
	if (malformed_multiboot2(spec->number) && find_header(&image, error) < 0)
		return -1;
	rows[spec->number % ROWS].spoil(&image);
	return 0;
}
