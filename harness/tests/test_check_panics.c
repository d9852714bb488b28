/* The panic table: every row against its own example and near miss, and whole logs in golden/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <glob.h>
#include <libgen.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/matcher.h"
#include "check/panics.h"

#include <cmocka.h> /* last: its macro fail() would spoil base/error.h */

static struct line line_of(const char *text)
{
	return (struct line){.bytes = text, .size = strlen(text)};
}

static enum channel channel_of(const struct panic_row *row)
{
	return row->channels & 1u << CHANNEL_SERIAL ? CHANNEL_SERIAL : CHANNEL_EMULATOR;
}

static void test_examples_match_their_row(void **state)
{
	size_t count;
	const struct panic_row *rows = panic_rows(&count);
	struct panic_hit hit;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct line line = line_of(rows[i].example);

		if (!panics_search(channel_of(&rows[i]), &line, &hit))
			fail_msg("row %zu (%s) does not match its example", i, rows[i].name);
		/* "Kernel panic - not syncing: ... Unable to mount root" is both: same class. */
		if (strcmp(hit.row->name, rows[i].name) && hit.row->failure != rows[i].failure)
			fail_msg("row %zu (%s) is taken for %s", i, rows[i].name, hit.row->name);
	}
}

static void test_near_misses_do_not(void **state)
{
	size_t count;
	const struct panic_row *rows = panic_rows(&count);
	struct panic_hit hit;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct line line = line_of(rows[i].near_miss);

		if (!strstr(rows[i].near_miss, rows[i].anchor))
			fail_msg("row %zu (%s): the near miss lacks the anchor", i, rows[i].name);
		if (!strstr(rows[i].example, rows[i].anchor))
			fail_msg("row %zu (%s): the example lacks the anchor", i, rows[i].name);
		if (panics_search(channel_of(&rows[i]), &line, &hit))
			fail_msg("row %zu: near miss taken for %s", i, hit.row->name);
	}
}

static void test_echoes_are_no_panics(void **state)
{
	static const char *const heads[] = {
		"[    0.02] Kernel command line: x=", "dkinit: cmdline text=",
		"dkprobe: cmdline text=", "(XEN) Command line: placeholder "};
	size_t count;
	const struct panic_row *rows = panic_rows(&count);
	struct panic_hit hit;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; channel_of(&rows[i]) == CHANNEL_SERIAL && j < 4; j++) {
			autofree char *text = format_text("%s%s", heads[j], rows[i].example);
			struct line line = line_of(text);

			if (panics_search(CHANNEL_SERIAL, &line, &hit))
				fail_msg("taken for %s: %s", hit.row->name, text);
		}
	}
}

static void test_rows_keep_to_their_channels(void **state)
{
	struct line guest = line_of("Kernel panic - not syncing: x");
	struct line emulator = line_of("qemu: linux kernel too old to load a ram disk");
	struct panic_hit hit;

	(void)state;
	assert_false(panics_search(CHANNEL_EMULATOR, &guest, &hit));
	assert_false(panics_search(CHANNEL_SERIAL, &emulator, &hit));
	assert_true(panics_search(CHANNEL_PV, &guest, &hit));
	assert_true(panics_search(CHANNEL_DEBUG, &guest, &hit));
}

static void feed_in_steps(
	struct matcher *matcher, enum channel channel, const struct buffer *log, size_t step)
{
	for (size_t at = 0; at < log->size; at += step)
		matcher_feed(matcher, channel, log->data + at,
			log->size - at < step ? log->size - at : step, 1);
	matcher_idle(matcher, 2);
	matcher_end(matcher, 3);
}

/* "xen-bug.crash.log" -> "crash" */
static enum failure class_of(const char *path)
{
	autofree char *copy = copy_text(path);
	char *end = strrchr(copy, '.');

	*end = '\0';
	return failure_parse(strrchr(copy, '.') + 1);
}

static void read_log(const char *path, struct buffer *out)
{
	autofile FILE *file = fopen(path, "r");
	char block[4096];
	size_t size;

	assert_non_null(file);
	while ((size = fread(block, 1, sizeof(block), file)))
		buffer_add(out, block, size);
}

static void judge_log(const char *path, size_t step)
{
	autobuffer struct buffer log = {0};
	enum failure wanted = class_of(path), found;
	struct matcher *matcher = matcher_new(NULL, 0, NULL, 0, NULL);

	assert_int_not_equal(wanted, FAILURES);
	read_log(path, &log);
	feed_in_steps(matcher, strstr(path, "/emulator-") ? CHANNEL_EMULATOR : CHANNEL_SERIAL, &log,
		step);
	found = matcher_finding(matcher)->failure;
	if (found == FAILURE_NONE && matcher_refusal(matcher))
		found = FAILURE_REFUSED;
	if (found != wanted)
		fail_msg("%s: %s (%s), expected %s", path, failure_name(found),
			matcher_finding(matcher)->reason ?: "-", failure_name(wanted));
	matcher_free(matcher);
}

static void test_golden_logs(void **state)
{
	static const size_t steps[] = {1, 7, 4096};
	autofree char *source = copy_text(__FILE__);
	autofree char *pattern = format_text("%s/golden/*.log", dirname(source));
	glob_t logs;

	(void)state;
	if (glob(pattern, 0, NULL, &logs))
		fail_msg("no logs: %s (run from the top of the repository)", pattern);
	assert_true(logs.gl_pathc >= 15);
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		for (size_t j = 0; j < 3; j++)
			judge_log(logs.gl_pathv[i], steps[j]);
	}
	globfree(&logs);
}

static void test_every_class_has_a_word(void **state)
{
	(void)state;
	for (int i = 0; i < FAILURES; i++)
		assert_int_equal(failure_parse(failure_name((enum failure)i)), i);
	assert_int_equal(failure_parse("oom"), FAILURES);
	assert_int_equal(failure_parse(""), FAILURES);
	assert_string_equal(failure_name(FAILURES), "unknown");
}

static int prepare(void **state)
{
	(void)state;
	return panics_prepare(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples_match_their_row),
		cmocka_unit_test(test_near_misses_do_not),
		cmocka_unit_test(test_echoes_are_no_panics),
		cmocka_unit_test(test_rows_keep_to_their_channels),
		cmocka_unit_test(test_golden_logs),
		cmocka_unit_test(test_every_class_has_a_word),
	};

	return cmocka_run_group_tests_name("check/panics", tests, prepare, NULL);
}
