#include "boot/linux_params.h"

#include "memory.h"

#define WORD_16 ('1' | '6' << 8)
#define WORD_32 ('3' | '2' << 8)
#define WORD_64 ('6' | '4' << 8)

#define ENTRY_64_OFFSET 0x200u

/* Where the header's length is: 0x202 and the byte at 0x201, the offset of the first jump. */
#define HEADER_AT   0x1f1u
#define JUMP_OFFSET 0x201u
#define HEADER_END  0x202u

#define BIOS_MODE   (0x449u - LINUX_BIOS_DATA_AT)
#define BIOS_COLS   (0x44au - LINUX_BIOS_DATA_AT)
#define BIOS_CURSOR (0x450u - LINUX_BIOS_DATA_AT)
#define BIOS_ROWS   (0x484u - LINUX_BIOS_DATA_AT)
#define BIOS_POINTS (0x485u - LINUX_BIOS_DATA_AT)

int linux_entry(struct linux *linux, uint16_t word, bool long_mode, struct refusal *why)
{
	bool allowed = true;

	if (word == WORD_16)
		linux->entry = LINUX_ENTRY_16;
	else if (word == WORD_32)
		linux->entry = LINUX_ENTRY_32;
	else if (word == WORD_64)
		linux->entry = LINUX_ENTRY_64;
	else
		return refuse(why, REFUSE_ENTRY_WORD, word, 0, 0);
	if (linux->entry != LINUX_ENTRY_16)
		allowed = linux->loaded_high && linux->version >= 0x207;
	if (linux->entry == LINUX_ENTRY_64)
		allowed = allowed && linux->entry_64;
	if (!allowed)
		return refuse(why, REFUSE_ENTRY, linux->entry, linux->version, 0);
	if (linux->entry == LINUX_ENTRY_64 && !long_mode)
		return refuse(why, REFUSE_LONG_MODE, 0, 0, 0);
	return 0;
}

/* Nobody asks the BIOS for the screen at these entries, so it has to be said. Text modes only. */
static void write_screen(struct linux_page *page, const uint8_t *bios_data)
{
	const uint8_t mode = bios_data[BIOS_MODE];

	if (mode > 3 && mode != 7)
		return;
	page->orig_x = bios_data[BIOS_CURSOR];
	page->orig_y = bios_data[BIOS_CURSOR + 1];
	page->orig_video_mode = mode;
	page->orig_video_cols = bios_data[BIOS_COLS];
	page->orig_video_lines = (uint8_t)(bios_data[BIOS_ROWS] + 1);
	page->orig_video_is_vga = 1;
	page->orig_video_points =
		(uint16_t)(bios_data[BIOS_POINTS] | bios_data[BIOS_POINTS + 1] << 8);
}

void linux_params(struct linux_params *params, const struct linux *linux, const struct map *map,
	const uint8_t *bios_data)
{
	struct linux_page *page = &params->page;
	uint8_t *bytes = (uint8_t *)page;
	uint32_t end = HEADER_END + bytes[JUMP_OFFSET], count = map->count;

	if (end > HEADER_AT + sizeof(page->header))
		end = HEADER_AT + (uint32_t)sizeof(page->header);
	if (end > linux->size[ITEM_SETUP])
		end = linux->size[ITEM_SETUP];
	memset(bytes, 0, HEADER_AT);
	memset(bytes + end, 0, sizeof(*params) - end);
	if (count > LINUX_E820_MAX)
		count = LINUX_E820_MAX;
	page->e820_entries = (uint8_t)count;
	memcpy(page->e820_table, map->entry, count * sizeof(struct e820));
	write_screen(page, bios_data);
}

void linux_params_enter(struct linux_params *params, const struct linux *linux, struct enter *enter)
{
	const uint32_t at = linux->at[ITEM_SETUP], kernel = linux->at[ITEM_KERNEL];
	const bool is_64 = linux->entry == LINUX_ENTRY_64;

	handover_prepare(&params->handover, at + (uint32_t)offsetof(struct linux_params, handover),
		is_64 ? kernel + ENTRY_64_OFFSET : kernel, enter);
	if (is_64)
		handover_long(&params->handover, params->tables,
			at + (uint32_t)offsetof(struct linux_params, tables), enter);
	enter->esi = at;
}
