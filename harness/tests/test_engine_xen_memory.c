/* Nested page tables, walked in the memory of a process: our own, so that every page is known. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/xen_argv.h"
#include "engine/xen_memory.h"

#include <cmocka.h>

#define PAGE	  UINT64_C(0x1000)
#define MIB2	  UINT64_C(0x200000)
#define GIB	  UINT64_C(0x40000000)
#define LARGE	  0x80
#define LARGE_PAT 0x1000 /* a bit of the address in other entries */

/* The outer machine has 7 GiB, 3 below the hole and the rest from 4 GiB on. */
#define BELOW (3 * GIB)

static int file;
static unsigned char *ram;
static struct nested_memory memory;

/* Where a physical address of the outer machine lies in its RAM's file. */
static unsigned char *outer_at(uint64_t address)
{
	return ram + (address < BELOW ? address : address - GIB);
}

/* Tables lie from 16 MiB on, each taken when it is first needed. */
static uint64_t next_table;

static uint64_t *table_at(uint64_t *entry)
{
	if (!*entry) {
		*entry = next_table | 7;
		next_table += PAGE;
	}
	return (uint64_t *)outer_at(*entry & ~UINT64_C(0xfff));
}

/* Maps @size bytes, a page of that size, at @guest. Bits above the address say what we ignore. */
static void map(uint64_t guest, uint64_t outer, uint64_t size)
{
	uint64_t *table = (uint64_t *)outer_at(memory.root);
	const uint64_t ignored = UINT64_C(1) << 63 | UINT64_C(0x7ff) << 52;

	for (unsigned level = 4;; level--) {
		uint64_t each = PAGE << 9 * (level - 1);
		uint64_t *entry = &table[guest / each % 512];

		if (each == size) {
			*entry = ignored | outer | 7 | (size == PAGE ? 0 : LARGE | LARGE_PAT);
			return;
		}
		table = table_at(entry);
	}
}

static int set_up(void **state)
{
	(void)state;
	file = memfd_create("outer-ram", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, (off_t)XEN_OUTER_MEMORY))
		return -1;
	ram = mmap(NULL, XEN_OUTER_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file,
		0);
	next_table = 17 << 20;
	memory = (struct nested_memory){
		.pid = getpid(), .file = file, .size = XEN_OUTER_MEMORY, .root = 16 << 20};
	return ram == MAP_FAILED;
}

static int tear_down(void **state)
{
	(void)state;
	nested_close(&memory);
	munmap(ram, XEN_OUTER_MEMORY);
	close(file);
	return 0;
}

static void expect_map(int status)
{
	struct error error = {0};

	if (nested_map(&memory, &error) != status)
		fail_msg("%s", error.text);
}

static void expect_bytes(uint64_t guest, const char *text)
{
	char bytes[64] = "";
	struct error error = {0};

	if (nested_read(&memory, guest, bytes, strlen(text), &error))
		fail_msg("%s", error.text);
	assert_memory_equal(bytes, text, strlen(text));
}

static void pages_of_every_size_are_read(void **state)
{
	(void)state;
	map(0x5000, 0x30000000, PAGE);
	map(MIB2, UINT64_C(0x180000000), MIB2); /* above the outer hole */
	map(GIB, GIB, GIB);
	map(UINT64_C(1) << 39, 0x31000000, PAGE); /* another entry of the root */
	memcpy(outer_at(0x30000ff0), "four kilobytes", 14);
	memcpy(outer_at(UINT64_C(0x1801ffff0)), "two megabytes", 13);
	memcpy(outer_at(GIB + 0x12345678), "a gigabyte", 10);
	memcpy(outer_at(0x31000000), "far away", 8);
	expect_map(0);
	expect_bytes(0x5ff0, "four kilobytes");
	expect_bytes(MIB2 + 0x1ffff0, "two megabytes");
	expect_bytes(GIB + 0x12345678, "a gigabyte");
	expect_bytes(UINT64_C(1) << 39, "far away");
}

