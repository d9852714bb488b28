/* The information of Multiboot 2: tag after tag, as the specification lays them out. */
#include "tests/testing.h"

#include "boot/multiboot2_info.h"
#include "tests/machines.h"

static const uint8_t old_rsdp[20] = "RSD PTR ";
static const uint8_t new_rsdp[36] = "RSD PTR \0\0\0\0\0\0\0\x02\0\0\0\0\x24";

static uint8_t bytes[0x2000];

static uint32_t word_at(uint32_t at)
{
	uint32_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

/* The tag of a type, the nth of them; 0 when there is none. Checks the chain as it goes. */
static uint32_t find(uint32_t type, uint32_t nth)
{
	const uint32_t total = word_at(0);
	uint32_t at = 8;

	assert_int_equal(word_at(4), 0);
	for (;;) {
		assert_true(at + 8 <= total);
		assert_true(word_at(at + 4) >= 8);
		if (word_at(at) == type && !nth--)
			return at;
		if (!word_at(at)) {
			assert_int_equal(at + 8, total);
			return 0;
		}
		at += (word_at(at + 4) + 7) & ~7u;
	}
}

static struct multiboot2_info info_of(const struct map *map, const uint8_t *mode)
{
	return (struct multiboot2_info){.map = map,
		.int12_kib = 639,
		.cmdline_size = 5,
		.rsdp = old_rsdp,
		.text_mode = mode,
		.modules = 2,
		.module = {{0x7000000, 100, 3, 0}, {0x6000000, 0, 0, 0}}};
}

static void test_tags(void **state)
{
	static const uint8_t mode = 3;
	const struct map map = {pc_map, PC_ENTRIES};
	struct multiboot2_info info = info_of(&map, &mode);
	struct multiboot2 kernel = {
		.base = 0x300000, .elf = {.shnum = 3, .shentsize = 40, .shstrndx = 2}};
	const uint32_t size = multiboot2_info_write(&info, &kernel, NULL);
	uint32_t at;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(multiboot2_info_write(&info, &kernel, bytes), size);
	assert_int_equal(word_at(0), size);
	assert_int_equal(word_at(find(1, 0) + 4), 8 + 6);
	assert_int_equal(info.cmdline_at, find(1, 0) + 8);
	assert_string_equal((char *)bytes + find(2, 0) + 8, "dkboot");
	at = find(3, 0);
	assert_int_equal(word_at(at + 8), 0x7000000);
	assert_int_equal(word_at(at + 12), 0x7000064);
	assert_int_equal(info.module[0].cmdline_at, at + 16);
	assert_int_equal(word_at(at + 4), 16 + 4);
	assert_int_equal(word_at(find(3, 1) + 12), 0x6000000);
	assert_int_equal(find(3, 2), 0);
	at = find(4, 0);
	assert_int_equal(word_at(at + 8), 639);
	assert_int_equal(word_at(at + 12), (PC_RAM_END - 0x100000) / 1024);
	at = find(6, 0);
	assert_int_equal(word_at(at + 4), 16 + PC_ENTRIES * 24);
	assert_int_equal(word_at(at + 8), 24);
	for (uint32_t i = 0; i < PC_ENTRIES; i++)
		assert_memory_equal(bytes + at + 16 + i * 24, &pc_map[i], 20);
	at = find(9, 0);
	assert_int_equal(word_at(at + 4), 20 + 3 * 40);
	assert_int_equal(word_at(at + 16), 2);
	assert_int_equal(info.sections_at, at + 20);
	assert_memory_equal(bytes + find(14, 0) + 8, old_rsdp, 20);
	assert_int_equal(find(15, 0), 0);
	assert_int_equal(find(8, 0), 0);
	assert_int_equal(word_at(find(21, 0) + 8), 0x300000);
}

static void test_options(void **state)
{
	static const uint8_t text = 3, graphics = 0x13;
	const struct map map = {pc_map, PC_ENTRIES};
	struct multiboot2_info info = info_of(&map, &text);
	struct multiboot2 kernel = {.given = 1 << 5};

	(void)state;
	info.rsdp = new_rsdp;
	memset(bytes, 0, sizeof(bytes));
	multiboot2_info_write(&info, &kernel, bytes);
	assert_memory_equal(bytes + find(14, 0) + 8, new_rsdp, 20);
	assert_memory_equal(bytes + find(15, 0) + 8, new_rsdp, 36);
	assert_int_equal(find(9, 0), 0);
	assert_int_equal(word_at(find(8, 0) + 4), 32);
	assert_int_equal(word_at(find(8, 0) + 8), 0xb8000);
	assert_int_equal(bytes[find(8, 0) + 29], 2);
	info.text_mode = &graphics;
	info.rsdp = NULL;
	memset(bytes, 0, sizeof(bytes));
	multiboot2_info_write(&info, &kernel, bytes);
	assert_int_equal(find(8, 0), 0);
	assert_int_equal(find(14, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests_name("rom/multiboot2_info", tests, NULL, NULL);
}
