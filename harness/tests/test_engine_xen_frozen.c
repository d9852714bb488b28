/* The store of frozen machines: made once, found again, made again when damaged, and swept. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_frozen.h"
#include "engine/xen_store.h"

#include <cmocka.h>

static char *store;
static unsigned made, announced;
static bool failing;

static int set_up(void **state)
{
	(void)state;
	store = copy_text("/tmp/dkboot-test-XXXXXX");
	made = announced = 0;
	failing = false;
	return mkdtemp(store) ? 0 : -1;
}

static int tear_down(void **state)
{
	int result = folder_remove(store, NULL);

	(void)state;
	free(store);
	return result;
}

/* Stands in for a dom0 that boots and is frozen. */
static int fill(void *context, const char *folder, int ram, int state, struct error *error)
{
	static const char page[4096] = "memory";
	struct stat file;

	(void)context;
	(void)folder;
	made++;
	assert_int_equal(fstat(ram, &file), 0);
	assert_int_equal(file.st_size, XEN_OUTER_MEMORY);
	if (pwrite(ram, page, sizeof(page), 5 << 20) != sizeof(page) ||
		pwrite(ram, page, sizeof(page), (off_t)5 << 30) != sizeof(page) ||
		write(state, "registers", 9) != 9)
		return -1;
	return failing ? (fail)(error, "dom0 did not come up") : 0;
}

static void announce(const char *line)
{
	(void)line;
	announced++;
}

static char *keep(const char *name, struct error *error)
{
	struct frozen_recipe recipe = {.name = name, .what = "it is made", .fill = fill};

	return frozen_keep(store, &recipe, announce, error);
}

/* Finds it, after so many were made in all. */
static void expect_made(const char *name, unsigned count)
{
	struct error error = {0};
	autofree char *folder = keep(name, &error);
	autofree char *expected = format_text("%s/%s", store, name);

	assert_string_equal(error.text, "");
	assert_string_equal(folder, expected);
	assert_int_equal(made, count);
	assert_int_equal(announced, count);
}

static bool is_there(const char *name)
{
	autofree char *path = format_text("%s/%s", store, name);

	return file_exists(path);
}

static void one_is_made_once(void **state)
{
	struct stat file;
	autofree char *ram = format_text("%s/a/ram", store);

	(void)state;
	expect_made("a", 1);
	expect_made("a", 1);
	expect_made("b", 2);
	expect_made("a", 2);
	assert_int_equal(stat(ram, &file), 0);
	assert_int_equal(file.st_size, XEN_OUTER_MEMORY);
	assert_true(file.st_blocks < 1024);
}

static void write_at(const char *name, const char *bytes, off_t at)
{
	autofree char *path = format_text("%s/%s", store, name);
	autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), strlen(bytes));
}

static void a_damaged_one_is_made_again(void **state)
{
	autofree char *state_file = format_text("%s/a/state", store);
	autofree char *ram_file = format_text("%s/a/ram", store);
	autofree char *manifest = format_text("%s/a/manifest", store);

	(void)state;
	expect_made("a", 1);
	write_at("a/ram", "M", 5 << 20); /* one bit of it */
	expect_made("a", 2);
	write_at("a/ram", "x", (off_t)5 << 30);
	expect_made("a", 3);
	write_at("a/ram", "x", 64 << 20); /* where there was nothing */
	expect_made("a", 4);
	assert_int_equal(truncate(ram_file, 6 << 20), 0);
	expect_made("a", 5);
	assert_int_equal(truncate(state_file, 8), 0);
	expect_made("a", 6);
	write_at("a/state", "R", 0);
	expect_made("a", 7);
	assert_int_equal(unlink(state_file), 0);
	expect_made("a", 8);
	assert_int_equal(truncate(manifest, 5), 0);
	expect_made("a", 9);
	assert_int_equal(unlink(manifest), 0);
	expect_made("a", 10);
	expect_made("a", 10);
}

