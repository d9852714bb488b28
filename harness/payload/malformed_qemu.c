/* Broken kernels of Multiboot (0.6.96, 3.1) and PVH, which QEMU reads: what it lets pass is for the
 * ROM, the rest it has to refuse itself. */
#include "payload/malformed_rows.h"

/* Where numbers are in a Multiboot header, in an ELF file and in a note. */
enum { HEADER_ADDR = 12, LOAD_ADDR = 16, LOAD_END = 20, BSS_END = 24, ENTRY_ADDR = 28 };
enum { MACHINE = 18, ENTRY = 24, PHOFF = 28, X86_64 = 62 };
enum { PROGRAM = 32, OFFSET = 4, NOTES = 4 };
enum { NOTE_TYPE = 8, NOTE_NAME = 12, NOTE_VALUE = 16, PVH_NOTE = 18 };

#define VECTORS	   0x100u
#define WORK_AREA  0x8000u /* of the ROM */
#define VIDEO	   0xa0000u
#define UPPER	   0xc0000u    /* other ROMs */
#define TOP_OF_RAM 0x0ffe0000u /* what the firmware keeps of a case's 256 MiB */

#define get malformed_get
#define put malformed_put

/* ---- flat files of Multiboot ---- */

/* Moves all addresses, so that the image lies there as a whole. */
static void move_flat(struct malformed_image *image, uint32_t to)
{
	uint32_t by = to - get(image, image->header + LOAD_ADDR);

	for (size_t at = image->header + HEADER_ADDR; at <= image->header + ENTRY_ADDR; at += 4)
		put(image, at, get(image, at) + by, 4);
}

