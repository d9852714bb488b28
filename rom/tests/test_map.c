/* What is RAM: maps as firmware gives them, and maps as firmware should not. */
#include "tests/testing.h"

#include "map.h"

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

struct row {
	const char *name;
	struct e820 entry[5]; /* up to the first one of type 0 */
	struct range want;
	uint32_t blocked; /* want.end: RAM */
};

static const struct row rows[] = {
	{"inside one", {{MIB, MIB, 1}}, {0x120000, 0x130000}, 0x130000},
	{"exactly one", {{MIB, MIB, 1}}, {0x100000, 0x200000}, 0x200000},
	{"a byte below", {{MIB, MIB, 1}}, {0xfffff, 0x200000}, 0},
	{"a byte above", {{MIB, MIB, 1}}, {0x100000, 0x200001}, 0x200000},
	{"empty map", {{0}}, {0x100000, 0x200000}, 0},
	{"two that join", {{MIB, MIB, 1}, {2 * MIB, MIB, 1}}, {0x180000, 0x280000}, 0x280000},
	{"unsorted", {{2 * MIB, MIB, 1}, {MIB, MIB, 1}}, {0x180000, 0x280000}, 0x280000},
	{"overlapping", {{MIB, 2 * MIB, 1}, {2 * MIB, 2 * MIB, 1}}, {0x100000, 0x400000}, 0x400000},
	{"three, middle last", {{MIB, MIB, 1}, {3 * MIB, MIB, 1}, {2 * MIB, MIB, 1}},
		{0x100000, 0x400000}, 0x400000},
	{"hole of a byte", {{MIB, MIB, 1}, {2 * MIB + 1, MIB, 1}}, {0x180000, 0x280000}, 0x200000},
	{"end in a hole", {{MIB, MIB, 1}, {3 * MIB, MIB, 1}}, {0x180000, 0x280000}, 0x200000},
	{"reserved inside", {{MIB, 4 * MIB, 1}, {2 * MIB, 4 * KIB, 2}}, {0x180000, 0x280000},
		0x200000},
	{"reserved before it", {{2 * MIB, 4 * KIB, 2}, {MIB, 4 * MIB, 1}}, {0x180000, 0x280000},
		0x200000},
	{"ACPI is no RAM", {{MIB, MIB, 1}, {2 * MIB, MIB, 3}}, {0x180000, 0x280000}, 0x200000},
	{"NVS is no RAM", {{MIB, MIB, 4}}, {0x180000, 0x190000}, 0x100000},
	{"type 0 past the end", {{MIB, MIB, 1}}, {0x180000, 0x190000}, 0x190000},
	{"reserved ends where it begins", {{MIB, MIB, 1}, {2 * MIB, MIB, 2}}, {0x180000, 0x200000},
		0x200000},
	{"empty reserved inside", {{MIB, MIB, 1}, {0x180000, 0, 2}}, {0x170000, 0x190000},
		0x190000},
	{"empty RAM joins nothing", {{MIB, MIB, 1}, {0x280000, 0, 1}}, {0x270000, 0x280000},
		0x200000},
	{"unaligned", {{0x100001, 0x1ffe, 1}}, {0x100001, 0x101fff}, 0x101fff},
	{"unaligned, a byte more", {{0x100001, 0x1ffe, 1}}, {0x100001, 0x102000}, 0x101fff},
	{"above 4 GiB is not below", {{MIB, MIB, 1}, {4 * GIB, GIB, 1}}, {0x200000, 0x300000},
		0x200000},
	{"across 4 GiB", {{MIB, 8 * GIB, 1}}, {0xf0000000, 0xffff0000}, 0xffff0000},
	{"end of 64 bits", {{MIB, UINT64_MAX, 1}}, {0xf0000000, 0xffff0000}, 0xffff0000},
	{"reserved over the end of 64 bits", {{MIB, 4 * GIB, 1}, {0xf0000000, UINT64_MAX, 2}},
		{0xefff0000, 0xf0001000}, 0xf0000000},
};

static uint32_t count_entries(const struct e820 *entry)
{
	uint32_t count = 0;

	while (count < 5 && entry[count].type)
		count++;
	return count;
}

static void test_blocked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct map map = {rows[i].entry, count_entries(rows[i].entry)};

		check_row(rows[i].name, map_blocked(&map, &rows[i].want), rows[i].blocked);
	}
}

static void test_ram_end(void **state)
{
	static const struct e820 entries[] = {
		{4 * GIB, GIB, 1}, {0, 0x9fc00, 1}, {MIB, 0x7ee0000, 1}, {0x7fe0000, 0x20000, 2}};
	const struct map all = {entries, 4}, high = {entries, 1}, none = {entries, 0};

	(void)state;
	assert_int_equal(map_ram_end(&all), 0x7fe0000);
	assert_int_equal(map_ram_end(&high), 0);
	assert_int_equal(map_ram_end(&none), 0);
}

static void test_overlap(void **state)
{
	static const struct {
		struct range a, b;
		bool overlap;
	} pairs[] = {
		{{10, 20}, {20, 30}, false},
		{{10, 21}, {20, 30}, true},
		{{10, 20}, {12, 13}, true},
		{{10, 20}, {15, 15}, false},
		{{15, 15}, {15, 15}, false},
		{{0, UINT32_MAX}, {UINT32_MAX - 1, UINT32_MAX}, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(range_overlaps(&pairs[i].a, &pairs[i].b), pairs[i].overlap);
		assert_int_equal(range_overlaps(&pairs[i].b, &pairs[i].a), pairs[i].overlap);
	}
}

static void test_range_of(void **state)
{
	(void)state;
	assert_int_equal(range_of(0x1000, 0x1000).end, 0x2000);
	assert_int_equal(range_of(0xfffff000, 0xfff).end, 0xffffffff);
	assert_int_equal(range_of(0xfffff000, 0x1000).end, ADDRESS_END);
	assert_int_equal(range_of(0xfffff000, 0xffffffff).end, ADDRESS_END);
	assert_int_equal(address_clip(0xffffffff), 0xffffffff);
	assert_int_equal(address_clip(0x100000000), ADDRESS_END);
}

static void test_reach(void **state)
{
	static const struct e820 entries[] = {{2 * MIB, MIB, 1}, {MIB, MIB, 1}, {4 * MIB, MIB, 1},
		{0x280000, 0x1000, 2}, {8 * MIB, 0, 2}, {8 * MIB, 16 * GIB, 1}};
	const struct map clean = {entries, 3}, claimed = {entries, 4}, all = {entries, 6};

	(void)state;
	assert_int_equal(map_reach(&clean, MIB), 3 * MIB);
	assert_int_equal(map_reach(&clean, 0), 0);
	assert_int_equal(map_reach(&clean, 3 * MIB), 3 * MIB);
	assert_int_equal(map_reach(&clean, 0x450000), 5 * MIB);
	assert_int_equal(map_reach(&claimed, MIB), 0x280000);
	assert_int_equal(map_reach(&claimed, 0x280000), 0x280000);
	assert_int_equal(map_reach(&claimed, 0x281000), 3 * MIB);
	assert_int_equal(map_reach(&all, 8 * MIB), ADDRESS_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_ram_end),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_range_of),
		cmocka_unit_test(test_reach),
	};

	return cmocka_run_group_tests_name("rom/map", tests, NULL, NULL);
}
