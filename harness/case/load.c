#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/grow.h"
#include "case/read.h"

#define CASE(member)   offsetof(struct test_case, member)
#define LIMIT_MS       30000
#define QUIET_MS       5000
#define PICK_LIMIT     1000000
#define CASE_EXTENSION ".yaml"

static int read_tags(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	test_case->tags = allocate(node->count, sizeof(*test_case->tags));
	for (size_t i = 0; i < node->count; i++) {
		if (expect_kind(reading, node->items[i], NODE_TEXT, "a tag") ||
			check_name(reading, node->items[i]->line, node->items[i]->text))
			return -1;
		test_case->tags[test_case->tag_count++] = copy_text(node->items[i]->text);
	}
	return 0;
}

static const char *pick_word(unsigned value)
{
	static const char *const words[] = {[PICK_ALL] = "all", [PICK_PAIRWISE] = "pairwise"};

	return value <= PICK_PAIRWISE ? words[value] : NULL;
}

static const struct field sample_fields[] = {{.key = "sample",
						     .read = read_number,
						     .offset = CASE(sample),
						     .required = true,
						     .low = 1,
						     .high = PICK_LIMIT},
	{.key = "seed", .read = read_number, .offset = CASE(seed), .high = UINT64_MAX}, {0}};

static int read_pick(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;
	unsigned value;

	if (node->kind == NODE_MAP) {
		test_case->pick = PICK_SAMPLE;
		return read_map(reading, node, sample_fields, field->key, test_case);
	}
	if (word_value(reading, node, "pick (a word, or {sample: N})", pick_word, &value))
		return -1;
	test_case->pick = value;
	return 0;
}

static const char *layout_word(unsigned value)
{
	static const char *const words[] = {
		[LAYOUT_OFF] = "off", [LAYOUT_ENTRY] = "entry", [LAYOUT_FULL] = "full"};

	return value <= LAYOUT_FULL ? words[value] : NULL;
}

/* Axes come before the rules that select on them. */
static const struct field case_fields[] = {
	{.key = "about", .read = read_line, .offset = CASE(about), .required = true},
	{.key = "tags", .read = read_tags},
	{.key = "axes", .read = read_axes, .offset = CASE(axes), .required = true},
	{.key = "pick", .read = read_pick}, {.key = "except", .read = read_exceptions},
	{.key = "skip", .read = read_exceptions}, {.key = "long", .read = read_exceptions},
	{.key = "expect_fail", .read = read_expected_failures},
	{.key = "retry", .read = read_second_tries}, {.key = "expect", .read = read_expectations},
	{.key = "unordered", .read = read_expectations},
	{.key = "forbid", .read = read_expectations}, {.key = "end", .read = read_endings},
	{.key = "limit", .read = read_duration, .offset = CASE(limit_ms)},
	{.key = "quiet", .read = read_duration, .offset = CASE(quiet_ms)},
	{.key = "layout", .read = read_word, .offset = CASE(layout), .word_of = layout_word},
	{.key = "compare", .read = read_comparison}, {0}};

/* The stem of the file's name, which is the case's name. */
static char *stem_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *stem = copy_text(slash ? slash + 1 : path);
	size_t length = strlen(stem), extension = strlen(CASE_EXTENSION);

	if (length > extension && !strcmp(stem + length - extension, CASE_EXTENSION))
		stem[length - extension] = '\0';
	return stem;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? format_text("%.*s", (int)(slash + 1 - path), path) : copy_text("");
}

static struct test_case *case_new(const char *name)
{
	struct test_case *test_case = allocate(1, sizeof(*test_case));

	test_case->name = copy_text(name);
	test_case->limit_ms = LIMIT_MS;
	test_case->quiet_ms = QUIET_MS;
	test_case->seed = 1;
	return test_case;
}

struct test_case *case_load(const char *path, struct error *error)
{
	autofree char *stem = stem_of(path), *folder = folder_of(path);
	struct document document;
	struct reading reading = {.file = path, .folder = folder, .error = error};
	int result;

	if (document_read(path, &document, error))
		return NULL;
	reading.test_case = case_new(stem);
	reading.test_case->file = copy_text(path);
	result = check_name(&reading, 1, stem);
	if (!result)
		result =
			read_map(&reading, document.root, case_fields, "a case", reading.test_case);
	document_free(&document);
	if (!result)
		return reading.test_case;
	case_free(reading.test_case);
	return NULL;
}

struct test_case *case_blank(const char *name)
{
	struct test_case *test_case = case_new(name);

	axes_complete(test_case);
	test_case->about = copy_text("named on the command line");
	test_case->endings = allocate(1, sizeof(*test_case->endings));
	test_case->endings->ending = END_NONE;
	test_case->ending_count = 1;
	return test_case;
}

static void selector_free(struct selector *selector)
{
	for (unsigned axis = 0; axis < AXES; axis++) {
		for (size_t i = 0; i < selector->on[axis].count; i++)
			free(selector->on[axis].names[i]);
		free(selector->on[axis].names);
	}
}

static void expectation_free(struct case_expectation *expectation)
{
	selector_free(&expectation->when);
	free(expectation->expect.pattern);
	for (size_t i = 0; i < expectation->expect.equals_count; i++) {
		free(expectation->expect.equals[i].capture);
		free(expectation->expect.equals[i].expected);
	}
	free(expectation->expect.equals);
}

static void rules_free(struct test_case *test_case)
{
	for (size_t i = 0; i < test_case->exception_count; i++) {
		selector_free(&test_case->exceptions[i].when);
		free(test_case->exceptions[i].why);
	}
	for (size_t i = 0; i < test_case->expected_failure_count; i++) {
		selector_free(&test_case->expected_failures[i].when);
		free(test_case->expected_failures[i].rules);
		free(test_case->expected_failures[i].why);
		free(test_case->expected_failures[i].bug);
	}
	for (size_t i = 0; i < test_case->second_try_count; i++) {
		selector_free(&test_case->second_tries[i].when);
		free(test_case->second_tries[i].why);
		free(test_case->second_tries[i].bug);
	}
	for (size_t i = 0; i < test_case->expectation_count; i++)
		expectation_free(&test_case->expectations[i]);
	for (size_t i = 0; i < test_case->ending_count; i++) {
		selector_free(&test_case->endings[i].when);
		free(test_case->endings[i].refusal);
	}
	for (size_t i = 0; i < test_case->comparison.lawful_count; i++) {
		selector_free(&test_case->comparison.lawful[i].when);
		free(test_case->comparison.lawful[i].fact);
		free(test_case->comparison.lawful[i].why);
	}
	free(test_case->comparison.lawful);
	free(test_case->exceptions);
	free(test_case->expected_failures);
	free(test_case->second_tries);
	free(test_case->expectations);
	free(test_case->endings);
}

void case_free(struct test_case *test_case)
{
	if (!test_case)
		return;
	rules_free(test_case);
	for (unsigned axis = 0; axis < AXES; axis++) {
		for (size_t i = 0; i < test_case->axes[axis].count; i++)
			value_free(&test_case->axes[axis].values[i]);
		free(test_case->axes[axis].values);
	}
	for (size_t i = 0; i < test_case->tag_count; i++)
		free(test_case->tags[i]);
	free(test_case->tags);
	free(test_case->file);
	free(test_case->name);
	free(test_case->about);
	free(test_case);
}
