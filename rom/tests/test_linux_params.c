/* Linux's 32-bit and 64-bit entries: who may be entered so, and what stays of the setup. */
#include "tests/testing.h"

#include "boot/linux_params.h"
#include "tests/machines.h"

struct row {
	const char *name, *word;
	uint16_t version;
	bool high, entry_64, long_mode;
	int refused; /* -1: not */
	unsigned int entry;
};

static const struct row rows[] = {
	{"16", "16", 0x20f, true, true, true, -1, 16},
	{"16, old", "16", 0, false, false, false, -1, 16},
	{"32", "32", 0x20f, true, false, false, -1, 32},
	{"32, the first version", "32", 0x207, true, false, false, -1, 32},
	{"32, too old", "32", 0x206, true, false, true, REFUSE_ENTRY, 0},
	{"32, low", "32", 0x20f, false, true, true, REFUSE_ENTRY, 0},
	{"64", "64", 0x20c, true, true, true, -1, 64},
	{"64, not there", "64", 0x20f, true, false, true, REFUSE_ENTRY, 0},
	{"64, low", "64", 0x20f, false, true, true, REFUSE_ENTRY, 0},
	{"64, processor without", "64", 0x20f, true, true, false, REFUSE_LONG_MODE, 0},
	{"33", "33", 0x20f, true, true, true, REFUSE_ENTRY_WORD, 0},
	{"nothing", "\0\0", 0x20f, true, true, true, REFUSE_ENTRY_WORD, 0},
};

static void test_entry(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct linux linux = {.version = row->version,
			.loaded_high = row->high,
			.entry_64 = row->entry_64};
		const uint16_t word = (uint16_t)(row->word[0] | row->word[1] << 8);
		struct refusal why;

		check_row(row->name, linux_entry(&linux, word, row->long_mode, &why),
			row->refused < 0 ? 0 : -1);
		if (row->refused >= 0)
			check_row(row->name, why.code, row->refused);
		else
			check_row(row->name, linux.entry, row->entry);
	}
}

/* jump: the byte at 0x201. end: of what is kept of the header. */
static void check_page(uint8_t jump, uint32_t setup_size, uint32_t end)
{
	static struct linux_params params;
	static uint8_t video[LINUX_BIOS_DATA];
	const struct map map = {pc_map, PC_ENTRIES};
	const uint8_t *byte = (const uint8_t *)&params;
	struct linux linux = {.size = {[ITEM_SETUP] = setup_size}};

	memset(&params, 0xc3, sizeof(params));
	((uint8_t *)&params)[0x201] = jump;
	video[0] = 3;
	video[1] = 80;
	video[0x450 - 0x449] = 5;
	video[0x484 - 0x449] = 24;
	video[0x485 - 0x449] = 16;
	linux_params(&params, &linux, &map, video);
	for (uint32_t i = 0; i < sizeof(params); i++) {
		if (i == 0x201 || i < 0x12 || i == 0x1e8 ||
			(i >= 0x2d0 && i < 0x2d0 + PC_ENTRIES * 20))
			continue;
		if (byte[i] != (i >= 0x1f1 && i < end ? 0xc3 : 0))
			fail_msg("jump 0x%x: byte 0x%x is 0x%x", jump, i, byte[i]);
	}
	assert_int_equal(params.page.e820_entries, PC_ENTRIES);
	assert_memory_equal(params.page.e820_table, pc_map, sizeof(pc_map));
	assert_int_equal(params.page.orig_x, 5);
	assert_int_equal(params.page.orig_video_lines, 25);
	assert_int_equal(params.page.orig_video_is_vga, 1);
	assert_int_equal(params.page.orig_video_points, 16);
}

static void test_page(void **state)
{
	(void)state;
	check_page(0x6a, 0x8000, 0x26c);
	check_page(0x66, 0x8000, 0x268);
	check_page(0xff, 0x8000, 0x290);
	check_page(0x6a, 0x260, 0x260);
}

static void test_enter(void **state)
{
	static struct linux_params params;
	struct linux linux = {
		.at = {[ITEM_SETUP] = 0x10000, [ITEM_KERNEL] = 0x100000}, .entry = 32};
	struct enter enter;

	(void)state;
	linux_params_enter(&params, &linux, &enter);
	assert_int_equal(params.handover.eip, 0x100000);
	assert_int_equal(enter.esi, 0x10000);
	assert_int_equal(enter.cr3, 0);
	assert_int_equal(enter.gdt_base, 0x11000 + offsetof(struct handover, gdt));
	linux.entry = 64;
	linux_params_enter(&params, &linux, &enter);
	assert_int_equal(params.handover.eip, 0x100200);
	assert_int_equal(enter.cr3, 0x12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_enter),
	};

	return cmocka_run_group_tests_name("rom/linux_params", tests, NULL, NULL);
}
