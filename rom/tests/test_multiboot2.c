/* Multiboot 2 headers, lawful and not: what is read, where it goes, what is refused. */
#include "tests/testing.h"

#include "boot/multiboot2.h"
#include "tests/elves.h"
#include "tests/machines.h"

#define NONE  (-1)
#define WORDS 16

/* A header of tags in words, behind magic, architecture, length and checksum. */
struct row {
	const char *name;
	uint32_t at;
	uint32_t tags[WORDS];
	uint32_t bytes; /* of the tags */
	int refused;	/* by reading, or by planning */
	uint32_t base, entry;
};

#define TAG(type, flags) ((type) | (uint32_t)(flags) << 16)
#define END_TAG		 0, 8
#define REQUEST(flags, info)                                                                       \
	{                                                                                          \
		TAG(1, flags), 12, info, 0, END_TAG                                                \
	}
#define FLAT(header, load, load_end, bss_end)                                                      \
	{                                                                                          \
		2, 24, header, load, load_end, bss_end, END_TAG                                    \
	}
#define MOVABLE(min, max, align, preference)                                                       \
	{                                                                                          \
		10, 24, min, max, align, preference, END_TAG                                       \
	}

/* The file: an ELF with one segment, file offset 0x1000 to 0x200000, 0x1000 bytes and as many
 * zeros. */
#define LINKED 0x200000u
#define SIZE   0x2000u

static const struct row rows[] = {
	{"no tags", 0x800, {END_TAG}, 8, NONE, LINKED, LINKED + 8},
	{"at the end of 32 KiB", 0x7fe8, {END_TAG}, 8, NONE, LINKED, LINKED + 8},
	{"behind it", 0x7ff0, {END_TAG}, 8, REFUSE_TAG, 0, 0},
	{"not at all", 0x8000, {END_TAG}, 8, REFUSE_NOT_MULTIBOOT2, 0, 0},
	{"unaligned", 0x804, {END_TAG}, 8, REFUSE_NOT_MULTIBOOT2, 0, 0},
	{"no end", 0x800, {6, 8}, 8, REFUSE_TAG, 0, 0},
	{"nothing", 0x800, {0}, 0, REFUSE_TAG, 0, 0},
	{"tag of 0 bytes", 0x800, {6, 0, END_TAG}, 16, REFUSE_TAG, 0, 0},
	{"tag of 7 bytes", 0x800, {6, 7, END_TAG}, 16, REFUSE_TAG, 0, 0},
	{"tag longer than the header", 0x800, {6, 24, END_TAG}, 16, REFUSE_TAG, 0, 0},
	{"tag of 4 GiB", 0x800, {6, UINT32_MAX, END_TAG}, 16, REFUSE_TAG, 0, 0},
	{"unknown tag", 0x800, {11, 8, END_TAG}, 16, REFUSE_TAG_UNKNOWN, 0, 0},
	{"unknown tag, an option", 0x800, {TAG(11, 1), 8, END_TAG}, 16, NONE, LINKED, LINKED + 8},
	{"unknown information", 0x800, REQUEST(0, 16), 24, REFUSE_INFO, 0, 0},
	{"information 0xffffffff", 0x800, REQUEST(0, UINT32_MAX), 24, REFUSE_INFO, 0, 0},
	{"unknown information, an option", 0x800, REQUEST(1, 16), 24, NONE, LINKED, LINKED + 8},
	{"known information", 0x800, REQUEST(0, 6), 24, NONE, LINKED, LINKED + 8},
	{"entry", 0x800, {3, 12, LINKED + 4, 0, END_TAG}, 24, NONE, LINKED, LINKED + 4},
	{"entry outside", 0x800, {3, 12, LINKED + SIZE, 0, END_TAG}, 24, REFUSE_ENTRY_OUTSIDE, 0,
		0},
	{"entry cut short", 0x800, {3, 11, LINKED, 0, END_TAG}, 24, REFUSE_TAG, 0, 0},
	{"EFI", 0x800, {7, 8, 8, 12, 1, 0, 9, 12, 1, 0, END_TAG}, 48, NONE, LINKED, LINKED + 8},
	{"flat", 0x800, FLAT(0x400800, 0x400000, 0x401000, 0x402000), 32, NONE, 0x400000, 0x400000},
	{"flat, whole file", 0x800, FLAT(0x400800, 0x400000, 0, 0), 32, NONE, 0x400000, 0x400000},
	{"flat, from the beginning", 0x800, FLAT(0x400800, UINT32_MAX, 0, 0), 32, NONE, 0x400000,
		0x400000},
	{"flat, header behind its load", 0x800, FLAT(0x400800, 0x3ff000, 0, 0), 32, REFUSE_TAG, 0,
		0},
	{"flat, load behind its header", 0x800, FLAT(0x400800, 0x400801, 0, 0), 32, REFUSE_TAG, 0,
		0},
	{"flat, longer than the file", 0x800, FLAT(0x400800, 0x400000, 0x420001, 0), 32, REFUSE_TAG,
		0, 0},
	{"flat, ends before it begins", 0x800, FLAT(0x400800, 0x400000, 0x3ffff0, 0), 32,
		REFUSE_TAG, 0, 0},
	{"flat, zeros end before the load", 0x800, FLAT(0x400800, 0x400000, 0x401000, 0x400fff), 32,
		REFUSE_TAG, 0, 0},
	{"flat, over 4 GiB", 0x800, FLAT(0x700, UINT32_MAX, 0, 0), 32, REFUSE_TAG, 0, 0},
	{"flat, not in RAM", 0x800, FLAT(0x400800, 0x400000, 0x401000, 0xf0000000), 32,
		REFUSE_NOT_RAM, 0, 0},
	{"movable, lowest", 0x800, MOVABLE(0, UINT32_MAX, 0x1000, 1), 32, NONE, 0x100000, 0x100008},
	{"movable, no wish", 0x800, MOVABLE(0x300001, UINT32_MAX, 0x1000, 0), 32, NONE, 0x301000,
		0x301008},
	{"movable, highest", 0x800, MOVABLE(0, UINT32_MAX, 0x1000, 2), 32, NONE, PC_RAM_END - SIZE,
		PC_RAM_END - SIZE + 8},
	{"movable, limited", 0x800, MOVABLE(0, 0x3ffffff, 0x200000, 2), 32, NONE, 0x3e00000,
		0x3e00008},
	{"movable, just so", 0x800, MOVABLE(0x400000, 0x401fff, 1, 2), 32, NONE, 0x400000,
		0x400008},
	{"movable, a byte too little", 0x800, MOVABLE(0x400000, 0x401ffe, 1, 2), 32, REFUSE_NO_ROOM,
		0, 0},
	{"movable, alignment 3", 0x800, MOVABLE(0, UINT32_MAX, 3, 1), 32, REFUSE_RELOCATE, 0, 0},
	{"movable, alignment 2 GiB", 0x800, MOVABLE(0, UINT32_MAX, 0x80000000, 1), 32,
		REFUSE_NO_ROOM, 0, 0},
	{"movable, upside down", 0x800, MOVABLE(0x500000, 0x400000, 1, 1), 32, REFUSE_NO_ROOM, 0,
		0},
};

