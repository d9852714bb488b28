/*
 * The 32-bit and the 64-bit entry of Linux (boot.rst, "32-bit Boot Protocol", "64-bit Boot
 * Protocol"): boot_params in place of the setup's code. Pure: bytes in, bytes out.
 */
#ifndef ROM_BOOT_LINUX_PARAMS_H
#define ROM_BOOT_LINUX_PARAMS_H

#include "boot/linux.h"
#include "handover.h"

#define LINUX_E820_MAX 128

/* boot_params as zero-page.rst has it, as far as we write it. */
struct linux_page {
	uint8_t orig_x, orig_y;
	uint8_t unused[4];
	uint8_t orig_video_mode, orig_video_cols;
	uint8_t unused_2[6];
	uint8_t orig_video_lines, orig_video_is_vga;
	uint16_t orig_video_points;
	uint8_t unused_3[0x1e8 - 0x12];
	uint8_t e820_entries;
	uint8_t unused_4[0x1f1 - 0x1e9];
	uint8_t header[0x290 - 0x1f1];
	uint8_t unused_5[0x2d0 - 0x290];
	struct e820 e820_table[LINUX_E820_MAX];
	uint8_t unused_6[0x1000 - 0x2d0 - LINUX_E820_MAX * sizeof(struct e820)];
} __attribute__((packed));

_Static_assert(offsetof(struct linux_page, e820_entries) == 0x1e8, "e820_entries");
_Static_assert(sizeof(struct linux_page) == 0x1000, "a page");

/* In the window of the setup, from its beginning. */
struct linux_params {
	struct linux_page page;
	struct handover handover;
	uint8_t unused[0x1000 - sizeof(struct handover)];
	uint64_t tables[PAGE_TABLES_SIZE / 8];
};

/* The BIOS's data about the screen: 0x449 video mode to 0x485 points (of 16 bits). */
#define LINUX_BIOS_DATA_AT 0x449u
#define LINUX_BIOS_DATA	   (0x487u - LINUX_BIOS_DATA_AT)

/*
 * May the image be entered as asked? linux: read. word: the first two characters of what asks,
 * little-endian. long_mode: the processor has it. Sets linux->entry and returns 0, or -1 with
 * REFUSE_ENTRY_WORD, _ENTRY or _LONG_MODE in *why. The 32-bit entry came with 2.07, the 64-bit one
 * with a bit of xloadflags in 2.12.
 */
int linux_entry(struct linux *linux, uint16_t word, bool long_mode, struct refusal *why);

/*
 * Make boot_params of a setup whose header linux_write() has written. params: the setup, in a
 * window of 64 KiB. bios_data: LINUX_BIOS_DATA bytes.
 */
void linux_params(struct linux_params *params, const struct linux *linux, const struct map *map,
	const uint8_t *bios_data);

/* Make what stays for the entry: descriptors, and page tables for 64 bits. enter: filled. */
void linux_params_enter(
	struct linux_params *params, const struct linux *linux, struct enter *enter);

#endif