static void neighbours_may_lie_anywhere(void **state)
{
	(void)state;
	map(0x1000, 0x20009000, PAGE);
	map(0x2000, 0x20003000, PAGE);
	map(0x3000, 0x20004000, PAGE); /* behind the one before, there too: one range */
	memcpy(outer_at(0x20009ffc), "from", 4);
	memcpy(outer_at(0x20003000), " one to the next", 16);
	memcpy(outer_at(0x20003ffe), "on and on", 9);
	expect_map(0);
	assert_int_equal(memory.count, 2);
	expect_bytes(0x1ffc, "from one to the next");
	expect_bytes(0x2ffe, "on and on");
}

static void a_hole_is_said_to_be_one(void **state)
{
	uint64_t outer, follow;
	char bytes[0x2000];
	struct error error;

	(void)state;
	map(0x1000, 0x20000000, PAGE);
	map(0x3000, 0x20001000, PAGE);
	expect_map(0);
	assert_int_equal(nested_read(&memory, 0, bytes, 1, &error), 1);
	assert_int_equal(nested_read(&memory, 0x1fff, bytes, 2, &error), 1);
	assert_int_equal(nested_read(&memory, 0x4000, bytes, 1, &error), 1);
	assert_int_equal(nested_read(&memory, 0x1000, bytes, PAGE, &error), 0);
	assert_false(nested_place(&memory, 0x2fff, &outer, &follow));
	assert_true(nested_place(&memory, 0x3004, &outer, &follow));
	assert_int_equal(outer, 0x20001004);
	assert_int_equal(follow, 0xffc);
}

static void what_is_no_ram_of_the_outer_machine_is_left_out(void **state)
{
	uint64_t outer, follow;

	(void)state;
	map(0x1000, 0x20000000, PAGE);
	map(0x2000, UINT64_C(0xfee00000), PAGE); /* a device */
	map(GIB, BELOW, GIB);			 /* the hole */
	expect_map(0);
	assert_true(nested_place(&memory, 0x1000, &outer, &follow));
	assert_false(nested_place(&memory, 0x2000, &outer, &follow));
	assert_false(nested_place(&memory, GIB, &outer, &follow));
	/* A table cannot lie there. */
	((uint64_t *)outer_at(memory.root))[3] = BELOW | 7;
	expect_map(-1);
}

static void tables_are_read_again(void **state)
{
	(void)state;
	map(0x1000, 0x20000000, PAGE);
	memcpy(outer_at(0x20000000), "old", 3);
	memcpy(outer_at(0x20005000), "new", 3);
	expect_map(0);
	expect_bytes(0x1000, "old");
	map(0x1000, 0x20005000, PAGE);
	expect_map(0);
	expect_bytes(0x1000, "new");
	assert_int_equal(memory.count, 1);
}

static void no_table_and_no_process_are_errors(void **state)
{
	struct error error;

	(void)state;
	memory.root = 0;
	expect_map(-1);
	memory.root = 16 << 20;
	memory.size = GIB; /* nothing of that size is mapped */
	assert_int_equal(nested_map(&memory, &error), -1);
	assert_non_null(strstr(error.text, "the machine's memory is not there"));
}

