/* Placing: the highest lawful home, and everything that is in its way. */
#include "tests/testing.h"

#include "place.h"

#define MIB 0x100000u

/* A PC of 128 MiB, with a hole from 15 to 16 MiB. */
static const struct e820 pc[] = {
	{0, 0x9fc00, 1},
	{0x9fc00, 0x400, 2},
	{0xf0000, 0x10000, 2},
	{MIB, 14 * MIB, 1},
	{16 * MIB, 0x6fe0000, 1},
	{0x7fe0000, 0x20000, 2},
	{0xfffc0000, 0x40000, 2},
};
#define RAM_END 0x7fe0000u

static struct refusal why;

static void start(struct place *place, uint32_t int12_kib)
{
	memset(place, 0xa5, sizeof(*place));
	memset(&why, 0xa5, sizeof(why));
	place->map = (struct map){pc, COUNT(pc)};
	place->why = &why;
	place_init(place, int12_kib);
}

struct high_row {
	const char *name;
	uint32_t size, last;
	struct range taken;
	uint32_t start; /* 0: no room */
};

static const struct high_row high_rows[] = {
	{"a byte", 1, UINT32_MAX, {0, 0}, RAM_END - 0x1000},
	{"a page", 0x1000, UINT32_MAX, {0, 0}, RAM_END - 0x1000},
	{"a page and a byte", 0x1001, UINT32_MAX, {0, 0}, RAM_END - 0x2000},
	{"limit is inclusive", 0x1000, 0x5000fff, {0, 0}, 0x5000000},
	{"limit one byte less", 0x1000, 0x5000ffe, {0, 0}, 0x4fff000},
	{"limit in a page", 0x800, 0x50007ff, {0, 0}, 0x5000000},
	{"limit in a page, a byte too many", 0x801, 0x50007ff, {0, 0}, 0x4fff000},
	{"limit at the end of RAM", 0x1000, RAM_END - 1, {0, 0}, RAM_END - 0x1000},
	{"limit below 1 MiB", 0x1000, 0xfffff, {0, 0}, 0},
	{"first page above 1 MiB", 0x1000, 0x100fff, {0, 0}, 0x100000},
	{"limit smaller than size", 0x2000, 0x1000, {0, 0}, 0},
	{"limit 0", 1, 0, {0, 0}, 0},
	{"below what is taken", 0x1000, UINT32_MAX, {0x4000000, RAM_END}, 0x3fff000},
	{"below what is taken, unaligned", 0x1000, UINT32_MAX, {0x4000801, RAM_END}, 0x3fff000},
	{"above what is taken", 0x1000, UINT32_MAX, {0x4000000, RAM_END - 0x1000},
		RAM_END - 0x1000},
	{"last page is half taken", 0x1000, UINT32_MAX, {0x4000000, RAM_END - 0xfff}, 0x3fff000},
	{"the whole upper part", 0x6fe0000, UINT32_MAX, {0, 0}, 16 * MIB},
	{"larger than the upper part", 0x6fe0001, UINT32_MAX, {0, 0}, 0},
	{"under the hole", 14 * MIB, UINT32_MAX, {16 * MIB, 0x2000000},
		0x2000000 + (RAM_END - 0x2000000 - 14 * MIB)},
	{"limit in the hole", 0x1000, 0xf80000, {0, 0}, 0xeff000},
	{"under the hole, exactly", 14 * MIB, 0xffffff, {0, 0}, MIB},
	{"under the hole, a byte too many", 14 * MIB + 1, 0xffffff, {0, 0}, 0},
	{"almost 4 GiB", 0xffffffff, UINT32_MAX, {0, 0}, 0},
	{"half of 4 GiB", 0x80000000, UINT32_MAX, {0, 0}, 0},
};

