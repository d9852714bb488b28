/* The oracle accuses nobody who does as the protocol says. */
#include "test_check_layout.h"

static void judge_lawful(const struct wish *wish)
{
	struct layout_verdict verdict;
	struct guest guest;

	guest_make(&guest, wish);
	judge_guest(&guest, &verdict);
	for (size_t i = 0; i < verdict.violation_count; i++)
		print_message("%s: %s\n", verdict.violations[i].rule, verdict.violations[i].text);
	if (verdict.violation_count)
		fail_msg("protocol 0x%x%s, loader %d, initrd %llu, \"%s\"", guest.version,
			wish->kernel.low ? " low" : "", (int)wish->loader,
			(unsigned long long)wish->initrd, guest.wish.cmdline);
	assert_true(verdict.rules_checked >= 15);
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

static void judge_loaders(struct wish wish)
{
	static const enum loader loaders[] = {LOADER_OTHER, LOADER_STOCK, LOADER_DKBOOT};

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		wish.loader = loaders[i];
		wish.initrd = 0;
		judge_lawful(&wish);
		wish.initrd = 123457;
		if (wish.kernel.protocol)
			judge_lawful(&wish);
	}
}

static void test_every_version(void **state)
{
	static const char *const cmdlines[] = {"", "console=ttyS0", "mem=64M vga=0xffff x=vga=5"};

	(void)state;
	for (size_t c = 0; c < 3; c++) {
		judge_loaders((struct wish){
			.kernel = {.protocol = 0, .image_size = 33333}, .cmdline = cmdlines[c]});
		for (unsigned version = 0x200; version <= 0x20f; version++)
			for (int low = 0; low < 2; low++)
				judge_loaders((struct wish){.kernel = {.protocol = version,
								    .low = low,
								    .image_size = 100001},
					.cmdline = cmdlines[c]});
	}
}

static void test_big_memory_and_limits(void **state)
{
	(void)state;
	judge_loaders((struct wish){
		.kernel = {.protocol = 0x202, .image_size = 5}, .memory = 1024 * MEBIBYTE});
	judge_lawful(&(struct wish){.loader = LOADER_OTHER,
		.kernel = {.protocol = 0x202, .image_size = 5},
		.initrd = 0x1000,
		.memory = 1024 * MEBIBYTE,
		.ramdisk = 0x37fff000});
}

static void test_syssize_and_truncation(void **state)
{
	(void)state;
	judge_lawful(&(struct wish){.loader = LOADER_OTHER,
		.kernel = {.protocol = 0x20f,
			.image_size = 9999,
			.given = 1u << PROBE_SYSSIZE,
			.field = {[PROBE_SYSSIZE] = 10}}});
}

static void test_without_capture_and_entry_only(void **state)
{
	struct wish wish = {.loader = LOADER_DKBOOT,
		.kernel = {.protocol = 0x20f, .image_size = 9999},
		.initrd = 5000};

	(void)state;
	wish.without_before = true;
	judge_lawful(&wish);
	wish.entry_only = true;
	judge_lawful(&wish);
}

static void test_relocated(void **state)
{
	(void)state;
	judge_lawful(&(struct wish){.loader = LOADER_OTHER,
		.kernel = {.protocol = 0x20f, .image_size = 9999},
		.load = 0x600000});
}

/* A list of setup_data in conventional memory, with one node that only points. */
static void test_setup_data(void **state)
{
	const struct wish wish = {
		.loader = LOADER_DKBOOT, .kernel = {.protocol = 0x20f, .image_size = 9999}};
	struct layout_verdict verdict;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	set(&guest, "setup_data", 0x30000);
	poke_number(&guest, 0x30000, 0x30100, 8);
	poke_number(&guest, 0x30008, 0x80000000, 4);
	poke_number(&guest, 0x3000c, 24, 4);
	poke_number(&guest, 0x30018, 64, 8);
	poke_number(&guest, 0x30020, 0x2000000, 8);
	poke_number(&guest, 0x2000010, 0x55, 1);
	poke_number(&guest, 0x3010c, 100, 4);
	poke_number(&guest, 0x30150, 0x55, 1);
	judge_guest(&guest, &verdict);
	assert_int_equal(verdict.violation_count, 0);
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

/* QEMU hangs the list behind the image; who moves it leaves a copy there, and not a byte more. */
static void test_moved_setup_data(void **state)
{
	const struct wish wish = {
		.loader = LOADER_DKBOOT, .kernel = {.protocol = 0x20f, .image_size = 9999}};
	struct layout_verdict verdict;
	struct guest guest;
	uint64_t copy;

	(void)state;
	guest_make(&guest, &wish);
	copy = (guest.wish.load + guest.header.image_size + 15) & ~15ull;
	set(&guest, "setup_data", 0x30000);
	poke_number(&guest, 0x3000c, 100, 4);
	poke_number(&guest, copy + 12, 100, 4);
	poke_number(&guest, copy + 115, 0x55, 1);
	judge_guest(&guest, &verdict);
	assert_int_equal(verdict.violation_count, 0);
	layout_verdict_free(&verdict);
	poke_number(&guest, copy + 116, 0x55, 1);
	judge_guest(&guest, &verdict);
	assert_string_equal(verdict.violations[0].rule, "I3b");
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

/* A byte in the initrd's last page is not RAM, though the initrd would end below it. */
static void test_whole_last_page(void **state)
{
	const struct wish wish = {.loader = LOADER_DKBOOT,
		.kernel = {.protocol = 0x20f},
		.initrd = 0x3001,
		.ramdisk = 0x3ffc000 - FIRMWARE - PAGE};
	struct layout_verdict verdict;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	add_range(&guest, 0x3ffffff - FIRMWARE, 0x4000000 - FIRMWARE, 2);
	judge_guest(&guest, &verdict);
	assert_int_equal(verdict.violation_count, 0);
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_version),
		cmocka_unit_test(test_big_memory_and_limits),
		cmocka_unit_test(test_syssize_and_truncation),
		cmocka_unit_test(test_without_capture_and_entry_only),
		cmocka_unit_test(test_relocated),
		cmocka_unit_test(test_setup_data),
		cmocka_unit_test(test_moved_setup_data),
		cmocka_unit_test(test_whole_last_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
