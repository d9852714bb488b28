/* Patterns: variables quoted, limits kept, groups found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "check/pattern.h"
#include "check/substitute.h"

#include <cmocka.h>

static const struct variable variables[] = {
	{"plain", "abc"},
	{"sharp", ".*+?()[]{}|^$\\-# \"'/&\\E\\Q"},
	{"utf8", "gr\xc3\xbc\xc3\x9f"},
	{"empty", ""},
};

#define VARIABLES variables, sizeof(variables) / sizeof(variables[0])

static enum match match(const char *pattern, const char *text)
{
	autobuffer struct buffer quoted = {0};
	struct pattern *compiled;
	enum match found;

	assert_int_equal(substitute(pattern, VARIABLES, QUOTE_PATTERN, &quoted, NULL), 0);
	compiled = pattern_new(quoted.data, NULL);
	assert_non_null(compiled);
	found = pattern_match(compiled, text, strlen(text));
	pattern_free(compiled);
	return found;
}

static void test_values_stand_for_themselves(void **state)
{
	autobuffer struct buffer subject = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		autobuffer struct buffer pattern = {0};

		buffer_clear(&subject);
		buffer_printf(&subject, "<%s>", variables[i].value);
		buffer_printf(&pattern, "^<${%s}>$", variables[i].name);
		assert_int_equal(match(pattern.data, subject.data), MATCH_YES);
		buffer_clear(&pattern);
		buffer_printf(&pattern, "^\\Q<${%s}>\\E$", variables[i].name);
		assert_int_equal(match(pattern.data, subject.data), MATCH_YES);
		buffer_clear(&pattern);
		buffer_printf(&pattern, "(?x) ^ < ${%s} > $", variables[i].name);
		assert_int_equal(match(pattern.data, subject.data), MATCH_YES);
		assert_int_equal(match(pattern.data, "<xyz>"), MATCH_NO);
	}
	assert_int_equal(match("^[^${sharp}]+$", "abc"), MATCH_YES);
	assert_int_equal(match("^[^${sharp}]+$", "a+c"), MATCH_NO);
}

static void test_an_escaped_dollar_is_no_variable(void **state)
{
	autobuffer struct buffer out = {0};

	(void)state;
	assert_int_equal(substitute("\\${nobody", NULL, 0, QUOTE_PATTERN, &out, NULL), 0);
	assert_string_equal(out.data, "\\${nobody");
	buffer_clear(&out);
	assert_int_equal(substitute("\\\\${plain}", VARIABLES, QUOTE_PATTERN, &out, NULL), 0);
	assert_string_equal(out.data, "\\\\abc");
	buffer_clear(&out);
	assert_int_equal(substitute("x\\${plain}$", VARIABLES, QUOTE_NONE, &out, NULL), 0);
	assert_string_equal(out.data, "x\\abc$");
}

static void test_unknown_variables_are_errors(void **state)
{
	autobuffer struct buffer out = {0};
	struct error error;

	(void)state;
	assert_int_equal(substitute("${crc}", VARIABLES, QUOTE_NONE, &out, &error), -1);
	assert_string_equal(
		error.text, "unknown variable ${crc}, expected one of: plain, sharp, utf8, empty");
	assert_int_equal(substitute("a${plain", VARIABLES, QUOTE_PATTERN, &out, &error), -1);
	assert_string_equal(error.text, "\"${plain\" has no end, expected ${name}");
}

static void test_bad_patterns_say_where(void **state)
{
	struct error error;

	(void)state;
	assert_null(pattern_new("ab(c", &error));
	assert_string_equal(error.text, "missing closing parenthesis, at byte 4");
	assert_null(pattern_new("(*UTF)x", &error));
	assert_null(pattern_new("(a{65535}){65535}", &error));
}

/* Each of these takes hours without a limit. */
static void test_no_pattern_stalls(void **state)
{
	static const char *const hostile[] = {"(?:x+)+[yz]", "(x|xx)*[yz]", "x.*x.*x.*[yz]",
		"(?:x.*)+[yz]", "^(?:(x+)x\\1)+[yz]", "(?<a>x(?&a)?x?)+[yz]"};
	static char text[65536];
	uint64_t start = clock_now();

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct pattern *pattern = pattern_new(hostile[i], NULL);

		assert_non_null(pattern);
		if (pattern_match(pattern, text, sizeof(text)) != MATCH_LIMIT)
			fail_msg("%s meets no limit", hostile[i]);
		pattern_free(pattern);
	}
	assert_true(milliseconds(clock_now() - start) < 2000);
}

static void test_bytes_are_bytes(void **state)
{
	struct pattern *pattern = pattern_new("^a.\\x{ff}b$", NULL);

	(void)state;
	assert_int_equal(pattern_match(pattern,
				 "a\0\xff"
				 "b",
				 4),
		MATCH_YES);
	assert_int_equal(pattern_match(pattern,
				 "a\0\xff"
				 "b\n",
				 5),
		MATCH_NO);
	pattern_free(pattern);
}

static void test_groups(void **state)
{
	struct pattern *pattern = pattern_new("crc=(?<crc>[0-9a-f]+)(?<tail>!)?", NULL);
	size_t start, size;

	(void)state;
	assert_int_equal(pattern_group(pattern, "crc"), 1);
	assert_int_equal(pattern_group(pattern, "nobody"), -1);
	assert_int_equal(pattern_match(pattern, "x crc=0a1b", 10), MATCH_YES);
	assert_true(pattern_captured(pattern, 1, &start, &size));
	assert_int_equal(start, 6);
	assert_int_equal(size, 4);
	assert_false(pattern_captured(pattern, 2, &start, &size));
	assert_false(pattern_captured(pattern, 3, &start, &size));
	pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_stand_for_themselves),
		cmocka_unit_test(test_an_escaped_dollar_is_no_variable),
		cmocka_unit_test(test_unknown_variables_are_errors),
		cmocka_unit_test(test_bad_patterns_say_where),
		cmocka_unit_test(test_no_pattern_stalls),
		cmocka_unit_test(test_bytes_are_bytes),
		cmocka_unit_test(test_groups),
	};

	return cmocka_run_group_tests_name("check/pattern", tests, NULL, NULL);
}