static void test_high(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(high_rows); i++) {
		const struct high_row *row = &high_rows[i];
		struct place place;

		start(&place, 639);
		if (row->taken.end)
			place_take(&place, ITEM_KERNEL, row->taken.start,
				row->taken.end - row->taken.start);
		check_row(row->name, place_high(&place, ITEM_INITRD, row->size, row->last),
			row->start);
		if (!row->start) {
			check_row(row->name, why.code, REFUSE_NO_ROOM);
			check_row(row->name, why.number[1], row->size);
			check_row(row->name, why.number[2], row->last);
			check_row(row->name, why.number[3], RAM_END);
		}
	}
}

/* What place_high() finds is taken: a second item of one page comes to lie below the first. */
static void test_high_takes(void **state)
{
	struct place place;

	(void)state;
	start(&place, 639);
	assert_int_equal(place_high(&place, ITEM_INITRD, 0x1800, UINT32_MAX), RAM_END - 0x2000);
	assert_int_equal(place_high(&place, ITEM_SETUP_DATA, 0x10, UINT32_MAX), RAM_END - 0x3000);
}

struct check_row {
	const char *name;
	uint32_t int12_kib, start, size;
	int refused; /* -1: not */
};

static const struct check_row check_rows[] = {
	{"low memory", 639, 0x10000, 0x10000, -1},
	{"up to the EBDA", 639, 0x9f000, 0xc00, -1},
	{"into the EBDA", 639, 0x9f000, 0xc01, REFUSE_OVERLAP},
	{"int 12h is lower than the map", 636, 0x9f000, 1, REFUSE_OVERLAP},
	{"int 12h ends there", 636, 0x9e000, 0x1000, -1},
	{"int 12h says too much", 700, 0x9fc00, 1, REFUSE_NOT_RAM},
	{"int 12h says too much, video", 700, 0xa0000, 1, REFUSE_OVERLAP},
	{"int 12h says 0", 0, 0x500, 1, REFUSE_OVERLAP},
	{"huge int 12h", 0xffffffff, 0x10000, 1, -1},
	{"from 1 MiB", 639, MIB, 14 * MIB, -1},
	{"into the hole", 639, MIB, 14 * MIB + 1, REFUSE_NOT_RAM},
	{"up to the end", 639, 16 * MIB, 0x6fe0000, -1},
	{"a byte over the end", 639, 16 * MIB, 0x6fe0001, REFUSE_NOT_RAM},
	{"over 4 GiB", 639, 16 * MIB, 0xffffffff, REFUSE_NOT_RAM},
	{"above all addresses", 639, 0xffffffff, 0x1000, REFUSE_NOT_RAM},
	{"nothing, anywhere", 639, 0xf80000, 0, -1},
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(check_rows); i++) {
		const struct check_row *row = &check_rows[i];
		struct place place;
		int got;

		start(&place, row->int12_kib);
		got = place_check(&place, ITEM_KERNEL, row->start, row->size);
		check_row(row->name, got, row->refused < 0 ? 0 : -1);
		if (row->refused >= 0)
			check_row(row->name, why.code, row->refused);
	}
}

static void test_refusal_numbers(void **state)
{
	struct place place;

	(void)state;
	start(&place, 639);
	assert_int_equal(place_at(&place, ITEM_SETUP, 0x90000, 0xa000), 0);
	assert_int_equal(place_at(&place, ITEM_KERNEL, 0x10000, 0x80000), 0);
	start(&place, 639);
	assert_int_equal(place_at(&place, ITEM_SETUP, 0x90000, 0xa000), 0);
	assert_int_equal(place_at(&place, ITEM_KERNEL, 0x10000, 0x80001), -1);
	assert_int_equal(why.code, REFUSE_OVERLAP);
	assert_int_equal(why.number[0], ITEM_KERNEL);
	assert_int_equal(why.number[1], ITEM_SETUP);
	assert_int_equal(why.number[2], 0x10000);
	assert_int_equal(why.number[3], 0x90001);
	assert_int_equal(why.number[4], 0x90000);
	assert_int_equal(why.number[5], 0x9a000);
	assert_int_equal(place_check(&place, ITEM_RUNTIME, 0x7000000, 0x1000000), -1);
	assert_int_equal(why.code, REFUSE_NOT_RAM);
	assert_int_equal(why.number[1], 0x7000000);
	assert_int_equal(why.number[2], 0x8000000);
	assert_int_equal(why.number[3], RAM_END);
}

