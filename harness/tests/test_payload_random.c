#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "payload/cmdline.h"
#include "payload/random.h"
#include "base/cleanup.h"

#include <cmocka.h> /* last: it takes the name fail */

/* The values that the generator's authors give for the seed 1234567. */
static void matches_published_values(void **state)
{
	static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
		9817491932198370423u, 4593380528125082431u, 16408922859458223821u};
	struct random_stream stream = {1234567};
	unsigned char bytes[8 * 5];

	(void)state;
	random_bytes(&stream, bytes, sizeof bytes);
	for (unsigned word = 0; word < 5; word++)
		for (unsigned byte = 0; byte < 8; byte++)
			assert_int_equal(bytes[8 * word + byte], expected[word] >> 8 * byte & 255);
}

static void does_not_depend_on_the_pieces(void **state)
{
	struct random_stream one = {5}, two = {5};
	unsigned char whole[67], pieces[67];

	(void)state;
	random_bytes(&one, whole, sizeof whole);
	random_bytes(&two, pieces, 24);
	random_bytes(&two, pieces + 24, 43);
	assert_memory_equal(whole, pieces, sizeof whole);
}

static char *made(const char *text, size_t pad_to, struct error *error)
{
	struct cmdline_spec spec = {(char *)text, pad_to};

	return cmdline_make(&spec, error);
}

static void cmdline_stays_or_grows(void **state)
{
	autofree char *plain = made("a \"b\" --- c", 0, NULL), *exact = made("abc", 3, NULL);
	autofree char *grown = made("abc", 2047, NULL), *least = made("abc", 9, NULL);
	autofree char *empty = made("", 7, NULL), *nothing = made("", 0, NULL);

	(void)state;
	assert_string_equal(plain, "a \"b\" --- c");
	assert_string_equal(exact, "abc");
	assert_int_equal(strlen(grown), 2047);
	assert_memory_equal(grown, "abc pad=xxx", 11);
	assert_string_equal(least, "abc pad=x");
	assert_string_equal(empty, "pad=xxx");
	assert_string_equal(nothing, "");
}

static void cmdline_too_long_is_an_error(void **state)
{
	struct error error = {""};

	(void)state;
	assert_null(made("abcdef", 5, &error));
	assert_string_equal(error.text,
		"pad_to: 5 is too short for a command line of 6 bytes: expected 12 or more");
	assert_null(made("abc", 8, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_published_values),
		cmocka_unit_test(does_not_depend_on_the_pieces),
		cmocka_unit_test(cmdline_stays_or_grows),
		cmocka_unit_test(cmdline_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
