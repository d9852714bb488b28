/* Plans for Linux images: every limit of the boot protocol from both sides. */
#include "tests/testing.h"

#include "boot/linux.h"

#define MIB 0x100000u
#define GIB 0x40000000u
#define ANY UINT32_MAX

static struct refusal why;

/* Everything that a row may say; 0 means what make() puts there. */
struct row {
	const char *name;
	uint16_t version;
	bool low;				 /* a zImage */
	uint32_t ram;				 /* end of RAM below 4 GiB; 512 MiB */
	uint32_t int12_kib;			 /* 639 */
	uint32_t setup, kernel, initrd, cmdline; /* sizes; 2560, 8 MiB or 256 KiB, 0, 0 */
	uint32_t cmdline_max, initrd_max;
	uint32_t alignment, pref_address, init_size, setup_data; /* alignment: relocatable, too */
	bool above_4g;
	uint32_t mem_last; /* ANY */
	int refused;	   /* code + 1; 0: not */
	struct {
		uint32_t setup, cmdline, kernel, initrd, setup_data;
	} want; /* 0: not looked at */
};

#define REFUSED(reason) .refused = REFUSE_##reason + 1

static const struct row rows[] = {
	/* Homes by version and load flag. */
	{.name = "old",
		.version = LINUX_OLD,
		.low = true,
		.want = {0x90000, 0x99ff0, 0x10000, 0, 0}},
	{.name = "2.00 zImage",
		.version = 0x200,
		.low = true,
		.want = {0x90000, 0x99ff0, 0x10000, 0, 0}},
	{.name = "2.00 high", .version = 0x200, .want = {0x90000, 0x99ff0, 0x100000, 0, 0}},
	{.name = "2.01 high", .version = 0x201, .want = {0x90000, 0x99ff0, 0x100000, 0, 0}},
	{.name = "2.02 zImage",
		.version = 0x202,
		.low = true,
		.want = {0x90000, 0x99ff0, 0x10000, 0, 0}},
	{.name = "2.02 high", .version = 0x202, .want = {0x10000, 0x20000, 0x100000, 0, 0}},
	{.name = "2.15 high", .version = 0x20f, .want = {0x10000, 0x20000, 0x100000, 0, 0}},
	/* The command line's length and place. */
	{.name = "2.01, 15", .version = 0x201, .cmdline = 15, .want = {.cmdline = 0x99ff0}},
	{.name = "2.01, 16", .version = 0x201, .cmdline = 16, .want = {.cmdline = 0x99fe0}},
	{.name = "2.01, 255", .version = 0x201, .cmdline = 255, .want = {.cmdline = 0x99f00}},
	{.name = "2.01, 256", .version = 0x201, .cmdline = 256, REFUSED(CMDLINE)},
	{.name = "2.15, the most", .version = 0x20f, .cmdline = 2047, .cmdline_max = 2047},
	{.name = "2.15, one more",
		.version = 0x20f,
		.cmdline = 2048,
		.cmdline_max = 2047,
		REFUSED(CMDLINE)},
	{.name = "2.15, up to the EBDA", .version = 0x20f, .cmdline = 0x7fbff, .cmdline_max = ANY},
	{.name = "2.15, into the EBDA",
		.version = 0x20f,
		.cmdline = 0x7fc00,
		.cmdline_max = ANY,
		REFUSED(OVERLAP)},
	{.name = "2.15, 4 GiB",
		.version = 0x20f,
		.cmdline = ANY - 1,
		.cmdline_max = ANY,
		REFUSED(OVERLAP)},
	{.name = "2.06 zImage, down to the stack",
		.version = 0x206,
		.low = true,
		.cmdline = 0xa000 - 0x1000 - 16 - 2560,
		.cmdline_max = ANY,
		.want = {.cmdline = 0x90000 + 2560 + 0x1000}},
	{.name = "2.06 zImage, into the stack",
		.version = 0x206,
		.low = true,
		.cmdline = 0xa000 - 0x1000 - 16 - 2560 + 1,
		.cmdline_max = ANY,
		REFUSED(CMDLINE)},
	{.name = "2.06 zImage, 4 GiB",
		.version = 0x206,
		.low = true,
		.cmdline = ANY - 1,
		.cmdline_max = ANY,
		REFUSED(CMDLINE)},
	{.name = "2.06 zImage, largest setup",
		.version = 0x206,
		.low = true,
		.setup = 0x8000,
		.cmdline = 0xff0,
		.cmdline_max = ANY,
		.want = {.cmdline = 0x99000}},
	/* Conventional memory. */
	{.name = "int 12h just enough", .version = 0x20f, .int12_kib = 129},
	{.name = "int 12h one short", .version = 0x20f, .int12_kib = 128, REFUSED(OVERLAP)},
	{.name = "old, int 12h just enough", .version = 0x201, .int12_kib = 616},
	{.name = "old, int 12h one short", .version = 0x201, .int12_kib = 615, REFUSED(OVERLAP)},
	/* zImages end below the setup. */
	{.name = "zImage, largest", .version = 0x201, .low = true, .kernel = 0x80000},
	{.name = "zImage, a byte more",
		.version = 0x201,
		.low = true,
		.kernel = 0x80001,
		REFUSED(OVERLAP)},
	{.name = "zImage, a sector more",
		.version = LINUX_OLD,
		.low = true,
		.kernel = 0x80200,
		REFUSED(OVERLAP)},
	/* The image itself. */
	{.name = "up to the end of RAM", .version = 0x209, .ram = 64 * MIB, .kernel = 63 * MIB},
	{.name = "over the end of RAM",
		.version = 0x209,
		.ram = 64 * MIB,
		.kernel = 63 * MIB + 1,
		REFUSED(NOT_RAM)},
	{.name = "4 GiB of kernel", .version = 0x209, .kernel = ANY, REFUSED(NOT_RAM)},
	/* Run-time memory. */
	{.name = "pref, just enough RAM",
		.version = 0x20a,
		.ram = 64 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB},
	{.name = "pref, a byte short",
		.version = 0x20a,
		.ram = 64 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB + 1,
		REFUSED(NOT_RAM)},
	{.name = "relocatable: Linux goes to pref",
		.version = 0x20a,
		.ram = 64 * MIB,
		.alignment = 2 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB + 1,
		REFUSED(NOT_RAM)},
	{.name = "relocatable: pref below load",
		.version = 0x20a,
		.ram = 64 * MIB,
		.alignment = 2 * MIB,
		.pref_address = MIB,
		.init_size = 62 * MIB},
	{.name = "relocatable: pref below load, short",
		.version = 0x20a,
		.ram = 64 * MIB,
		.alignment = 2 * MIB,
		.pref_address = MIB,
		.init_size = 62 * MIB + 1,
		REFUSED(NOT_RAM)},
	{.name = "pref above 4 GiB",
		.version = 0x20a,
		.pref_address = ADDRESS_END,
		.init_size = 1,
		REFUSED(NOT_RAM)},
	{.name = "init_size of 4 GiB",
		.version = 0x20a,
		.pref_address = 16 * MIB,
		.init_size = ANY,
		REFUSED(NOT_RAM)},
	{.name = "pref over the setup",
		.version = 0x20a,
		.pref_address = 0x10000,
		.init_size = 0x1000,
		REFUSED(OVERLAP)},
	{.name = "pref over the command line",
		.version = 0x20a,
		.pref_address = 0x20000,
		.init_size = 0x1000,
		REFUSED(OVERLAP)},
	{.name = "no init_size, any pref", .version = 0x20a, .pref_address = 0x10000},
	{.name = "alignment of 2 GiB",
		.version = 0x20a,
		.alignment = 0x80000000,
		.init_size = 1,
		REFUSED(NOT_RAM)},
	/* The initrd. */
	{.name = "none", .version = 0x20f},
	{.name = "top of RAM",
		.version = 0x20f,
		.initrd = 0x1234,
		.initrd_max = 2 * GIB - 1,
		.want = {.initrd = 512 * MIB - 0x2000}},
	{.name = "limit before 2.03",
		.version = 0x202,
		.ram = GIB,
		.initrd = 0x1000,
		.initrd_max = 0x37ffffff,
		.want = {.initrd = 0x37fff000}},
	{.name = "limit is inclusive",
		.version = 0x203,
		.initrd = 0x1000,
		.initrd_max = 0x4ffffff,
		.want = {.initrd = 0x4fff000}},
	{.name = "limit one less",
		.version = 0x203,
		.initrd = 0x1000,
		.initrd_max = 0x4fffffe,
		.want = {.initrd = 0x4ffe000}},
	{.name = "limit 0xffffffff",
		.version = 0x203,
		.ram = 3 * GIB,
		.initrd = 0x1000,
		.initrd_max = ANY,
		.want = {.initrd = 3 * GIB - 0x1000}},
	{.name = "limit 0", .version = 0x203, .initrd = 1, .initrd_max = 0, REFUSED(NO_ROOM)},
	{.name = "mem= is lower",
		.version = 0x20f,
		.initrd = 0x1000,
		.initrd_max = 2 * GIB - 1,
		.mem_last = 64 * MIB - 1,
		.want = {.initrd = 64 * MIB - 0x1000}},
	{.name = "mem= is higher",
		.version = 0x203,
		.initrd = 0x1000,
		.initrd_max = 0x4ffffff,
		.mem_last = 256 * MIB - 1,
		.want = {.initrd = 0x4fff000}},
	{.name = "mem= is too low",
		.version = 0x20f,
		.initrd = 0x1000,
		.initrd_max = 2 * GIB - 1,
		.mem_last = 9 * MIB - 1,
		REFUSED(NO_ROOM)},
	{.name = "above run-time memory",
		.version = 0x20a,
		.ram = 66 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB,
		.initrd = 2 * MIB,
		.initrd_max = ANY,
		.want = {.initrd = 64 * MIB}},
	{.name = "below run-time memory",
		.version = 0x20a,
		.ram = 66 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB,
		.initrd = 2 * MIB + 1,
		.initrd_max = ANY,
		.want = {.initrd = 16 * MIB - 0x201000}},
	{.name = "no room beside run-time memory",
		.version = 0x20a,
		.ram = 66 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB,
		.initrd = 8 * MIB,
		.initrd_max = ANY,
		REFUSED(NO_ROOM)},
	{.name = "between image and run-time memory",
		.version = 0x20a,
		.ram = 66 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB,
		.initrd = 7 * MIB,
		.initrd_max = ANY,
		.want = {.initrd = 9 * MIB}},
	{.name = "relocatable takes from load on",
		.version = 0x20a,
		.ram = 66 * MIB,
		.alignment = 2 * MIB,
		.pref_address = 16 * MIB,
		.init_size = 48 * MIB,
		.initrd = 2 * MIB + 1,
		.initrd_max = ANY,
		REFUSED(NO_ROOM)},
	{.name = "old kernel", .version = LINUX_OLD, .low = true, .initrd = 1, REFUSED(OLD_INITRD)},
	{.name = "larger than all RAM",
		.version = 0x20f,
		.initrd = GIB,
		.initrd_max = 2 * GIB - 1,
		REFUSED(NO_ROOM)},
	{.name = "4 GiB", .version = 0x20f, .initrd = ANY, .initrd_max = ANY, REFUSED(NO_ROOM)},
	{.name = "too large for the limit",
		.version = 0x20f,
		.ram = 3 * GIB,
		.initrd = 2 * GIB,
		.initrd_max = 2 * GIB - 1,
		REFUSED(NO_ROOM)},
	{.name = "too large, but may lie anywhere",
		.version = 0x20f,
		.ram = 3 * GIB,
		.initrd = 2 * GIB,
		.initrd_max = 2 * GIB - 1,
		.above_4g = true,
		.want = {.initrd = GIB}},
	{.name = "may lie anywhere, obeys if it can",
		.version = 0x20f,
		.ram = 3 * GIB,
		.initrd = GIB,
		.initrd_max = 2 * GIB - 1,
		.above_4g = true,
		.want = {.initrd = GIB}},
	{.name = "may lie anywhere, but mem=",
		.version = 0x20f,
		.ram = 3 * GIB,
		.initrd = 2 * GIB,
		.initrd_max = 2 * GIB - 1,
		.above_4g = true,
		.mem_last = 2 * GIB - 1,
		REFUSED(NO_ROOM)},
	/* A list behind the kernel. */
	{.name = "list",
		.version = 0x20f,
		.setup_data = 9 * MIB - 0x30,
		.want = {.setup_data = 512 * MIB - 0x1000}},
	{.name = "list below the initrd",
		.version = 0x20f,
		.setup_data = 9 * MIB - 0x30,
		.initrd = 0x1000,
		.initrd_max = ANY,
		.want = {.initrd = 512 * MIB - 0x1000, .setup_data = 512 * MIB - 0x2000}},
	{.name = "list below mem=",
		.version = 0x20f,
		.setup_data = 9 * MIB - 0x30,
		.mem_last = 64 * MIB - 1,
		.want = {.setup_data = 64 * MIB - 0x1000}},
	{.name = "list at the image's start",
		.version = 0x20f,
		.setup_data = MIB,
		.want = {.setup_data = 504 * MIB}},
	{.name = "list at the image's last byte", .version = 0x20f, .setup_data = 9 * MIB - 1},
	{.name = "list behind the image",
		.version = 0x20f,
		.setup_data = 9 * MIB,
		REFUSED(SETUP_DATA)},
	{.name = "list before the image",
		.version = 0x20f,
		.setup_data = MIB - 1,
		REFUSED(SETUP_DATA)},
	{.name = "list above 4 GiB",
		.version = 0x20f,
		.setup_data = ADDRESS_END,
		REFUSED(SETUP_DATA)},
};

