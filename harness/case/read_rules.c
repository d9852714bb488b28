#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/grow.h"
#include "case/read.h"

/* A name or glob of a selector has to fit a value, or the rule would silently be about nothing. */
static int check_fits(
	struct reading *reading, enum axis_id id, const struct node *node, const char *name)
{
	const struct axis *axis = &reading->test_case->axes[id];
	autobuffer struct buffer room = {0}, names = {0};

	for (size_t i = 0; i < axis->count; i++)
		if (glob_match(name, axis->values[i].name))
			return 0;
	for (size_t i = 0; i < axis->count && names.size < 600; i++)
		buffer_printf(&names, "%s%s", i ? ", " : "", axis->values[i].name);
	return fail_at(reading, node->line, "%s \"%s\" fits no value, expected one of: %s",
		axis_name(id), shown(node, &room), names.data);
}

static int read_names(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct selector *selector = place;
	enum axis_id id = axis_parse(field->key);
	size_t count = node->kind == NODE_LIST ? node->count : 1;

	if (node->kind != NODE_TEXT && expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	selector->on[id].names = allocate(count, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;

		if (expect_kind(reading, item, NODE_TEXT, field->key))
			return -1;
		selector->on[id].names[i] = value_name(id, item->text);
		selector->on[id].count++;
		if (check_fits(reading, id, item, selector->on[id].names[i]))
			return -1;
	}
	return 0;
}

int read_selector(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct field fields[AXES + 1] = {0};
	size_t count = 0;

	for (unsigned axis = 0; axis < AXES; axis++)
		if (reading->test_case->axes[axis].declared) {
			fields[count].key = axis_name(axis);
			fields[count++].read = read_names;
		}
	return read_map(reading, node, fields, field->key, place);
}

#define EXCEPTION(member) offsetof(struct exception, member)

static const struct field exception_fields[] = {
	{.key = "when", .read = read_selector, .offset = EXCEPTION(when), .required = true},
	{.key = "why", .read = read_line, .offset = EXCEPTION(why), .required = true}, {0}};

static const char *const exception_keys[] = {"except", "skip", "long"};
static const char *const exception_words[] = {"an exception", "a skip", "a rule for long cells"};

static enum exception_kind exception_kind(const char *key)
{
	enum exception_kind kind = EXCEPT_OUT;

	while (strcmp(key, exception_keys[kind]))
		kind++;
	return kind;
}

int read_exceptions(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		struct exception *exception;

		test_case->exceptions =
			grow(test_case->exceptions, test_case->exception_count, sizeof(*exception));
		exception = &test_case->exceptions[test_case->exception_count++];
		exception->line = node->items[i]->line;
		exception->kind = exception_kind(field->key);
		if (read_map(reading, node->items[i], exception_fields,
			    exception_words[exception->kind], exception))
			return -1;
	}
	return 0;
}

static const char *failure_word(unsigned value)
{
	return value + 1 < FAILURES ? failure_name(value + 1) : NULL;
}

static int read_failure(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	unsigned value;

	if (word_value(reading, node, field->key, failure_word, &value))
		return -1;
	*(enum failure *)place = value + 1;
	return 0;
}

/* One rule, or a list of them: none of the others may be broken. */
static int read_broken_rules(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	size_t count = node->kind == NODE_LIST ? node->count : 1;
	autobuffer struct buffer rules = {0}, room = {0};

	if (node->kind != NODE_TEXT && expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;

		if (expect_kind(reading, item, NODE_TEXT, field->key))
			return -1;
		if (!*item->text || strpbrk(item->text, " \t\n"))
			return fail_at(reading, item->line,
				"rule \"%s\", expected the id of a rule (I5a)", shown(item, &room));
		buffer_printf(&rules, "%s%s", i ? " " : "", item->text);
	}
	set_text(place, buffer_take(&rules));
	return 0;
}

#define FAILURE(member) offsetof(struct expected_failure, member)

static const struct field failure_fields[] = {
	{.key = "when", .read = read_selector, .offset = FAILURE(when)},
	{.key = "class", .read = read_failure, .offset = FAILURE(failure), .required = true},
	{.key = "rule", .read = read_broken_rules, .offset = FAILURE(rules)},
	{.key = "why", .read = read_line, .offset = FAILURE(why), .required = true},
	{.key = "bug", .read = read_line, .offset = FAILURE(bug), .required = true}, {0}};

static int read_expected_failure(
	struct reading *reading, const struct node *node, struct expected_failure *expected)
{
	expected->line = node->line;
	if (read_map(reading, node, failure_fields, "an expected failure", expected))
		return -1;
	if ((expected->failure == FAILURE_LAYOUT) == (expected->rules != NULL))
		return 0;
	return fail_at(reading, node->line, "class %s %s rule, expected %s",
		failure_name(expected->failure), expected->rules ? "with a" : "without",
		expected->rules ? "it with class layout only" : "the rule of the layout (I5)");
}

int read_expected_failures(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		size_t at = test_case->expected_failure_count++;

		test_case->expected_failures = grow(
			test_case->expected_failures, at, sizeof(*test_case->expected_failures));
		if (read_expected_failure(
			    reading, node->items[i], &test_case->expected_failures[at]))
			return -1;
	}
	return 0;
}

#define TRY(member) offsetof(struct second_try, member)

static const struct field try_fields[] = {
	{.key = "when", .read = read_selector, .offset = TRY(when)},
	{.key = "class", .read = read_failure, .offset = TRY(failure), .required = true},
	{.key = "why", .read = read_line, .offset = TRY(why), .required = true},
	{.key = "bug", .read = read_line, .offset = TRY(bug), .required = true}, {0}};

int read_second_tries(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		size_t at = test_case->second_try_count++;

		test_case->second_tries =
			grow(test_case->second_tries, at, sizeof(*test_case->second_tries));
		test_case->second_tries[at].line = node->items[i]->line;
		if (read_map(reading, node->items[i], try_fields, "a retry",
			    &test_case->second_tries[at]))
			return -1;
	}
	return 0;
}
