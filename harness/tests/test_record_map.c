/* The memory map of a cell, read back and drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/map.h"

#include <cmocka.h>

static struct region regions[] = {{0, 0x500, "interrupt vectors, BIOS data", false},
	{0x500, 0x10000, "free", false}, {0x100000, 0x300000, "protected-mode image", true},
	{0x100000, 0x100200, "segment <1>", false}, {0x160000, 0x3e0000, "initrd", true},
	{0xfffc0000, 0x100000000, "reserved (e820 type 2)", false}};

static struct violation violations[] = {
	{.rule = "I6a", .text = (char *)"<&\"' overlap", .start = 0x160000, .end = 0x300000},
	{.rule = "I1", .text = (char *)"a register"}};

static struct layout_verdict verdict(void)
{
	return (struct layout_verdict){.regions = regions,
		.region_count = sizeof(regions) / sizeof(regions[0]),
		.violations = violations,
		.violation_count = 2,
		.rules_checked = 40};
}

/* The value of an XPath expression over the picture, as a number. */
static double number(const struct buffer *picture, const char *expression)
{
	xmlDoc *document = xmlReadMemory(picture->data, (int)picture->size, "map", NULL, 0);
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *value;
	double result;

	assert_non_null(document);
	xmlXPathRegisterNs(
		context, (const xmlChar *)"s", (const xmlChar *)"http://www.w3.org/2000/svg");
	value = xmlXPathEvalExpression((const xmlChar *)expression, context);
	assert_non_null(value);
	result = xmlXPathCastToNumber(value);
	xmlXPathFreeObject(value);
	xmlXPathFreeContext(context);
	xmlFreeDoc(document);
	return result;
}

#define BOX(name) "//s:g[contains(s:title, '" name "')]/s:rect"

static void test_picture(void **state)
{
	autobuffer struct buffer out = {0};
	struct layout_verdict seen = verdict();

	(void)state;
	map_svg(&seen, &out);
	assert_int_equal(number(&out, "count(//s:g[starts-with(@class, 'r ')])"), 6);
	assert_int_equal(number(&out, "count(//s:g[contains(@class, ' bad')])"), 2);
	assert_int_equal(number(&out, "count(//s:g[@class='v'])"), 1);
	assert_int_equal(number(&out, "count(//s:title[starts-with(., 'I6a: <&\"')])"), 1);
	assert_int_equal(
		number(&out, "count(//s:title[. = 'initrd: 0x160000 to 0x3dffff, 2.5 MiB; in "
			     "a violation'])"),
		1);
	/* what overlaps stands side by side, what follows below */
	assert_true(number(&out, BOX("initrd") "/@x") > number(&out, BOX("protected") "/@x"));
	assert_true(number(&out, BOX("initrd") "/@y") > number(&out, BOX("protected") "/@y"));
	assert_true(number(&out, BOX("initrd") "/@y") <
		    number(&out, BOX("protected") "/@y + " BOX("protected") "/@height"));
	assert_true(number(&out, "//s:text[. = 'segment <1>']/@y") >
		    number(&out, "//s:text[. = 'protected-mode image']/@y"));
	/* addresses that nobody has take little room, and say how much */
	assert_int_equal(
		number(&out, "count(//s:text[@class='g' and . = '960 KiB of nothing'])"), 1);
	assert_true(number(&out, "string(/s:svg/@height)") < 500);
	/* the mark lies within the two that overlap */
	assert_true(
		number(&out, "//s:g[@class='v']/s:rect/@y") >= number(&out, BOX("initrd: ") "/@y"));
}

static void test_file(void **state)
{
	autobuffer struct buffer out = {0};
	struct layout_verdict seen = verdict(), nothing = {0};

	(void)state;
	map_svg_file(&seen, &out);
	assert_int_equal(number(&out, "count(/s:svg/s:style)"), 1);
	buffer_clear(&out);
	map_svg_file(&nothing, &out);
	assert_int_equal(number(&out, "count(//s:g)"), 0);
}

/* What the oracle writes is read as it was. */
static void test_round_trip(void **state)
{
	struct layout_verdict seen = verdict();
	autobuffer struct buffer json = {0};
	struct error error;
	struct map map;

	(void)state;
	seen.facts = (char *)"a 1\n";
	layout_json(&seen, &json);
	assert_int_equal(map_read(&json, "x", &map, &error), 0);
	assert_int_equal(map.verdict.region_count, seen.region_count);
	for (size_t i = 0; i < seen.region_count; i++) {
		assert_string_equal(map.verdict.regions[i].name, regions[i].name);
		assert_int_equal(map.verdict.regions[i].start, regions[i].start);
		assert_int_equal(map.verdict.regions[i].end, regions[i].end);
		assert_int_equal(map.verdict.regions[i].wrong, regions[i].wrong);
	}
	assert_int_equal(map.verdict.violation_count, 2);
	assert_string_equal(map.verdict.violations[0].rule, "I6a");
	assert_string_equal(map.verdict.violations[0].text, violations[0].text);
	assert_int_equal(map.verdict.violations[0].start, 0x160000);
	assert_int_equal(map.verdict.violations[0].end, 0x300000);
	assert_int_equal(map.verdict.violations[1].end, 0);
	assert_int_equal(map.verdict.rules_checked, 40);
	map_free(&map);
}

/* No map that a firmware or a file can tell is too strange. */
static void test_strange(void **state)
{
	static const char *const bad[] = {"", "[]", "{}", "{\"rules_checked\":1}",
		"{\"rules_checked\":1,\"violations\":[],\"regions\":[{}]}",
		"{\"rules_checked\":1,\"violations\":[1],\"regions\":[]}"};
	static const char strange[] =
		"{\"rules_checked\":1,\"violations\":[{\"rule\":\"R\",\"text\":\"t\",\"start\":9,"
		"\"end\":2}],\"regions\":[{\"start\":5,\"end\":5,\"name\":\"empty\",\"wrong\":"
		"false},{\"start\":0,\"end\":-1,\"name\":\"all\",\"wrong\":false}]}";
	autobuffer struct buffer json = {0}, out = {0};
	struct error error;
	struct map map;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buffer_clear(&json);
		buffer_add_text(&json, bad[i]);
		assert_int_equal(map_read(&json, "here", &map, &error), -1);
		assert_memory_equal(error.text, "here: ", 6);
	}
	buffer_clear(&json);
	buffer_add_text(&json, strange);
	assert_int_equal(map_read(&json, "x", &map, &error), 0);
	assert_int_equal(map.verdict.region_count, 1);
	map_svg(&map.verdict, &out);
	assert_int_equal(number(&out, "count(//s:g)"), 1);
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_picture),
		cmocka_unit_test(test_file), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_strange)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