static void one_that_could_not_be_made_leaves_nothing(void **state)
{
	struct error error = {0};

	(void)state;
	failing = true;
	assert_null(keep("a", &error));
	assert_string_equal(error.text, "frozen machine: dom0 did not come up");
	assert_false(is_there("a"));
	autofree char *work = format_text("tmp.%d", (int)getpid());
	assert_false(is_there(work));
	failing = false;
	expect_made("a", 2);
}

static void used_at(const char *name, time_t when)
{
	autofree char *path = format_text("%s/%s/manifest", store, name);
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int frozen_hold_in(const char *name)
{
	autofree char *folder = format_text("%s/%s", store, name);

	return frozen_hold(folder);
}

static void those_that_nobody_used_are_removed(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct error error;
	autofree char *left = format_text("%s/tmp.1", store);

	(void)state;
	assert_int_equal(FROZEN_KEPT, 5);
	for (int i = 0; i < 5; i++) {
		expect_made(names[i], i + 1);
		used_at(names[i], 3000 - i);
	}
	assert_int_equal(folder_make(left, &error), 0);
	expect_made("e", 5); /* and so was used now */
	for (int i = 0; i < 5; i++)
		assert_true(is_there(names[i]));
	assert_false(is_there("tmp.1"));
	expect_made("f", 6);
	assert_true(is_there("a") && is_there("b") && is_there("c") && is_there("e"));
	assert_true(is_there("f"));
	assert_false(is_there("d"));
}

/* A run that clones it is under way. */
static void one_that_is_held_stays(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	int held;

	(void)state;
	for (int i = 0; i < 5; i++) {
		expect_made(names[i], i + 1);
		used_at(names[i], 1000 + i);
	}
	held = frozen_hold_in("a");
	assert_true(held >= 0);
	expect_made("f", 6);
	assert_true(is_there("a") && is_there("f"));
	assert_int_equal(close(held), 0);
	expect_made("f", 6);
	assert_false(is_there("a"));
	assert_int_equal(frozen_hold_in("a"), -1);
}

/* What a clone begins with is written beside it; two words, and no third. */
static void says_what_is_in_it(void **state)
{
	static const struct {
		const char *text;
		int status, number;
		bool waits;
	} rows[] = {{"3 0x1000 waits\n", 0, 3, true}, {"3 0x1000 built\n", 0, 3, false},
		{"3 0x1000\n", -1, 0, false}, {"nonsense\n", -1, 0, false}};
	autofree char *folder = format_text("%s/a", store);
	autofree char *path = format_text("%s/a/domain", store);
	struct frozen_domain domain;
	struct error error;

	(void)state;
	expect_made("a", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int ram = -1, machine = -1;

		assert_int_equal(file_write(path, rows[i].text, strlen(rows[i].text), &error), 0);
		assert_int_equal(
			frozen_open(folder, &ram, &machine, &domain, &error), rows[i].status);
		if (rows[i].status == 0) {
			assert_int_equal(domain.number, rows[i].number);
			assert_int_equal(domain.root, 0x1000);
			assert_int_equal(domain.waits, rows[i].waits);
		}
		close(ram);
		close(machine);
	}
	expect_made("a", 2); /* what was not there when it was made is damage */
}

static void a_clone_opens_both_files(void **state)
{
	struct error error = {0};
	autofree char *folder = format_text("%s/a", store);
	autofree char *nowhere = format_text("%s/b", store);
	char bytes[10] = "";
	struct frozen_domain domain;
	int ram = -1, machine = -1;

	(void)state;
	expect_made("a", 1);
	assert_int_equal(frozen_open(folder, &ram, &machine, &domain, &error), 0);
	assert_int_equal(pread(ram, bytes, 6, 5 << 20), 6);
	assert_string_equal(bytes, "memory");
	assert_int_equal(read(machine, bytes, 9), 9);
	assert_string_equal(bytes, "registers");
	close(ram);
	close(machine);
	assert_int_equal(frozen_open(nowhere, &ram, &machine, &domain, &error), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(one_is_made_once),
		TEST(a_damaged_one_is_made_again),
		TEST(one_that_could_not_be_made_leaves_nothing),
		TEST(those_that_nobody_used_are_removed),
		TEST(one_that_is_held_stays),
		TEST(a_clone_opens_both_files),
		TEST(says_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
