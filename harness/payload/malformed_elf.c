/* Broken ELF files of 32 and 64 bits (System V ABI, "Object Files"), which the ROM reads for
 * Multiboot 2. */
#include "payload/malformed_rows.h"

/* Where numbers are in a file's header, and in that of its first segment. */
enum { CLASS = 4, DATA = 5, MACHINE = 18 };
enum {
	ENTRY_32 = 24,
	PHOFF_32 = 28,
	SHOFF_32 = 32,
	PHENTSIZE_32 = 42,
	PHNUM_32 = 44,
	SHENTSIZE_32 = 46
};
enum { OFFSET_32 = 4, PADDR_32 = 12, FILESZ_32 = 16, MEMSZ_32 = 20 };
enum { PHOFF_64 = 32, OFFSET_64 = 8, PADDR_64 = 24, FILESZ_64 = 32, MEMSZ_64 = 40 };
enum { SECTION_TYPE = 4, SECTION_OFFSET = 16, SECTION_32 = 40, SYMBOLS = 2 };

#define get malformed_get
#define put malformed_put

/* A number of the first segment's header, which is the only one to be loaded. */
static size_t program(const struct malformed_image *image, size_t at)
{
	return get(image, PHOFF_32) + at;
}

static size_t program_64(const struct malformed_image *image, size_t at)
{
	return get(image, PHOFF_64) + at;
}

void malformed_move_segment(struct malformed_image *image, uint32_t address)
{
	put(image, program(image, PADDR_32), address, 4);
}

static uint32_t behind_file(const struct malformed_image *image)
{
	return (uint32_t)image->file->size + image->dice % 0x10000000;
}

static void programs_outside(struct malformed_image *image)
{
	put(image, PHOFF_32, behind_file(image), 4);
}

static void programs_too_small(struct malformed_image *image)
{
	put(image, PHENTSIZE_32, image->dice % 32, 2);
}

static void no_programs(struct malformed_image *image)
{
	put(image, PHNUM_32, 0, 2);
}

static void nothing_to_load(struct malformed_image *image)
{
	put(image, program(image, 0), 2 + image->dice % 1000, 4);
}

static void segment_outside(struct malformed_image *image)
{
	put(image, program(image, OFFSET_32), behind_file(image), 4);
}

static void segment_too_long(struct malformed_image *image)
{
	uint32_t size = behind_file(image);

	put(image, program(image, FILESZ_32), size, 4);
	put(image, program(image, MEMSZ_32), size, 4);
}

static void more_in_file(struct malformed_image *image)
{
	put(image, program(image, MEMSZ_32),
		get(image, program(image, FILESZ_32)) - 1 - image->dice % 0x1000, 4);
}

static void segment_in_firmware(struct malformed_image *image)
{
	malformed_move_segment(image, 0xf0000 + image->dice % 0x8000);
}

static void segment_beyond_ram(struct malformed_image *image)
{
	malformed_move_segment(image, BEYOND_RAM + image->dice % 0x40000000);
}

static void entry_outside(struct malformed_image *image)
{
	put(image, ENTRY_32, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void no_class(struct malformed_image *image)
{
	put(image, CLASS, 3 + image->dice % 200, 1);
}

static void other_order(struct malformed_image *image)
{
	put(image, DATA, 2 + image->dice % 200, 1);
}

static void other_machine(struct malformed_image *image)
{
	put(image, MACHINE, 4 + image->dice % 20, 2);
}

static void sections_outside(struct malformed_image *image)
{
	put(image, SHOFF_32, behind_file(image), 4);
}

static void sections_too_small(struct malformed_image *image)
{
	put(image, SHENTSIZE_32, image->dice % 40, 2);
}

/* The section headers are read when all else has been found to be right. */
static void symbols_outside(struct malformed_image *image)
{
	size_t at = get(image, SHOFF_32);

	while (at + SECTION_32 <= image->file->size && get(image, at + SECTION_TYPE) != SYMBOLS)
		at += SECTION_32;
	put(image, at + SECTION_OFFSET, behind_file(image), 4);
}

/* ---- 64 bits: what does not fit into 32 is not cut ---- */

static void programs_above_4g(struct malformed_image *image)
{
	put(image, PHOFF_64 + 4, image->dice, 4);
}

static void segment_above_4g(struct malformed_image *image)
{
	put(image, program_64(image, PADDR_64 + 4), image->dice, 4);
}

static void bytes_above_4g(struct malformed_image *image)
{
	put(image, program_64(image, OFFSET_64 + 4), image->dice, 4);
}

static void size_above_4g(struct malformed_image *image)
{
	put(image, program_64(image, MEMSZ_64 + 4), image->dice, 4);
}

/* Address and size together wrap to where they would fit. */
static void size_wraps(struct malformed_image *image)
{
	put(image, program_64(image, MEMSZ_64), 0u - image->dice % 0x1000, 4);
	put(image, program_64(image, MEMSZ_64 + 4), UINT32_MAX, 4);
}

static void more_in_file_64(struct malformed_image *image)
{
	put(image, program_64(image, FILESZ_64 + 4), image->dice, 4);
}

#define ELF    "probe-multiboot2.elf", BOOT_MULTIBOOT2
#define ELF_64 "probe-multiboot2-64.elf", BOOT_MULTIBOOT2

const struct malformed_row malformed_elf[] = {
	{ELF, programs_outside},
	{ELF, programs_too_small},
	{ELF, no_programs},
	{ELF, nothing_to_load},
	{ELF, segment_outside},
	{ELF, segment_too_long},
	{ELF, more_in_file},
	{ELF, segment_in_firmware},
	{ELF, segment_beyond_ram},
	{ELF, entry_outside},
	{ELF, no_class},
	{ELF, other_order},
	{ELF, other_machine},
	{ELF, sections_outside},
	{ELF, sections_too_small},
	{ELF, symbols_outside},
	{ELF_64, programs_above_4g},
	{ELF_64, segment_above_4g},
	{ELF_64, bytes_above_4g},
	{ELF_64, size_above_4g},
	{ELF_64, size_wraps},
	{ELF_64, more_in_file_64},
	{0},
};
