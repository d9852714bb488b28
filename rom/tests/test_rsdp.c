/* Finding the ACPI root pointer: boundaries, both checksums, and what only looks like one. */
#include "tests/testing.h"

#include "rsdp.h"

static uint8_t sum(const uint8_t *bytes, uint32_t count)
{
	uint8_t total = 0;

	while (count--)
		total = (uint8_t)(total + *bytes++);
	return total;
}

/* A right one at @at, @length bytes long from revision 2 on. */
static void put(uint8_t *at, uint8_t revision, uint32_t length)
{
	memcpy(at, "RSD PTR ", 8);
	at[15] = revision;
	if (revision >= 2)
		memcpy(at + 20, &length, sizeof(length));
	at[8] = 0;
	at[8] = (uint8_t)-sum(at, 20);
	if (revision >= 2 && length <= 64) {
		at[32] = 0;
		at[32] = (uint8_t)-sum(at, length);
	}
}

struct row {
	const char *name;
	uint32_t at;
	uint8_t revision;
	uint32_t length, damaged; /* damaged: a byte that is changed, 0: none */
	uint32_t bytes, found;
};

static const struct row rows[] = {
	{"first", 0, 0, 20, 0, 256, 0},
	{"later", 0x30, 0, 20, 0, 256, 0x30},
	{"unaligned", 0x38, 0, 20, 0, 256, 256},
	{"at the very end", 0xe0, 0, 20, 0, 0xe0 + 20, 0xe0},
	{"cut off", 0xe0, 0, 20, 0, 0xe0 + 19, 0xe0 + 19},
	{"wrong sum", 0x30, 0, 20, 0x3a, 256, 256},
	{"wrong name", 0x30, 0, 20, 0x37, 256, 256},
	{"revision 2", 0x30, 2, 36, 0, 256, 0x30},
	{"revision 2, longer", 0x30, 2, 40, 0, 256, 0x30},
	{"revision 2, wrong sum of all", 0x30, 2, 36, 0x30 + 34, 256, 256},
	{"revision 2, too short", 0x30, 2, 35, 0, 256, 256},
	{"revision 2, longer than memory", 0x30, 2, 0x1000, 0, 256, 256},
	{"revision 2, length of 4 GiB", 0x30, 2, UINT32_MAX, 0, 256, 256},
	{"revision 2, cut off", 0xe0, 2, 36, 0, 0xe0 + 35, 0xe0 + 35},
	{"revision 1 has no length", 0x30, 1, 20, 0x30 + 34, 256, 0x30},
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *memory = test_calloc(1, rows[i].bytes + 64);

		put(memory + rows[i].at, rows[i].revision, rows[i].length);
		if (rows[i].damaged)
			memory[rows[i].damaged] ^= 1;
		memory = test_realloc(memory, rows[i].bytes);
		check_row(rows[i].name, rsdp_find(memory, rows[i].bytes), rows[i].found);
		if (rows[i].found < rows[i].bytes)
			check_row(rows[i].name, rsdp_size(memory + rows[i].at),
				rows[i].revision < 2 ? 20 : rows[i].length);
		test_free(memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("rom/rsdp", tests, NULL, NULL);
}
