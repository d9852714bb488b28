/* The oracle's parts: options, the copy of memory, the map, a hostile guest, the rules as text. */
#include "test_check_layout.h"

#include <stdio.h>
#include <unistd.h>

#include "base/files.h"

#define README "harness/check/README.md"

static void test_video_options(void **state)
{
	static const struct {
		const char *cmdline;
		uint16_t mode;
		bool asked, lawful;
	} rows[] = {
		{"", 5, false, false},
		{"vga=5", 5, true, true},
		{"a vga=0x317 b", 0x317, true, true},
		{"vga=010", 8, true, true},
		{"vga=normal", 0xffff, true, true},
		{"vga=ext", 0xfffe, true, true},
		{"vga=ask", 0xfffd, true, true},
		{"vga=5 vga=6", 5, true, true},
		{"vga=5 vga=6", 6, true, true},
		{"vga=5 vga=6", 7, true, false},
		{"nvga=5", 5, false, false},
		{"foo_vga=bar", 0xffff, false, false},
		{"vga=", 0, false, false},
		{"vga=5x", 5, false, false},
		{"vga=-1", 0xffff, false, false},
		{"vga=65536", 0, false, false},
		{"vga=askew", 0xfffd, false, false},
		{"x=\"a vga=5 b\"", 5, false, true},
		{"x=\"a b\" vga=5", 5, true, true},
		{"-- vga=5", 5, false, true},
	};
	struct video_options options;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options_video(rows[i].cmdline, rows[i].mode, &options);
		if (options.asked != rows[i].asked || options.lawful != rows[i].lawful)
			fail_msg("\"%s\", mode %u", rows[i].cmdline, rows[i].mode);
	}
}

