/* The page of HTML: nothing raw of whatever a guest or a file says, and all that it is to hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "record/assets.h"
#include "record/html.h"
#include "record/html_text.h"
#include "tests/sample.h"

#include <cmocka.h>

#define HOSTILE                                                                                    \
	"</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\"'&amp; ]]> \x1b[2J "  \
	"\xff\xed\xa0\x80\xe2\x80\xa8\x01"

static void equal(struct buffer *out, const char *wanted)
{
	assert_string_equal(out->data, wanted);
	buffer_clear(out);
}

static void test_markup(void **state)
{
	autobuffer struct buffer out = {0};

	(void)state;
	add_markup(&out, "a<b>&\"c'\x1b\xff \xc3\xbc");
	equal(&out, "a&lt;b&gt;&amp;&quot;c&#39;\\x1b\\xff \xc3\xbc");
	add_markup(&out, NULL);
	assert_int_equal(out.size, 0);
	add_url_path(&out, "cells/a b<\"'>?#%:\xff-._~");
	equal(&out, "cells/a%20b%3C%22%27%3E%3F%23%25%3A%FF-._~");
}

static void test_json_text(void **state)
{
	autobuffer struct buffer out = {0};
	json_t *value;

	(void)state;
	add_json_text(&out, HOSTILE);
	assert_null(strpbrk(out.data, "<>&\n"));
	value = json_loads(out.data, JSON_DECODE_ANY, NULL);
	assert_string_equal(json_string_value(value),
		"</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\"'&amp; ]]> "
		"\\x1b[2J \\xff\\xed\\xa0\\x80\\xe2\\x80\\xa8\\x01");
	json_decref(value);
	buffer_clear(&out);
	add_json_lines(&out, "one\r\ntwo\rthree\n\nfour", 20);
	equal(&out, "\"one\\ntwo\\\\x0dthree\\n\\nfour\"");
}

static void test_inside(void **state)
{
	static const char *const out[] = {
		"", "/", "/etc", "..", "../x", "cells/..", "cells/../../x"};
	static const char *const in[] = {"cells", "cells/a", "cells/..a", "...", "a..b/c"};

	(void)state;
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		assert_false(is_inside(out[i]));
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		assert_true(is_inside(in[i]));
}

/* How often a text stands in another. */
static unsigned count_of(const char *text, const char *wanted)
{
	unsigned count = 0;

	for (; (text = strstr(text, wanted)); text += strlen(wanted))
		count++;
	return count;
}

/* What stands in the element that begins with @start, as JSON. */
static json_t *block(const struct buffer *page, const char *start)
{
	const char *from = strstr(page->data, start);
	const char *end = from ? strstr(from, "</script>") : NULL;
	json_error_t problem;
	json_t *value;

	if (!from || !end)
		fail_msg("no %s", start);
	from += strlen(start);
	value = json_loadb(from, (size_t)(end - from), 0, &problem);
	if (!value)
		fail_msg("%s: %s", start, problem.text);
	return value;
}

static json_t *data_of(const struct buffer *page)
{
	return block(page, "<script type=\"application/json\" id=\"data\">");
}

static const char *text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Nothing in the journal is worth trust, its folders and axes included. */
static void fill_hostile(struct journal *journal)
{
	struct result *result;

	*journal = (struct journal){.complete = true};
	journal->facts.command = copy_text("dkboot run " HOSTILE);
	result = sample_add(journal,
		"gate:memory=64m,"
		"kernel=" HOSTILE,
		OUTCOME_FAIL);
	sample_fail(result, FAILURE_PANIC, HOSTILE);
	sample_attempt(result, OUTCOME_FAIL, FAILURE_HANG, HOSTILE);
	sample_attempt(result, OUTCOME_FAIL, FAILURE_PANIC, HOSTILE);
	result->rules = copy_text(HOSTILE);
	result->folder = copy_text("cells/" HOSTILE);
	result = sample_add(journal, HOSTILE ":memory=64m", OUTCOME_SKIP);
	result->why = copy_text(HOSTILE);
	result->bug = copy_text(HOSTILE);
	result->folder = copy_text("/etc");
}

static void test_hostile(void **state)
{
	autobuffer struct buffer page = {0}, clean = {0};
	struct html_source source = {.folder = HOSTILE, .links = (char *)"../javascript:x/"};
	struct journal journal, empty = {.complete = true};
	json_t *data, *cell;

	(void)state;
	fill_hostile(&journal);
	report_html(&journal, &source, &page);
	report_html(&empty, &(struct html_source){.folder = "x"}, &clean);
	assert_int_equal(count_of(page.data, "<script"), count_of(clean.data, "<script"));
	assert_int_equal(count_of(page.data, "</script"), count_of(clean.data, "</script"));
	assert_null(strstr(page.data, "<img"));
	assert_null(strstr(page.data, "\x1b"));
	assert_null(strstr(page.data, "\xff"));
	data = data_of(&page);
	assert_string_equal(text_of(data, "links"), "../javascript%3Ax/");
	cell = json_array_get(json_object_get(data, "cells"), 1);
	assert_null(json_object_get(cell, "folder"));
	assert_string_equal(text_of(cell, "verdict"), "skip");
	json_decref(data);
	journal_free(&journal);
}

/* Axes are told beside an id only where the id does not tell them. */
static void test_place(void **state)
{
	autobuffer struct buffer page = {0};
	struct journal journal = {.complete = true};
	struct html_source source = {.folder = "r"};
	json_t *data, *cells;

	(void)state;
	sample_add(&journal, "gate:memory=64m,kernel=a", OUTCOME_PASS);
	free(sample_add(&journal, "gate:memory=64m", OUTCOME_PASS)->at[0].value);
	journal.results[1].at[0].value = copy_text("65m");
	sample_add(&journal, "gate", OUTCOME_PASS);
	report_html(&journal, &source, &page);
	data = data_of(&page);
	cells = json_object_get(data, "cells");
	assert_null(json_object_get(json_array_get(cells, 0), "at"));
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_array_get(cells, 1), "at"), 1)),
		"65m");
	assert_null(json_object_get(json_array_get(cells, 2), "at"));
	json_decref(data);
	journal_free(&journal);
}

