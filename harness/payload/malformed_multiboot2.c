/* Broken headers of Multiboot 2 (2.0, 3.1). */
#include "payload/malformed_rows.h"

enum {
	TAG_REQUEST = 1,
	TAG_ADDRESS = 2,
	TAG_ENTRY = 3,
	TAG_MODULE_PAGES = 6,
	TAG_RELOCATABLE = 10
};

#define get malformed_get
#define put malformed_put

static void put_header(struct malformed_image *image, size_t at, uint32_t value)
{
	size_t header = image->header;

	put(image, header + at, value, 4);
	put(image, header + 12,
		0u - (MULTIBOOT2_MAGIC + get(image, header + 4) + get(image, header + 8)), 4);
}

/* A tag of the header, by its type; the probes have those that are asked for. */
static size_t tag(const struct malformed_image *image, unsigned type)
{
	size_t at = image->header + 16;

	while ((get(image, at) & 0xffff) != type && get(image, at))
		at += (get(image, at + 4) + 7) / 8 * 8;
	return at;
}

static void no_magic(struct malformed_image *image)
{
	put(image, image->header, MULTIBOOT2_MAGIC ^ image->dice, 4);
}

static void wrong_sum(struct malformed_image *image)
{
	put(image, image->header + 12, get(image, image->header + 12) + image->dice, 4);
}

static void other_processor(struct malformed_image *image)
{
	put_header(image, 4, 4 + image->dice % 1000);
}

static void header_too_long(struct malformed_image *image)
{
	put_header(image, 8, 0x8000 + image->dice % 0x10000000);
}

static void header_too_short(struct malformed_image *image)
{
	put_header(image, 8, image->dice % 16);
}

static void tag_too_short(struct malformed_image *image)
{
	put(image, tag(image, TAG_REQUEST) + 4, image->dice % 8, 4);
}

static void tag_too_long(struct malformed_image *image)
{
	put(image, tag(image, TAG_REQUEST) + 4, 0x10000 + image->dice % 0x10000000, 4);
}

static void unknown_tag(struct malformed_image *image)
{
	put(image, tag(image, TAG_MODULE_PAGES), 100 + image->dice % 1000, 4);
}

static void unknown_information(struct malformed_image *image)
{
	put(image, tag(image, TAG_REQUEST) + 8, 100 + image->dice % 1000000, 4);
}

static void no_end(struct malformed_image *image)
{
	put_header(image, 8, get(image, image->header + 8) - 8);
}

static void cut_short(struct malformed_image *image)
{
	image->file->size = image->header + 1 + image->dice % 40;
}

/* ---- addresses, and a place to move to ---- */

static void begins_behind_header(struct malformed_image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 12, get(image, at + 8) + 1 + image->dice % 0x1000, 4);
}

static void begins_before_file(struct malformed_image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 12, get(image, at + 12) - 4096 - image->dice % 0x10000, 4);
}

static void ends_behind_file(struct malformed_image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 16, get(image, at + 16) + 0x100000 + image->dice % 0x10000, 4);
	put(image, at + 20, get(image, at + 20) + 0x200000, 4);
}

static void zeros_end_before(struct malformed_image *image)
{
	size_t at = tag(image, TAG_ADDRESS);

	put(image, at + 20, get(image, at + 16) - 1 - image->dice % 0x1000, 4);
}

static void entry_elsewhere(struct malformed_image *image)
{
	put(image, tag(image, TAG_ENTRY) + 8, image->dice % 0x100000, 4);
}

static void odd_alignment(struct malformed_image *image)
{
	put(image, tag(image, TAG_RELOCATABLE) + 16, (image->dice | 1) * 3, 4);
}

static void window_upside_down(struct malformed_image *image)
{
	put(image, tag(image, TAG_RELOCATABLE) + 12, image->dice % 0x400000, 4);
}

#define ELF   "probe-multiboot2.elf", BOOT_MULTIBOOT2
#define FLAT  "probe-multiboot2-flat.bin", BOOT_MULTIBOOT2
#define RELOC "probe-multiboot2-reloc.elf", BOOT_MULTIBOOT2

const struct malformed_row malformed_multiboot2[] = {
	{ELF, no_magic},
	{ELF, wrong_sum},
	{FLAT, wrong_sum},
	{ELF, other_processor},
	{ELF, header_too_long},
	{FLAT, header_too_short},
	{ELF, tag_too_short},
	{FLAT, tag_too_long},
	{ELF, unknown_tag},
	{FLAT, unknown_information},
	{FLAT, no_end},
	{FLAT, cut_short},
	{FLAT, begins_behind_header},
	{FLAT, begins_before_file},
	{FLAT, ends_behind_file},
	{FLAT, zeros_end_before},
	{FLAT, entry_elsewhere},
	{RELOC, odd_alignment},
	{RELOC, window_upside_down},
	{0},
};