static void expect_touched(uint64_t from, uint64_t start, uint64_t end)
{
	struct memory_reader reader = nested_reader(&memory);
	uint64_t found_start = 0, found_end = 0;
	struct error error = {0};

	if (reader.touched(reader.context, from, &found_start, &found_end, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(found_start, start);
	assert_int_equal(found_end, end);
}

static void expect_untouched(uint64_t from)
{
	struct memory_reader reader = nested_reader(&memory);
	uint64_t start, end;
	struct error error;

	assert_int_equal(reader.touched(reader.context, from, &start, &end, &error), 1);
}

static void what_was_touched_is_found_and_nothing_else(void **state)
{
	(void)state;
	map(0x1000, 0x20009000, PAGE);
	map(0x2000, 0x20003000, PAGE);
	map(4 * MIB2, UINT64_C(0x180000000), MIB2);
	map(6 * MIB2, 0x40000000, MIB2);
	outer_at(0x20003000)[7] = 1;
	outer_at(UINT64_C(0x180000000) + 511 * PAGE)[0] = 1;
	outer_at(UINT64_C(0x180000000) + 510 * PAGE)[0] = 1;
	outer_at(0x40000000 + 3 * PAGE)[0] = 1;
	outer_at(0x20008000)[0] = 1; /* no page of the guest's */
	expect_map(0);
	expect_touched(0, 0x2000, 0x3000);
	expect_touched(0x2fff, 0x2000, 0x3000);
	expect_touched(0x3000, 4 * MIB2 + 510 * PAGE, 5 * MIB2);
	expect_touched(4 * MIB2 + 511 * PAGE, 4 * MIB2 + 511 * PAGE, 5 * MIB2);
	expect_touched(5 * MIB2, 6 * MIB2 + 3 * PAGE, 6 * MIB2 + 4 * PAGE);
	expect_untouched(6 * MIB2 + 4 * PAGE);
}

/* A clone writes pages of its own, which the file never sees. */
static void what_a_clone_wrote_is_found_too(void **state)
{
	(void)state;
	munmap(ram, XEN_OUTER_MEMORY);
	close(file);
	/* On a disk: a memfd gets a page of its own, too, when one of a private mapping is written.
	 */
	file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(ftruncate(file, (off_t)XEN_OUTER_MEMORY), 0);
	memory.file = file;
	ram = mmap(NULL, XEN_OUTER_MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
		file, 0);
	assert_true(ram != MAP_FAILED);
	assert_int_equal(pwrite(file, "frozen", 6, 0x20000000), 6);
	map(0x1000, 0x20000000, PAGE);
	map(0x2000, 0x20001000, PAGE);
	map(0x3000, 0x20002000, PAGE);
	memcpy(outer_at(0x20002000), "clone's", 7);
	expect_map(0);
	expect_touched(0, 0x1000, 0x2000);
	expect_touched(0x2000, 0x3000, 0x4000);
	expect_bytes(0x1000, "frozen");
	expect_bytes(0x3000, "clone's");
}

static void clocks_that_the_hypervisor_keeps_are_nobodys_work(void **state)
{
	const uint64_t clocks = UINT64_C(0xfdfff000);
	struct memory_reader reader = nested_reader(&memory);
	unsigned char bytes[0x2000];
	struct error error;

	(void)state;
	map(clocks - PAGE, 0x20000000, PAGE);
	map(clocks, 0x20001000, PAGE);
	memset(outer_at(0x20000000), 'x', 2 * PAGE);
	expect_map(0);
	assert_int_equal(
		reader.read(reader.context, clocks - PAGE, bytes, sizeof(bytes), &error), 0);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], i >= PAGE && i < PAGE + 32 * 64 ? 0 : 'x');
	assert_int_equal(reader.read(reader.context, clocks + 32 * 64 - 1, bytes, 2, &error), 0);
	assert_memory_equal(bytes, "\0x", 2);
	assert_int_equal(reader.read(reader.context, clocks - 1, bytes, 1, &error), 0);
	assert_int_equal(bytes[0], 'x');
}

static void progress_is_what_was_written(void **state)
{
	uint64_t own, all, after;
	char *bytes =
		mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	own = nested_progress(getpid(), true);
	all = nested_progress(getpid(), false);
	assert_true(own > 0 && all >= own);
	memset(bytes, 1, 4 << 20);
	after = nested_progress(getpid(), true);
	assert_true(after >= own + (3 << 20));
	/* Of a machine that is no clone all RAM lies in the file. */
	memset(ram, 1, 8 << 20);
	assert_true(nested_progress(getpid(), true) < after + (4 << 20));
	assert_true(nested_progress(getpid(), false) >= all + (11 << 20));
	munmap(bytes, 4 << 20);
	assert_int_equal(nested_progress(1 << 30, true), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(pages_of_every_size_are_read),
		TEST(neighbours_may_lie_anywhere),
		TEST(a_hole_is_said_to_be_one),
		TEST(what_is_no_ram_of_the_outer_machine_is_left_out),
		TEST(tables_are_read_again),
		TEST(no_table_and_no_process_are_errors),
		TEST(what_was_touched_is_found_and_nothing_else),
		TEST(what_a_clone_wrote_is_found_too),
		TEST(clocks_that_the_hypervisor_keeps_are_nobodys_work),
		TEST(progress_is_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