static void flat_entry_behind(struct malformed_image *image)
{
	put(image, image->header + ENTRY_ADDR, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void flat_entry_before(struct malformed_image *image)
{
	put(image, image->header + ENTRY_ADDR, 1 + image->dice % 0x100000, 4);
}

static void flat_on_vectors(struct malformed_image *image)
{
	move_flat(image, image->dice % VECTORS);
}

static void flat_on_loader(struct malformed_image *image)
{
	move_flat(image, WORK_AREA + image->dice % 0x1000);
}

static void flat_in_video(struct malformed_image *image)
{
	move_flat(image, VIDEO + image->dice % 0x18000);
}

static void flat_in_firmware(struct malformed_image *image)
{
	move_flat(image, UPPER + image->dice % 0x30000);
}

static void flat_over_the_top(struct malformed_image *image)
{
	move_flat(image, TOP_OF_RAM - image->dice % 0x1000);
}

static void flat_beyond_ram(struct malformed_image *image)
{
	move_flat(image, BEYOND_RAM + image->dice % 0x40000000);
}

/* To QEMU a flat file is an old Linux then, and an ELF file one of PVH. */
static void wrong_sum(struct malformed_image *image)
{
	put(image, image->header + 8, get(image, image->header + 8) + image->dice, 4);
}

/* ---- ELF, of Multiboot and PVH ---- */

static void entry_behind(struct malformed_image *image)
{
	put(image, ENTRY, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void entry_before(struct malformed_image *image)
{
	put(image, ENTRY, 1 + image->dice % 0x100000, 4);
}

static void segment_on_vectors(struct malformed_image *image)
{
	malformed_move_segment(image, image->dice % VECTORS);
}

static void segment_on_loader(struct malformed_image *image)
{
	malformed_move_segment(image, WORK_AREA + image->dice % 0x1000);
}

static void segment_in_video(struct malformed_image *image)
{
	malformed_move_segment(image, VIDEO + image->dice % 0x18000);
}

static void segment_over_the_top(struct malformed_image *image)
{
	malformed_move_segment(image, TOP_OF_RAM - image->dice % 0x1000);
}

static void segment_beyond_ram(struct malformed_image *image)
{
	malformed_move_segment(image, BEYOND_RAM + image->dice % 0x40000000);
}

/* ---- notes ---- */

static size_t notes_program(const struct malformed_image *image)
{
	size_t at = get(image, PHOFF);

	while (get(image, at) != NOTES && at + PROGRAM < image->file->size)
		at += PROGRAM;
	return at;
}

static size_t pvh_note(const struct malformed_image *image)
{
	size_t at = get(image, notes_program(image) + OFFSET);

	while (get(image, at + NOTE_TYPE) != PVH_NOTE && at + NOTE_VALUE < image->file->size)
		at += 4;
	return at;
}

static void note_behind(struct malformed_image *image)
{
	put(image, pvh_note(image) + NOTE_VALUE, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void note_before(struct malformed_image *image)
{
	put(image, pvh_note(image) + NOTE_VALUE, 1 + image->dice % 0x100000, 4);
}

#define FLAT "probe-multiboot-flat.bin", BOOT_MULTIBOOT
#define ELF  "probe-multiboot.elf", BOOT_MULTIBOOT
#define PVH  "probe-pvh.elf", BOOT_PVH

const struct malformed_row malformed_multiboot[] = {
	{FLAT, flat_entry_behind},
	{FLAT, flat_entry_before},
	{FLAT, flat_on_vectors},
	{FLAT, flat_on_loader},
	{FLAT, flat_in_video},
	{FLAT, flat_in_firmware},
	{FLAT, flat_over_the_top},
	{FLAT, flat_beyond_ram},
	{ELF, entry_behind},
	{ELF, entry_before},
	{ELF, segment_on_vectors},
	{ELF, segment_on_loader},
	{ELF, segment_in_video},
	{ELF, segment_over_the_top},
	{ELF, segment_beyond_ram},
	{0},
};

const struct malformed_row malformed_pvh[] = {
	{PVH, note_behind},
	{PVH, note_before},
	{PVH, segment_on_vectors},
	{PVH, segment_on_loader},
	{PVH, segment_in_video},
	{PVH, segment_over_the_top},
	{PVH, segment_beyond_ram},
	{0},
};

/* ---- what QEMU does not let pass ---- */

static void flat_begins_behind_header(struct malformed_image *image)
{
	put(image, image->header + LOAD_ADDR,
		get(image, image->header + HEADER_ADDR) + 1 + image->dice % 0x1000, 4);
}

static void flat_begins_before_file(struct malformed_image *image)
{
	put(image, image->header + LOAD_ADDR,
		get(image, image->header + LOAD_ADDR) - 4096 - image->dice % 0x10000, 4);
}

static void flat_ends_before(struct malformed_image *image)
{
	put(image, image->header + LOAD_END,
		get(image, image->header + LOAD_ADDR) - 1 - image->dice % 0x1000, 4);
}

static void flat_zeros_end_before(struct malformed_image *image)
{
	put(image, image->header + BSS_END,
		get(image, image->header + LOAD_ADDR) + 1 + image->dice % 0x100, 4);
}

static void flat_ends_behind_file(struct malformed_image *image)
{
	put(image, image->header + LOAD_END,
		get(image, image->header + LOAD_END) + 0x100000 + image->dice % 0x10000, 4);
	put(image, image->header + BSS_END, get(image, image->header + BSS_END) + 0x200000, 4);
}

static void other_machine(struct malformed_image *image)
{
	put(image, MACHINE, X86_64, 2);
}

static void programs_outside(struct malformed_image *image)
{
	put(image, PHOFF, (uint32_t)image->file->size + image->dice % 0x10000000, 4);
}

static void note_of_other_type(struct malformed_image *image)
{
	put(image, pvh_note(image) + NOTE_TYPE, 19 + image->dice % 1000, 4);
}

static void notes_are_none(struct malformed_image *image)
{
	put(image, notes_program(image), 0x70000000 + image->dice % 0x1000, 4);
}

static void note_is_zero(struct malformed_image *image)
{
	put(image, pvh_note(image) + NOTE_VALUE, 0, 4);
}

const struct malformed_row malformed_emulator[] = {
	{FLAT, flat_begins_behind_header},
	{FLAT, flat_begins_before_file},
	{FLAT, flat_ends_before},
	{FLAT, flat_zeros_end_before},
	{FLAT, flat_ends_behind_file},
	{ELF, other_machine},
	{ELF, programs_outside},
	{FLAT, wrong_sum},
	{ELF, wrong_sum},
	{PVH, note_of_other_type},
	{PVH, notes_are_none},
	{PVH, note_is_zero},
	{PVH, programs_outside},
	{0},
};
