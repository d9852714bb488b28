/* Multiboot 1: what QEMU prepared is kept, what only the firmware knows is added. */
#include "tests/testing.h"

#include "boot/multiboot.h"
#include "tests/machines.h"

struct row {
	const char *name;
	uint32_t kernel, size, entry, info_size, mods_count, mods_addr;
	int refused; /* -1: not */
};

static const struct row rows[] = {
	{"plain", 0x100000, 0x10000, 0x100000, 88, 0, 0, -1},
	{"modules", 0x100000, 0x10000, 0x100000, 88, 2, 0x108000, -1},
	{"table ends with the image", 0x100000, 0x10000, 0x100000, 88, 2, 0x10ffe0, -1},
	{"table ends behind it", 0x100000, 0x10000, 0x100000, 88, 2, 0x10ffe1, REFUSE_MBI},
	{"table before it", 0x100000, 0x10000, 0x100000, 88, 1, 0xfffff, REFUSE_MBI},
	{"table of 64 GiB", 0x100000, 0x10000, 0x100000, 88, UINT32_MAX, 0x108000, REFUSE_MBI},
	{"no information", 0x100000, 0x10000, 0x100000, 0, 0, 0, REFUSE_MBI},
	{"half of it", 0x100000, 0x10000, 0x100000, 87, 0, 0, REFUSE_MBI},
	{"low kernel", 0x10000, 0x10000, 0x10000, 88, 0, 0, -1},
	{"kernel over the EBDA", 0x98000, 0x8000, 0x98000, 88, 0, 0, REFUSE_OVERLAP},
	{"kernel beyond RAM", 0x7fd0000, 0x20000, 0x7fd0000, 88, 0, 0, REFUSE_NOT_RAM},
	{"entry behind", 0x100000, 0x10000, 0x110000, 88, 0, 0, REFUSE_ENTRY_OUTSIDE},
	{"entry before", 0x100000, 0x10000, 0xfffff, 88, 0, 0, REFUSE_ENTRY_OUTSIDE},
};

static struct multiboot multiboot_of(const struct row *row)
{
	return (struct multiboot){.kernel = row->kernel,
		.kernel_size = row->size,
		.entry = row->entry,
		.info_size = row->info_size,
		.info = {.flags = 0x20e,
			.mods_count = row->mods_count,
			.mods_addr = row->mods_addr,
			.cmdline = 0x104000,
			.boot_device = 0x8000ffff}};
}

static void test_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct multiboot multiboot = multiboot_of(&rows[i]);
		struct refusal why;
		struct place place;

		pc_start(&place, &why);
		check_row(rows[i].name, multiboot_plan(&multiboot, &place),
			rows[i].refused < 0 ? 0 : -1);
		if (rows[i].refused >= 0)
			check_row(rows[i].name, why.code, rows[i].refused);
	}
}

static void test_write(void **state)
{
	static uint8_t bytes[0x1000];
	struct multiboot_block *block = (struct multiboot_block *)bytes;
	struct multiboot multiboot = multiboot_of(&rows[1]);
	struct enter enter;
	struct refusal why;
	struct place place;

	(void)state;
	pc_start(&place, &why);
	assert_int_equal(multiboot_plan(&multiboot, &place), 0);
	multiboot_write(&multiboot, &place.map, PC_INT12, block, &enter);
	assert_int_equal(enter.eax, 0x2badb002);
	assert_int_equal(enter.ebx, multiboot.block + offsetof(struct multiboot_block, info));
	assert_int_equal(enter.tr, 0);
	assert_int_equal(block->info.flags, 0x24f);
	assert_int_equal(block->info.mem_lower, 639);
	assert_int_equal(block->info.mem_upper, (PC_RAM_END - 0x100000) / 1024);
	assert_int_equal(block->info.mods_addr, 0x108000);
	assert_int_equal(block->info.cmdline, 0x104000);
	assert_int_equal(block->info.boot_device, 0x8000ffff);
	assert_int_equal(block->info.mmap_length, PC_ENTRIES * 24);
	assert_int_equal(
		block->info.mmap_addr, multiboot.block + offsetof(struct multiboot_block, memory));
	for (uint32_t i = 0; i < PC_ENTRIES; i++) {
		assert_int_equal(block->memory[i].size, 20);
		assert_memory_equal(&block->memory[i].addr, &pc_map[i], sizeof(pc_map[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests_name("rom/multiboot", tests, NULL, NULL);
}
