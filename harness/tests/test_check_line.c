/* Bytes into lines: ends of line, NULs, the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check/line.h"

#include <cmocka.h>

/* Lines joined by '|', a cut one with '!' behind it. */
static void note(void *context, const struct line *line)
{
	struct buffer *seen = context;

	buffer_add(seen, line->bytes, line->size);
	buffer_add_text(seen, line->cut ? "!|" : "|");
}

static void check(const char *bytes, size_t size, size_t limit, const char *wanted, size_t count)
{
	for (size_t step = 1; step <= size; step++) {
		struct line_reader reader = {.limit = limit};
		struct buffer seen = {0};

		for (size_t at = 0; at < size; at += step)
			lines_feed(&reader, bytes + at, size - at < step ? size - at : step, note,
				&seen);
		lines_end(&reader, note, &seen);
		assert_int_equal(seen.size, count);
		assert_memory_equal(seen.data, wanted, count);
		buffer_free(&seen);
		lines_free(&reader);
	}
}

#define CHECK(bytes, limit, wanted)                                                                \
	check(bytes, sizeof(bytes) - 1, limit, wanted, sizeof(wanted) - 1)

static void test_every_end_of_line(void **state)
{
	(void)state;
	CHECK("a\nb\r\nc\r\r\nd\n\re\n", 99, "a|b|c|d|e|");
	CHECK("\n\r\n", 99, "||");
	CHECK("no end", 99, "no end|");
	CHECK("10%\r20%\rdone\n", 99, "10%\r20%\rdone|");
}

static void test_nul_bytes_are_kept(void **state)
{
	(void)state;
	CHECK("a\0b\n\0\nx", 99, "a\0b|\0|x|");
}

static void test_long_lines_are_cut(void **state)
{
	(void)state;
	CHECK("12345\n123456\n1\n", 5, "12345|12345!|1|");
	CHECK("1234567890", 5, "12345!|");
}

static void test_memory_is_bounded(void **state)
{
	struct line_reader reader = {.limit = 65536};
	struct buffer seen = {0};
	static char block[100000];

	(void)state;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 2000; i++)
		lines_feed(&reader, block, sizeof(block), note, &seen);
	assert_true(reader.rest.room <= 2 * 65536);
	assert_int_equal(seen.size, 0);
	lines_end(&reader, note, &seen);
	assert_int_equal(seen.size, 65536 + 2);
	buffer_free(&seen);
	lines_free(&reader);
}

static void test_unfinished(void **state)
{
	struct line_reader reader = {.limit = 99};
	struct buffer seen = {0};
	struct line line;

	(void)state;
	assert_false(lines_unfinished(&reader, &line));
	lines_feed(&reader, "a\nlogin: ", 9, note, &seen);
	assert_true(lines_unfinished(&reader, &line));
	assert_int_equal(line.size, 7);
	assert_memory_equal(line.bytes, "login: ", 7);
	lines_feed(&reader, "\n\r", 2, note, &seen);
	assert_false(lines_unfinished(&reader, &line));
	buffer_free(&seen);
	lines_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_end_of_line),
		cmocka_unit_test(test_nul_bytes_are_kept),
		cmocka_unit_test(test_long_lines_are_cut),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_unfinished),
	};

	return cmocka_run_group_tests_name("check/line", tests, NULL, NULL);
}
