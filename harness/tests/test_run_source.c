/* The axis `source`: which of its values are volumes, and what kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "case/case.h"
#include "run/source.h"

#include <cmocka.h> /* last: it takes the name fail */

static void test_values(void **state)
{
	static const struct {
		const char *text;
		struct source source;
	} rows[] = {
		{"fwcfg-dma", {.volume = false}},
		{"fwcfg-pio", {.volume = false}},
		{"stream", {.volume = false}},
		{"volume", {.volume = true}},
		{"volume-ide", {.volume = true, .ide = true}},
		{"volume-truncated", {.volume = true, .fault = VOLUME_TRUNCATED}},
		{"volume-cmdline", {.volume = true, .fault = VOLUME_CMDLINE}},
		{"bootsector", {.volume = true, .starts = true}},
		{"bootsector-ide", {.volume = true, .starts = true, .ide = true}},
		{"bootsector-loader", {.volume = true, .starts = true, .fault = VOLUME_LOADER}},
		{"bootsector-bare", {.volume = true, .starts = true, .fault = VOLUME_BARE}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct source source = source_parse(rows[i].text);

		assert_int_equal(source.volume, rows[i].source.volume);
		assert_int_equal(source.starts, rows[i].source.starts);
		assert_int_equal(source.ide, rows[i].source.ide);
		assert_int_equal(source.fault, rows[i].source.fault);
	}
}

static void test_others(void **state)
{
	(void)state;
	assert_false(source_parse("volume-nonsense").volume);
	assert_false(source_parse("volumes").volume);
	assert_false(source_parse("bootsector-").volume);
	assert_false(source_parse("").volume);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