#define FILE_SIZE 0x20000u

static void make_file(uint8_t *file, const struct row *row)
{
	static const struct test_segment segment = {PT_LOAD, 0x1000, LINKED, LINKED, 0x1000, SIZE};
	const uint32_t length = 16 + row->bytes;
	const uint32_t header[] = {0xe85250d6, 0, length, -(0xe85250d6 + length)};

	memset(file, 0, FILE_SIZE);
	put_elf32(file, LINKED + 8, &segment, 1);
	memcpy(file + row->at, header, sizeof(header));
	memcpy(file + row->at + sizeof(header), row->tags, row->bytes);
}

static void test_rows(void **state)
{
	static uint8_t file[FILE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct multiboot2 kernel;
		struct elf_segment piece;
		struct refusal why;
		struct place place;
		int got;

		memset(&kernel, 0xa5, sizeof(kernel));
		make_file(file, row);
		pc_start(&place, &why);
		got = multiboot2_read(&kernel, file, FILE_SIZE, FILE_SIZE, &why);
		got = got ? got : multiboot2_plan(&kernel, &place);
		check_row(row->name, got, row->refused == NONE ? 0 : -1);
		if (got) {
			check_row(row->name, why.code, row->refused);
			continue;
		}
		check_row(row->name, kernel.base, row->base);
		check_row(row->name, kernel.entry, row->entry);
		check_row(row->name, multiboot2_piece(&kernel, 0, &piece), 1);
		check_row(row->name, piece.to, row->base);
		check_row(row->name, multiboot2_piece(&kernel, 1, &piece), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("rom/multiboot2", tests, NULL, NULL);
}
