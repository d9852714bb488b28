/* Whole files, folders and digests, in a folder of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"

#include <cmocka.h>

static char folder[] = "/tmp/dkboot-test-files.XXXXXX";

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int leave(void **state)
{
	struct error error;

	(void)state;
	return chdir("/") || folder_remove(folder, &error) ? -1 : 0;
}

static void expect_content(const char *path, const char *content)
{
	struct buffer read = {0};

	buffer_add_text(&read, "");
	assert_int_equal(file_read(path, &read, NULL), 0);
	assert_string_equal(read.data, content);
	buffer_free(&read);
}

static void a_file_is_written_whole_and_read_whole(void **state)
{
	struct error error;
	struct stat about;
	mode_t mask = umask(022);

	(void)state;
	assert_int_equal(file_write("a", "one", 3, &error), 0);
	assert_int_equal(file_write("a", "two", 3, &error), 0);
	assert_int_equal(file_append("a", "+3", 2, &error), 0);
	assert_int_equal(file_append("b", "new", 3, &error), 0);
	expect_content("a", "two+3");
	expect_content("b", "new");
	assert_int_equal(stat("a", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0644);
	umask(mask);
}

static void what_fails_is_named_and_leaves_nothing(void **state)
{
	struct buffer read = {0};
	struct error error;

	(void)state;
	assert_int_equal(file_read("missing", &read, &error), -1);
	assert_string_equal(error.text, "missing: cannot be opened: No such file or directory");
	assert_int_equal(file_write("no/where", "", 0, &error), -1);
	assert_non_null(strstr(error.text, "no/where: cannot be written"));
	assert_int_equal(file_append("/dev/full", "x", 1, &error), -1);
	assert_string_equal(error.text, "/dev/full: cannot be written: No space left on device");
	/* A folder in the way of the rename: the temporary file goes again. */
	assert_int_equal(folder_make("taken/inner", &error), 0);
	assert_int_equal(file_write("taken", "x", 1, &error), -1);
	assert_int_equal(system("! ls taken.* 2>/dev/null"), 0);
	buffer_free(&read);
}

static void a_copy_has_the_bytes_and_the_mode(void **state)
{
	struct error error;
	struct sha256 from, to;
	struct stat about;

	(void)state;
	assert_int_equal(
		system("head -c 300000 /dev/zero >h && printf x >>h && truncate -s 9M h && "
		       "printf tail >>h"),
		0);
	assert_int_equal(file_copy("h", "h2", 0400, &error), 0);
	assert_int_equal(digest_file("h", &from, NULL, NULL, &error), 0);
	assert_int_equal(digest_file("h2", &to, NULL, NULL, &error), 0);
	assert_string_equal(from.hex, to.hex);
	assert_int_equal(stat("h2", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0400);
	assert_true(about.st_blocks * 512 < 4 << 20);
	assert_int_equal(file_copy(".", "x", 0600, &error), -1);
	assert_string_equal(error.text, ".: is not a regular file");
}

static void folders_are_made_and_removed_deep(void **state)
{
	struct error error;

	(void)state;
	assert_int_equal(folder_make("p/q/r/", &error), 0);
	assert_int_equal(folder_make("p/q/r", &error), 0);
	assert_int_equal(file_write("p/q/f", "x", 1, &error), 0);
	assert_int_equal(file_write("outside", "x", 1, &error), 0);
	assert_int_equal(folder_make("p/q/f", &error), -1);
	assert_non_null(strstr(error.text, "p/q/f"));
	assert_int_equal(symlink("../../outside", "p/q/link"), 0);
	assert_int_equal(symlink("..", "p/up"), 0);
	assert_int_equal(folder_remove("p", &error), 0);
	assert_false(file_exists("p"));
	assert_true(file_exists("outside"));
	assert_int_equal(folder_remove("p", &error), 0);
}

static void the_cache_follows_the_environment(void **state)
{
	static const struct {
		const char *cache, *home, *expected;
	} rows[] = {{"/c", "/h", "/c/dkboot"}, {"relative", "/h", "/h/.cache/dkboot"},
		{"", "/h", "/h/.cache/dkboot"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path;

		setenv("XDG_CACHE_HOME", rows[i].cache, 1);
		setenv("HOME", rows[i].home, 1);
		path = cache_folder();
		assert_string_equal(path, rows[i].expected);
		free(path);
	}
}

/* FIPS 180-4's example; the check value of the catalogue of CRC algorithms for "123456789". */
static void digests_are_those_of_the_standards(void **state)
{
	static const char abc[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct sha256 sha256 = sha256_bytes("abc", 3);
	struct error error;
	uint32_t crc32;
	uint64_t size;

	(void)state;
	assert_string_equal(sha256.hex, abc);
	assert_int_equal(crc32_bytes("123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_bytes("", 0), 0);
	assert_int_equal(file_write("d", "123456789", 9, &error), 0);
	assert_int_equal(digest_file("d", &sha256, &crc32, &size, &error), 0);
	assert_int_equal(crc32, 0xcbf43926);
	assert_int_equal(size, 9);
	assert_string_equal(sha256.hex, sha256_bytes("123456789", 9).hex);
	assert_int_equal(digest_file("missing", &sha256, &crc32, &size, &error), -1);
	assert_int_equal(digest_file(".", &sha256, &crc32, &size, &error), -1);
	assert_string_equal(error.text, ".: cannot be read: Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_whole_and_read_whole),
		cmocka_unit_test(what_fails_is_named_and_leaves_nothing),
		cmocka_unit_test(a_copy_has_the_bytes_and_the_mode),
		cmocka_unit_test(folders_are_made_and_removed_deep),
		cmocka_unit_test(the_cache_follows_the_environment),
		cmocka_unit_test(digests_are_those_of_the_standards),
	};

	return cmocka_run_group_tests_name("base files", tests, enter, leave);
}