static void test_low(void **state)
{
	struct place place;

	(void)state;
	start(&place, 639);
	assert_int_equal(place_low(&place, ITEM_INFO, 0x1001), 0x9d000);
	assert_int_equal(place_low(&place, ITEM_INFO, 0x8d000), 0x10000);
	assert_int_equal(place_low(&place, ITEM_INFO, 1), RAM_END - 0x1000);
	assert_int_equal(place_high(&place, ITEM_INITRD, 1, 0xfffff), 0);
}

struct window_row {
	const char *name;
	uint32_t size;
	struct window window;
	uint32_t start; /* 0: no room */
};

static const struct window_row window_rows[] = {
	{"lowest", 0x1000, {0x100000, UINT32_MAX, 0x1000, false}, 0x100000},
	{"lowest, behind what is taken", 0x1000, {0x400000, UINT32_MAX, 0x1000, false}, 0x601000},
	{"lowest, behind the hole", 10 * MIB, {0x500000, UINT32_MAX, 0x200000, false}, 16 * MIB},
	{"lowest, above the limit", 10 * MIB, {0x500000, 26 * MIB - 2, 0x1000, false}, 0},
	{"lowest, up to the limit", 10 * MIB, {0x500000, 26 * MIB - 1, 0x1000, false}, 16 * MIB},
	{"highest", 0x1000, {0x100000, UINT32_MAX, 0x1000, true}, RAM_END - 0x1000},
	{"highest, aligned", 0x1000, {0x100000, UINT32_MAX, 0x200000, true}, 0x7e00000},
	{"highest, below what is taken", 0x2000, {0x100000, 0x601fff, 0x1000, true}, 0x3fe000},
	{"highest, in the hole", 0x1000, {0x100000, 0xf80000, 0x1000, true}, 0xeff000},
	{"highest, nothing below", 0x2000, {0x500000, 0x601fff, 0x1000, true}, 0},
	{"larger than all", 0x10000000, {0x100000, UINT32_MAX, 1, true}, 0},
	{"first above last", 1, {0x300000, 0x200000, 1, false}, 0},
};

static void test_window(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(window_rows); i++) {
		const struct window_row *row = &window_rows[i];
		struct place place;

		start(&place, 639);
		place_take(&place, ITEM_INITRD, 0x401000, 0x1ff800);
		place_take(&place, ITEM_INITRD, 0x400800, 0x1000);
		check_row(row->name, place_window(&place, ITEM_KERNEL, row->size, &row->window),
			row->start);
		if (!row->start)
			check_row(row->name, why.code, REFUSE_NO_ROOM);
	}
}

/* A map that goes on to the last byte below 4 GiB, which nobody gets. */
static void test_last_byte(void **state)
{
	static const struct e820 all[] = {{0, 0x200000000, 1}};
	struct place place = {.map = {all, 1}, .why = &why};

	(void)state;
	place_init(&place, 639);
	assert_int_equal(place_high(&place, ITEM_INITRD, 0x1000, UINT32_MAX), 0xffffe000);
	assert_int_equal(place_high(&place, ITEM_INITRD, 0x1000, UINT32_MAX), 0xffffd000);
	place_init(&place, 639);
	assert_int_equal(place_high(&place, ITEM_INITRD, 0xfff, UINT32_MAX), 0xfffff000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_high),
		cmocka_unit_test(test_high_takes),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_refusal_numbers),
		cmocka_unit_test(test_last_byte),
		cmocka_unit_test(test_low),
		cmocka_unit_test(test_window),
	};

	return cmocka_run_group_tests_name("rom/place", tests, NULL, NULL);
}
