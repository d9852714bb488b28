#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/grow.h"
#include "case/pattern.h"
#include "case/read.h"

#define EXPECT(member) offsetof(struct case_expectation, member)

/* The keys serial, debug, pv and emulator: a pattern, and by its key the channel. */
static int read_pattern(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct expectation *expect = place;

	if (expect->pattern)
		return fail_at(reading, node->line, "%s beside %s, expected one channel here",
			field->key, channel_name(expect->channel));
	if (read_line(reading, field, node, &expect->pattern))
		return -1;
	while (strcmp(channel_name(expect->channel), field->key) != 0)
		expect->channel++;
	return 0;
}

static int read_equals(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct expectation *expect = place;
	const struct field item = {.key = "a value to compare with"};
	struct error reason;

	if (expect_kind(reading, node, NODE_MAP, field->key))
		return -1;
	expect->equals = allocate(node->count, sizeof(*expect->equals));
	expect->equals_count = node->count;
	for (size_t i = 0; i < node->count; i++) {
		expect->equals[i].capture = copy_text(node->keys[i]->text);
		if (read_text(reading, &item, node->items[i], &expect->equals[i].expected))
			return -1;
		if (variables_check(expect->equals[i].expected, &reason))
			return fail_at(reading, node->items[i]->line, "equals: %s", reason.text);
	}
	return 0;
}

#define CHANNEL_FIELDS                                                                             \
	{.key = "when", .read = read_selector, .offset = EXPECT(when)},                            \
		{.key = "serial", .read = read_pattern, .offset = EXPECT(expect)},                 \
		{.key = "debug", .read = read_pattern, .offset = EXPECT(expect)},                  \
		{.key = "pv", .read = read_pattern, .offset = EXPECT(expect)},                     \
	{                                                                                          \
		.key = "emulator", .read = read_pattern, .offset = EXPECT(expect)                  \
	}

static const struct field forbid_fields[] = {CHANNEL_FIELDS, {0}};

static const struct field expect_fields[] = {CHANNEL_FIELDS,
	{.key = "within", .read = read_duration, .offset = EXPECT(expect.within_ms)},
	{.key = "prompt", .read = read_yes, .offset = EXPECT(expect.prompt)},
	{.key = "equals", .read = read_equals, .offset = EXPECT(expect)}, {0}};

static int check_pattern(
	struct reading *reading, const struct node *node, const struct expectation *expect)
{
	autofree const char **groups = allocate(expect->equals_count, sizeof(*groups));
	const char *channel = channel_name(expect->channel);
	struct error reason;

	for (size_t i = 0; i < expect->equals_count; i++)
		groups[i] = expect->equals[i].capture;
	if (pattern_check(expect->pattern, groups, expect->equals_count, &reason))
		return fail_at(reading, node_get(node, channel)->line, "%s: the pattern: %s",
			channel, reason.text);
	return 0;
}

static int read_expectation(struct reading *reading, enum expect_kind kind, const struct node *node,
	struct case_expectation *out)
{
	out->expect.kind = kind;
	out->expect.line = node->line;
	if (read_map(reading, node, kind == EXPECT_FORBIDDEN ? forbid_fields : expect_fields,
		    "an expectation", out))
		return -1;
	if (!out->expect.pattern)
		return fail_at(reading, node->line,
			"an expectation without a pattern, expected one of: serial, debug, pv, "
			"emulator");
	return check_pattern(reading, node, &out->expect);
}

static enum expect_kind kind_of(const char *key)
{
	if (!strcmp(key, "unordered"))
		return EXPECT_UNORDERED;
	return strcmp(key, "forbid") ? EXPECT_ORDERED : EXPECT_FORBIDDEN;
}

int read_expectations(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		size_t at = test_case->expectation_count++;

		test_case->expectations =
			grow(test_case->expectations, at, sizeof(*test_case->expectations));
		if (read_expectation(reading, kind_of(field->key), node->items[i],
			    &test_case->expectations[at]))
			return -1;
	}
	return 0;
}

static const char *ending_word(unsigned value)
{
	static const char *const words[] = {[END_POWEROFF] = "poweroff",
		[END_NONE] = "none",
		[END_REFUSED] = "refused",
		[END_RESET] = "reset",
		[END_HALT] = "halt"};

	return value <= END_HALT ? words[value] : NULL;
}

static int read_how(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	unsigned value;

	if (word_value(reading, node, field->key, ending_word, &value))
		return -1;
	*(enum ending *)place = value;
	return 0;
}

#define ENDING(member) offsetof(struct case_ending, member)

static const struct field ending_fields[] = {
	{.key = "when", .read = read_selector, .offset = ENDING(when)},
	{.key = "how", .read = read_how, .offset = ENDING(ending), .required = true},
	{.key = "refusal", .read = read_line, .offset = ENDING(refusal)}, {0}};

static int check_refusal(
	struct reading *reading, const struct node *node, const struct case_ending *ending)
{
	struct error reason;

	if ((ending->ending == END_REFUSED) != (ending->refusal != NULL))
		return fail_at(reading, node->line, "how: %s %s, expected %s",
			ending_word(ending->ending),
			ending->refusal ? "with refusal" : "without refusal",
			ending->refusal ? "it with how: refused only"
					: "refusal: a pattern for the words of the refusal");
	if (ending->refusal && strstr(ending->refusal, "${"))
		return fail_at(reading, node_get(node, "refusal")->line,
			"refusal: a variable, expected a pattern without");
	if (ending->refusal && pattern_check(ending->refusal, NULL, 0, &reason))
		return fail_at(reading, node_get(node, "refusal")->line, "refusal: the pattern: %s",
			reason.text);
	return 0;
}

static bool fits_everything(const struct selector *selector)
{
	for (unsigned axis = 0; axis < AXES; axis++)
		if (selector->on[axis].count)
			return false;
	return true;
}

static int read_ending(struct reading *reading, const struct node *node)
{
	struct test_case *test_case = reading->test_case;
	size_t at = test_case->ending_count++;
	static const struct field how = {.key = "end"};
	struct case_ending *ending;

	test_case->endings = grow(test_case->endings, at, sizeof(*test_case->endings));
	ending = &test_case->endings[at];
	ending->line = node->line;
	if (at && fits_everything(&ending[-1].when))
		return fail_at(reading, node->line,
			"an ending behind one for every cell (line %d), expected it to be the last",
			ending[-1].line);
	if (node->kind == NODE_TEXT)
		return read_how(reading, &how, node, &ending->ending) ||
				       check_refusal(reading, node, ending)
			       ? -1
			       : 0;
	return read_map(reading, node, ending_fields, "an ending", ending) ||
			       check_refusal(reading, node, ending)
		       ? -1
		       : 0;
}

int read_endings(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	(void)place;
	if (node->kind != NODE_LIST)
		return read_ending(reading, node);
	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++)
		if (read_ending(reading, node->items[i]))
			return -1;
	return 0;
}