static uint32_t or (uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static struct linux make(const struct row *row)
{
	struct linux linux;

	memset(&linux, 0xa5, sizeof(linux));
	linux.version = row->version;
	linux.loaded_high = !row->low;
	linux.relocatable = row->alignment;
	linux.above_4g = row->above_4g;
	linux.cmdline_max = or (row->cmdline_max, 255);
	linux.initrd_max = row->initrd_max;
	linux.alignment = or (row->alignment, 1);
	linux.pref_address = row->pref_address;
	linux.init_size = row->init_size;
	linux.setup_data = row->setup_data;
	linux.size[ITEM_SETUP] = or (row->setup, 2560);
	linux.size[ITEM_KERNEL] = or (row->kernel, row->low ? 0x40000 : 8 * MIB);
	linux.size[ITEM_INITRD] = row->initrd;
	linux.size[ITEM_CMDLINE] = row->cmdline;
	linux.options.mem_last = or (row->mem_last, ANY);
	return linux;
}

static int plan(const struct row *row, struct linux *linux)
{
	const uint32_t ram = or (row->ram, 512 * MIB);
	const struct e820 entries[] = {
		{0, 0x9fc00, 1}, {MIB, ram - MIB, 1}, {ram, 0x20000, 2}, {4ull * GIB, GIB, 1}};
	struct place place = {.map = {entries, COUNT(entries)}, .why = &why};

	place_init(&place, or (row->int12_kib, 639));
	if (linux_plan_low(linux, &place) < 0)
		return -1;
	return linux_plan_high(linux, &place);
}

static void check_plan(const struct row *row, const struct linux *linux)
{
	check_row(row->name, linux->at[ITEM_CMDLINE], linux->at[ITEM_SETUP] + linux->window);
	if (!row->initrd)
		check_row(row->name, linux->at[ITEM_INITRD], 0);
	if (row->want.setup)
		check_row(row->name, linux->at[ITEM_SETUP], row->want.setup);
	if (row->want.cmdline)
		check_row(row->name, linux->at[ITEM_CMDLINE], row->want.cmdline);
	if (row->want.kernel)
		check_row(row->name, linux->at[ITEM_KERNEL], row->want.kernel);
	if (row->want.initrd)
		check_row(row->name, linux->at[ITEM_INITRD], row->want.initrd);
	if (row->want.setup_data)
		check_row(row->name, linux->setup_data_to, row->want.setup_data);
	check_row(row->name, !linux->setup_data_size, !row->setup_data);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct linux linux = make(row);

		check_row(row->name, plan(row, &linux), row->refused ? -1 : 0);
		if (row->refused)
			check_row(row->name, why.code, row->refused - 1);
		else
			check_plan(row, &linux);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests_name("rom/linux_plan", tests, NULL, NULL);
}