static void test_memory_options(void **state)
{
	static const struct {
		const char *cmdline;
		uint64_t bytes;
	} rows[] = {
		{"", UINT64_MAX},
		{"mem=64M", 64 << 20},
		{"mem=64m", 64 << 20},
		{"mem=0x4000000", 64 << 20},
		{"mem=1G mem=65536K x", 64 << 20},
		{"mem=16E", UINT64_MAX},
		{"mem=15E", 15ull << 60},
		{"mem=nopentium", UINT64_MAX},
		{"mem=", UINT64_MAX},
		{"mem=0", UINT64_MAX},
		{"mem=64Mx", UINT64_MAX},
		{"xmem=64M memmap=1M memx=5", UINT64_MAX},
		{"x=\"mem=64M\"", UINT64_MAX},
		{"x=\"a mem=64M\"", UINT64_MAX},
		{"-- mem=64M", UINT64_MAX},
		{"mem=99999999999999999999", UINT64_MAX},
		{"mem=00000000000000000000000000000000000000000064M", UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (options_memory(rows[i].cmdline) != rows[i].bytes)
			fail_msg("\"%s\": 0x%llx", rows[i].cmdline,
				(unsigned long long)options_memory(rows[i].cmdline));
}

static void test_what_is_ram(void **state)
{
	static const struct memory_map map = {.count = 7,
		.range = {{0x5000, 0x9000, 1}, {0x1000, 0x6000, 1}, {0x9000, 0xa000, 1},
			{0x3000, 0x3001, 4}, {0x200000000, 0x300000000, 1}, {0x2000, 0x2000, 2},
			{0xfffffffffffff000, 0x1000, 2}}};

	(void)state;
	assert_true(map_is_ram(&map, 0x4000, 0xa000));
	assert_true(map_is_ram(&map, 0x1000, 0x3000));
	assert_false(map_is_ram(&map, 0x1000, 0x3001));
	assert_false(map_is_ram(&map, 0xfff, 0x2000));
	assert_false(map_is_ram(&map, 0x9000, 0xa001));
	assert_false(map_is_ram(&map, 0x100000, 0x100001));
	assert_int_equal(map_low_end(&map), 0xa000);
}

/* A copy that was kept in a file is the same, and half a file is none. */
static void comes_back(const struct memory_image *image)
{
	char path[] = "/tmp/dkboot-image-XXXXXX";
	struct error error;
	struct memory_image *again;
	struct buffer file = {0};
	uint8_t bytes[8];

	close(mkstemp(path));
	assert_int_equal(memory_image_save(image, path, &error), 0);
	again = memory_image_load(path, &error);
	assert_non_null(again);
	memory_image_read(again, 0x1fffffc, bytes, 8);
	assert_memory_equal(bytes, "\0\0abcd\0\0", 8);
	memory_image_free(again);
	assert_int_equal(file_read(path, &file, &error), 0);
	assert_int_equal(truncate(path, (off_t)file.size - 1), 0);
	assert_null(memory_image_load(path, &error));
	assert_non_null(strstr(error.text, "is cut off"));
	unlink(path);
	assert_null(memory_image_load(path, &error));
	buffer_free(&file);
}

static void test_copy_of_memory(void **state)
{
	const struct wish wish = {.kernel = {.protocol = 0x20f}};
	struct guest guest;
	struct error error = {""};
	struct memory_image *image;
	uint8_t bytes[8] = {9, 9, 9, 9, 9, 9, 9, 9};

	(void)state;
	guest_make(&guest, &wish);
	poke(&guest, 0x1fffffe, "abcd", 4);
	image = memory_image_take(&guest.scene.memory, SPACE, &error);
	assert_non_null(image);
	poke(&guest, 0x1fffffe, "....", 4);
	memory_image_read(image, 0x1fffffc, bytes, 8);
	assert_memory_equal(bytes, "\0\0abcd\0\0", 8);
	memory_image_read(image, SPACE - 4, bytes, 8);
	assert_memory_equal(bytes, "\0\0\0\0\0\0\0\0", 8);
	comes_back(image);
	memory_image_free(image);
	image = memory_image_take(&guest.scene.memory, 0x2000000, &error);
	memory_image_read(image, 0x1fffffc, bytes, 8);
	assert_memory_equal(bytes, "\0\0..\0\0\0\0", 8);
	memory_image_free(image);
	memory_image_free(NULL);
	guest.broken = 0x6f80;
	assert_null(memory_image_take(&guest.scene.memory, SPACE, &error));
	assert_string_equal(error.text, "memory at 0x6000: no memory at 0x6000");
	guest_free(&guest);
}

/* What cannot be read is never a pass. */
static void test_what_cannot_be_judged(void **state)
{
	const struct wish wish = {.kernel = {.protocol = 0x20f}, .initrd = 300000};
	struct layout_verdict verdict;
	struct error error = {""};
	struct guest guest;
	uint64_t places[4];

	(void)state;
	guest_make(&guest, &wish);
	places[0] = guest.wish.real + 5;
	places[1] = guest.wish.command;
	places[2] = guest.wish.load + 1;
	places[3] = guest.wish.ramdisk + 299999;
	for (size_t i = 0; i < 4; i++) {
		guest.broken = places[i];
		assert_int_equal(layout_judge(&guest.scene, &verdict, &error), -1);
		assert_null(verdict.violations);
	}
	guest.broken = 0;
	guest.scene.map.count = 0;
	assert_int_equal(layout_judge(&guest.scene, &verdict, &error), -1);
	assert_string_equal(error.text, "nothing to judge by: the firmware's memory map is empty");
	assert_int_equal(ftruncate(guest.kernel.fd, 700), 0);
	assert_int_equal(layout_judge(&guest.scene, &verdict, &error), -1);
	guest.payload.kernel = &guest.initrd;
	assert_int_equal(layout_judge(&guest.scene, &verdict, &error), -1);
	guest_free(&guest);
}

/* A map that says RAM where there is none: that is the loader's to notice, not ours to stumble
 * over. */
static void test_no_memory_there(void **state)
{
	const struct wish wish = {.kernel = {.protocol = 0x20f}, .initrd = 300000};
	struct layout_verdict verdict;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	guest.absent = true;
	guest.broken = guest.wish.ramdisk + 299999;
	judge_guest(&guest, &verdict);
	assert_int_equal(verdict.violation_count, 1);
	assert_string_equal(verdict.violations[0].rule, "I5d");
	assert_non_null(strstr(verdict.violations[0].text, "there is no memory"));
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* A guest that writes whatever it likes is judged: in time, and as guilty. */
static void test_hostile_guest(void **state)
{
	const struct wish wish = {.loader = LOADER_DKBOOT,
		.kernel = {.protocol = 0x20f, .image_size = 5000},
		.initrd = 5000};
	struct layout_verdict verdict;
	struct error error;
	struct guest guest;
	uint32_t seed = 1;

	(void)state;
	guest_make(&guest, &wish);
	for (unsigned round = 0; round < 2000; round++) {
		for (unsigned i = 0; i < 6; i++)
			poke_number(&guest, 0x10000 + 0x1f1 + next_random(&seed) % 0x7b,
				next_random(&seed), 1);
		poke_number(&guest, 0x10250, next_random(&seed) << 4, 4);
		poke_number(&guest, 0x400 + next_random(&seed) % 256, next_random(&seed), 4);
		guest.scene.cpu.esp = next_random(&seed);
		guest.scene.before = round & 1 ? guest.before : NULL;
		if (layout_judge(&guest.scene, &verdict, &error))
			continue;
		assert_true(verdict.violation_count > 0);
		layout_verdict_free(&verdict);
	}
	guest_free(&guest);
}

static const char drawn[] = "  000000000-0000004ff    1.2 KiB  interrupt vectors, BIOS data\n"
			    "  000000500-00000ffff   62.8 KiB  free\n"
			    "  000010000-00001ffff     64 KiB  setup, heap and stack\n"
			    "  000020000-000020005        6 B  command line\n"
			    "  000020006-00009fbff  511.0 KiB  free\n"
			    "  00009fc00-00009ffff      1 KiB  extended BIOS data\n"
			    "  0000a0000-0000fffff    384 KiB  video memory and ROMs\n"
			    "  000100000-000104e1f   19.5 KiB  protected-mode image\n"
			    "  000104e20-003fc6fff   62.8 MiB  free\n"
			    "  001000000-001004fff     20 KiB    where the kernel unpacks itself\n"
			    "! 002000000-002000000        1 B    nobody's, but written\n"
			    "! 003fc7000-003fdf69f   97.7 KiB  initrd\n"
			    "  003fdf6a0-003fdffff    2.3 KiB  free\n"
			    "  003fe0000-003ffffff    128 KiB  reserved (e820 type 2)\n"
			    "  0fffc0000-0ffffffff    256 KiB  reserved (e820 type 2)\n"
			    "! I5d: byte 0x1000 of the initrd at 0x3fc8000: expected 94 50 0b c7 "
			    "83 3f fb b6 72 2e ea a6 61 1d d9 "
			    "95, found ce 50 0b c7 83 3f fb b6 72 2e ea a6 61 1d d9 95\n"
			    "! I11b: changed memory that is nobody's (bytes in all: 1) at "
			    "0x2000000: expected 00, found 5a\n";

static void test_map_and_json(void **state)
{
	const struct wish wish = {.loader = LOADER_OTHER,
		.kernel = {.protocol = 0x20f, .image_size = 20000},
		.initrd = 100000,
		.cmdline = "quiet"};
	autobuffer struct buffer map = {0}, json = {0};
	autofree char *tail = NULL;
	struct layout_verdict verdict;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	flip(&guest, 0x2000000);
	flip(&guest, guest.wish.ramdisk + 4096);
	judge_guest(&guest, &verdict);
	layout_map(&verdict, &map);
	layout_json(&verdict, &json);
	tail = format_text("%s%u rules checked, 2 violations\n", drawn, verdict.rules_checked);
	assert_string_equal(map.data, tail);
	assert_in_range(verdict.rules_checked, 30, 60);
	assert_non_null(strstr(json.data, "{\"rule\":\"I5d\",\"text\":\"byte 0x1000 of"));
	assert_non_null(strstr(json.data,
		"{\"start\":33554432,\"end\":33554433,\"name\":\"nobody's, but written\","
		"\"wrong\":true}"));
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

static void test_reset(void **state)
{
	const struct wish wish = {.kernel = {.protocol = 0x20f}, .initrd = 100000};
	struct layout_verdict first, again;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	judge_guest(&guest, &first);
	judge_guest(&guest, &again);
	layout_compare(&again, &first);
	assert_int_equal(again.violation_count, 0);
	layout_verdict_free(&again);
	set(&guest, "ramdisk_image", guest.wish.ramdisk - PAGE);
	guest.scene.entry_only = true;
	judge_guest(&guest, &again);
	layout_compare(&again, &first);
	assert_int_equal(again.violation_count, 1);
	assert_string_equal(again.violations[0].rule, "I12b");
	assert_string_equal(again.violations[0].text,
		"after a reset: expected \"ramdisk_image 3fc7000\", found \"ramdisk_image "
		"3fc6000\"");
	layout_verdict_free(&again);
	layout_verdict_free(&first);
	guest_free(&guest);
}

/* The unit tests run in the repository's top folder, or are told where it is. */
static void test_readme_has_the_table(void **state)
{
	const char *root = getenv("DKBOOT_SOURCE");
	autofree char *path = format_text("%s/%s", root ? root : ".", README);
	autobuffer struct buffer readme = {0}, rules = {0};
	struct error error;

	(void)state;
	layout_rules(&rules);
	if (file_read(path, &readme, &error))
		fail_msg("%s", error.text);
	if (!strstr(readme.data, rules.data))
		fail_msg("%s does not hold what tool_rules prints", README);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_video_options),
		cmocka_unit_test(test_memory_options),
		cmocka_unit_test(test_what_is_ram),
		cmocka_unit_test(test_copy_of_memory),
		cmocka_unit_test(test_what_cannot_be_judged),
		cmocka_unit_test(test_no_memory_there),
		cmocka_unit_test(test_hostile_guest),
		cmocka_unit_test(test_map_and_json),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_readme_has_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
