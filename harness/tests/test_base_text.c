/* Numbers with units, patterns, and untrusted bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/channel.h"
#include "base/text.h"

#include <cmocka.h>

static void numbers_are_decimal_or_hexadecimal(void **state)
{
	static const char *const wrong[] = {
		"", " 1", "+1", "-1", "1 ", "0x", "0xg", "1e3", "18446744073709551616"};
	uint64_t value;

	(void)state;
	assert_int_equal(parse_number("0", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(parse_number("010", &value), 0);
	assert_int_equal(value, 10);
	assert_int_equal(parse_number("0xFfFfFfFfFfFfFfFf", &value), 0);
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_number(wrong[i], &value), -1);
}

static void sizes_have_one_suffix_at_most(void **state)
{
	static const char *const wrong[] = {
		"", "M", "1m", "1MB", "1 M", "1.5G", "17179869184G", "-1M", "1T"};
	uint64_t value;

	(void)state;
	assert_int_equal(parse_size("512M", &value), 0);
	assert_int_equal(value, 512 << 20);
	assert_int_equal(parse_size("0x10K", &value), 0);
	assert_int_equal(value, 16384);
	assert_int_equal(parse_size("17179869183G", &value), 0);
	assert_true(value == UINT64_C(17179869183) << 30);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_size(wrong[i], &value), -1);
}

static void durations_have_a_unit(void **state)
{
	static const char *const wrong[] = {"", "1", "s", ".5s", "5.s", "1h", "-1s", "0x1s", "1 s",
		"1ss", "infs", "1e3s", "99999999m"};
	uint32_t value;

	(void)state;
	assert_int_equal(parse_duration("250ms", &value), 0);
	assert_int_equal(value, 250);
	assert_int_equal(parse_duration("1.5s", &value), 0);
	assert_int_equal(value, 1500);
	assert_int_equal(parse_duration("2m", &value), 0);
	assert_int_equal(value, 120000);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_duration(wrong[i], &value), -1);
}

static void sizes_are_written_short_and_exact(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {{0, "0"}, {17, "17"}, {1024, "1K"}, {1025, "1025"}, {1536 << 10, "1536K"},
		{512 << 20, "512M"}, {UINT64_C(5) << 30, "5G"}, {UINT64_C(1) << 40, "1024G"},
		{UINT64_MAX, "18446744073709551615"}};
	char out[24];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t back;

		assert_string_equal(format_size(rows[i].bytes, out, sizeof(out)), rows[i].text);
		assert_int_equal(parse_size(out, &back), 0);
		assert_true(back == rows[i].bytes);
	}
}

static void expect_shown(const char *bytes, size_t size, size_t limit, const char *expected)
{
	struct buffer out = {0};

	buffer_add_text(&out, "");
	add_printable(&out, bytes, size, limit);
	assert_string_equal(out.data, expected);
	buffer_free(&out);
}

static void no_control_byte_is_shown(void **state)
{
	struct buffer out = {0};

	(void)state;
	expect_shown("plain ~", 7, 99, "plain ~");
	expect_shown("\33[2J\r\n\0\x7f", 8, 99, "\\x1b[2J\\x0d\\x0a\\x00\\x7f");
	expect_shown("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7", 15, 99,
		"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7");
	/* C1 controls, a turn of the writing direction, a line separator. */
	expect_shown("\xc2\x9b", 2, 99, "\\xc2\\x9b");
	expect_shown("\xe2\x80\xae", 3, 99, "\\xe2\\x80\\xae");
	expect_shown("\xe2\x80\xa8", 3, 99, "\\xe2\\x80\\xa8");
	/* Overlong, surrogate, beyond Unicode, cut short, stray. */
	expect_shown("\xc0\xaf", 2, 99, "\\xc0\\xaf");
	expect_shown("\xe0\x80\xaf", 3, 99, "\\xe0\\x80\\xaf");
	expect_shown("\xed\xa0\x80", 3, 99, "\\xed\\xa0\\x80");
	expect_shown("\xf4\x90\x80\x80", 4, 99, "\\xf4\\x90\\x80\\x80");
	expect_shown("\xe2\x82", 2, 99, "\\xe2\\x82");
	expect_shown("\x80\xff", 2, 99, "\\x80\\xff");
	for (int byte = 0; byte < 256; byte++)
		add_printable(&out, &(char){(char)byte}, 1, 1);
	for (size_t i = 0; i < out.size; i++)
		assert_in_range(out.data[i], 0x20, 0x7e);
	buffer_free(&out);
}

static void what_is_cut_is_said(void **state)
{
	(void)state;
	expect_shown("abcdef", 6, 4, "abcd... (2 more bytes)");
	expect_shown("ab\xc3\xbc", 4, 3, "ab\\xc3... (1 more bytes)");
	expect_shown("abc", 3, 3, "abc");
}

static void globs_match_the_whole_text(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true},
		{"a*c", "abbbc", true}, {"a*c", "abcd", false}, {"a?c", "abc", true},
		{"a?c", "ac", false}, {"*ab*ab", "abxabyab", true}, {"a**b", "ab", true},
		{"?", "", false}, {"*a*b*c*", "xxaxxbxxcxx", true}, {"*a*b*c*", "cba", false},
		{"[a]", "a", false}, {"[a]", "[a]", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(glob_match(rows[i].pattern, rows[i].text), rows[i].matches);
}

static void a_glob_of_many_stars_takes_no_time(void **state)
{
	char text[20001];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

static void copies_are_never_null(void **state)
{
	char *copy = copy_text("x");
	char *text = format_text("%d-%s", 7, "y");

	(void)state;
	assert_string_equal(copy, "x");
	assert_string_equal(text, "7-y");
	assert_null(copy_text(NULL));
	free(copy);
	free(text);
}

static void channels_have_names(void **state)
{
	(void)state;
	assert_string_equal(channel_name(CHANNEL_SERIAL), "serial");
	assert_string_equal(channel_name(CHANNEL_EMULATOR), "emulator");
	assert_string_equal(channel_name(CHANNELS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal_or_hexadecimal),
		cmocka_unit_test(sizes_have_one_suffix_at_most),
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(sizes_are_written_short_and_exact),
		cmocka_unit_test(no_control_byte_is_shown),
		cmocka_unit_test(what_is_cut_is_said),
		cmocka_unit_test(globs_match_the_whole_text),
		cmocka_unit_test(a_glob_of_many_stars_takes_no_time),
		cmocka_unit_test(copies_are_never_null),
		cmocka_unit_test(channels_have_names),
	};

	return cmocka_run_group_tests_name("base text", tests, NULL, NULL);
}