static void write_text(const char *folder, const char *name, const char *text, size_t size)
{
	autofree char *path = format_text("%s/%s", folder, name);

	assert_int_equal(file_write(path, text, size, NULL), 0);
}

/* A folder with a log that is too long, a script, a map, and what is not to be read. */
static char *fill_folder(struct journal *journal)
{
	static const char map[] =
		"{\"rules_checked\":40,\"violations\":[{\"rule\":\"I5<d>\",\"text\":\"<img>\","
		"\"start\":4096,\"end\":4100}],\"regions\":[{\"start\":0,\"end\":8192,\"name\":"
		"\"initrd</svg>\",\"wrong\":true}]}";
	char *run =
		format_text("%s/test-html-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	autofree char *cell = NULL, *pipe = NULL;
	autobuffer struct buffer log = {0};

	assert_non_null(mkdtemp(run));
	cell = format_text("%s/cells/a", run);
	pipe = format_text("%s/host.log", cell);
	assert_int_equal(folder_make(cell, NULL), 0);
	buffer_add_text(&log, "[  0.000001] first " HOSTILE "\n");
	buffer_fill(&log, 'x', 2 * HTML_PIECE_LIMIT);
	buffer_add_text(&log, "\n[  9.000001] last");
	write_text(cell, "serial.timed", log.data, log.size);
	write_text(cell, "serial.log", "raw", 3);
	write_text(cell, "repro.sh", "#!/bin/sh\nexec true", 19);
	write_text(cell, "layout.json", map, strlen(map));
	assert_int_equal(mkfifo(pipe, 0600), 0);
	sample_add(journal, "gate:memory=1m", OUTCOME_FAIL)->folder = copy_text("cells/a");
	sample_add(journal, "gate:memory=2m", OUTCOME_PASS)->folder = copy_text("cells/a");
	sample_add(journal, "gate:memory=3m", OUTCOME_FAIL)->folder = copy_text("cells/../cells/a");
	journal->complete = true;
	return run;
}

static void test_details(void **state)
{
	struct journal journal = {0};
	autofree char *run = fill_folder(&journal);
	autobuffer struct buffer page = {0};
	struct html_source source = {.folder = run};
	json_t *details, *log;

	(void)state;
	report_html(&journal, &source, &page);
	assert_null(strstr(page.data, "id=\"d1\""));
	assert_null(strstr(page.data, "id=\"d2\""));
	details = block(&page, "<script type=\"application/json\" id=\"d0\">");
	assert_int_equal(json_array_size(json_object_get(details, "logs")), 1);
	log = json_array_get(json_object_get(details, "logs"), 0);
	assert_string_equal(text_of(log, "name"), "serial.timed");
	assert_non_null(strstr(text_of(log, "text"), "first </script>"));
	assert_non_null(strstr(text_of(log, "tail"), "last"));
	assert_true(json_integer_value(json_object_get(log, "left")) > 0);
	assert_true(strlen(text_of(log, "text")) + strlen(text_of(log, "tail")) <
		    HTML_PIECE_LIMIT + 256);
	assert_non_null(strstr(text_of(details, "script"), "exec true"));
	json_decref(details);
	assert_non_null(strstr(page.data, "<template id=\"m0\"><svg"));
	assert_non_null(strstr(page.data, "initrd&lt;/svg&gt;"));
	assert_non_null(strstr(page.data, "I5&lt;d&gt;: &lt;img&gt;"));
	assert_int_equal(folder_remove(run, NULL), 0);
	journal_free(&journal);
}

/* What does not fit any more is told by links alone; red cells come first. */
static void test_too_large(void **state)
{
	struct journal journal = {0};
	autofree char *run = fill_folder(&journal);
	autobuffer struct buffer page = {0};
	struct html_source source = {.folder = run};
	char id[40];

	(void)state;
	sample_add(&journal, "gate:memory=0m", OUTCOME_XFAIL)->folder = copy_text("cells/a");
	for (int i = 0; i < 400; i++) {
		snprintf(id, sizeof(id), "gate:memory=%dm", i + 10);
		sample_add(&journal, id, OUTCOME_FAIL)->folder = copy_text("cells/a");
	}
	report_html(&journal, &source, &page);
	assert_true(page.size > HTML_PAGE_LIMIT / 2 && page.size < HTML_PAGE_LIMIT + (1u << 20));
	assert_non_null(strstr(page.data, "id=\"d4\""));
	assert_null(strstr(page.data, "id=\"d3\""));
	assert_null(strstr(page.data, "id=\"d403\""));
	assert_int_equal(folder_remove(run, NULL), 0);
	journal_free(&journal);
}

/* The script must not end itself, and the policy must know it. */
static void test_assets(void **state)
{
	(void)state;
	for (int i = 0; i < ASSETS; i++) {
		assert_true(strlen(asset_text((enum asset)i)) > 500);
		assert_null(strstr(asset_text((enum asset)i), "</"));
	}
	assert_null(strstr(asset_text(ASSET_SCRIPT), "innerHTML"));
	assert_null(strstr(asset_text(ASSET_SCRIPT), "http"));
	assert_null(strstr(asset_text(ASSET_STYLE), "http"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_markup),
		cmocka_unit_test(test_json_text), cmocka_unit_test(test_inside),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_place),
		cmocka_unit_test(test_details), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_assets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
