/* PVH: what is placed where, what the kernel is told, and what is refused. */
#include "tests/testing.h"

#include "boot/pvh.h"
#include "tests/machines.h"

struct row {
	const char *name;
	uint32_t kernel, size, entry, initrd, cmdline;
	int refused; /* -1: not */
};

static const struct row rows[] = {
	{"plain", 0x1000000, 0x200000, 0x1000000, 0, 0, -1},
	{"initrd", 0x1000000, 0x200000, 0x11fffff, 5000, 100, -1},
	{"command line of half a MiB", 0x1000000, 0x200000, 0x1000000, 1, 0x80000, -1},
	{"command line that fits high only", 0x1000000, 0x200000, 0x1000000, 1, 0x200000, -1},
	{"command line of 4 GiB", 0x1000000, 0x200000, 0x1000000, 1, 0xfffffffe, REFUSE_NO_ROOM},
	{"entry before the kernel", 0x1000000, 0x200000, 0xffffff, 0, 0, REFUSE_ENTRY_OUTSIDE},
	{"entry behind it", 0x1000000, 0x200000, 0x1200000, 0, 0, REFUSE_ENTRY_OUTSIDE},
	{"kernel of nothing", 0x1000000, 0, 0x1000000, 0, 0, REFUSE_ENTRY_OUTSIDE},
	{"kernel over the end of RAM", PC_RAM_END - 0x1000, 0x2000, PC_RAM_END - 0x1000, 0, 0,
		REFUSE_NOT_RAM},
	{"kernel over the firmware", 0x90000, 0x80000, 0x100000, 0, 0, REFUSE_OVERLAP},
	{"kernel over 4 GiB", 0xfffff000, 0x2000, 0xfffff000, 0, 0, REFUSE_NOT_RAM},
	{"initrd too large", 0x1000000, 0x200000, 0x1000000, 0x7000000, 0, REFUSE_NO_ROOM},
};

static void test_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct pvh pvh = {.kernel = row->kernel,
			.kernel_size = row->size,
			.entry = row->entry,
			.initrd_size = row->initrd,
			.cmdline_size = row->cmdline};
		struct refusal why;
		struct place place;

		pc_start(&place, &why);
		check_row(row->name, pvh_plan(&pvh, &place), row->refused < 0 ? 0 : -1);
		if (row->refused >= 0)
			check_row(row->name, why.code, row->refused);
		else
			check_row(row->name, !pvh.initrd, !row->initrd);
	}
}

static void test_write(void **state)
{
	static uint8_t bytes[0x1000];
	struct pvh_info *info = (struct pvh_info *)bytes;
	struct pvh pvh = {.kernel = 0x1000000,
		.kernel_size = 0x200000,
		.entry = 0x1000100,
		.initrd_size = 5000,
		.cmdline_size = 3,
		.rsdp = 0xf5990};
	struct enter enter;
	struct refusal why;
	struct place place;

	(void)state;
	pc_start(&place, &why);
	assert_int_equal(pvh_plan(&pvh, &place), 0);
	assert_true(pvh.info_size <= sizeof(bytes));
	pvh_write(&pvh, &place.map, info, &enter);
	assert_int_equal(enter.ebx, pvh.info + offsetof(struct pvh_info, start));
	assert_int_equal(enter.tr, HANDOVER_TSS);
	assert_int_equal(info->handover.eip, 0x1000100);
	assert_int_equal(info->start.magic, 0x336ec578);
	assert_int_equal(info->start.version, 1);
	assert_int_equal(info->start.flags, 0);
	assert_int_equal(info->start.nr_modules, 1);
	assert_int_equal(info->start.cmdline_paddr, pvh.cmdline);
	assert_int_equal(info->start.rsdp_paddr, 0xf5990);
	assert_int_equal(info->module.paddr, pvh.initrd);
	assert_int_equal(info->module.size, 5000);
	assert_int_equal(info->module.cmdline_paddr, 0);
	assert_int_equal(info->start.memmap_entries, PC_ENTRIES);
	for (uint32_t i = 0; i < PC_ENTRIES; i++) {
		assert_true(info->memory[i].addr == pc_map[i].start);
		assert_true(info->memory[i].size == pc_map[i].size);
		assert_int_equal(info->memory[i].type, pc_map[i].type);
		assert_int_equal(info->memory[i].reserved, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests_name("rom/pvh", tests, NULL, NULL);
}
