/* What stays in memory for a 32-bit or 64-bit entry. */
#include "tests/testing.h"

#include "handover.h"

#define AT	0x9e000u
#define TABLES	0x12000u
#define GIB	0x40000000ull
#define ENTRIES 512

static void test_prepare(void **state)
{
	struct handover handover = {0};
	struct enter enter;

	(void)state;
	memset(&enter, 0xa5, sizeof(enter));
	handover_prepare(&handover, AT, 0x100020, &enter);
	assert_int_equal(handover.eip, 0x100020);
	assert_int_equal(handover.cs, 0x10);
	assert_int_equal(enter.esp, AT + offsetof(struct handover, eip));
	assert_int_equal(enter.gdt_base, AT + offsetof(struct handover, gdt));
	assert_int_equal(enter.gdt_limit, 6 * 8 - 1);
	assert_int_equal(enter.tr, 0);
	assert_int_equal(enter.eax | enter.ebx | enter.esi | enter.cr3, 0);
	assert_int_equal(handover.gdt[0], 0);
	assert_true(handover.gdt[2] == 0x00cf9b000000ffff);
	assert_true(handover.gdt[3] == 0x00cf93000000ffff);
	handover_task(&enter);
	assert_int_equal(enter.tr, 0x20);
	assert_true(handover.gdt[4] == 0x0000890000000067); /* base 0, limit 0x67, available */
}

/* Walk the tables for the first and the last byte of each GiB. */
static void test_long(void **state)
{
	static uint64_t tables[PAGE_TABLES_SIZE / 8];
	struct handover handover = {0};
	struct enter enter = {0};

	(void)state;
	handover_prepare(&handover, AT, 0x100200, &enter);
	handover_long(&handover, tables, TABLES, &enter);
	assert_int_equal(enter.cr3, TABLES);
	assert_true(handover.gdt[2] == 0x00af9b000000ffff);
	assert_int_equal(tables[0], (TABLES + 0x1000) | 3);
	for (unsigned int i = 1; i < ENTRIES; i++)
		assert_int_equal(tables[i], 0);
	for (uint64_t at = 0; at < 4 * GIB; at += 0x200000) {
		const uint64_t pointer = tables[ENTRIES + (at / GIB)];
		const uint64_t directory = ((pointer & ~0xfffull) - TABLES) / 8;

		assert_int_equal(pointer & 0xfff, 3);
		assert_true(tables[directory + (at / 0x200000) % ENTRIES] == (at | 0x83));
	}
	for (unsigned int i = 4; i < ENTRIES; i++)
		assert_int_equal(tables[ENTRIES + i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepare),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("rom/handover", tests, NULL, NULL);
}
