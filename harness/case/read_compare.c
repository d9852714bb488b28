/* The key `compare`: cells that differ on one axis alone, and what may differ in them. */
#include <stddef.h>
#include <string.h>

#include "case/axis.h"
#include "case/grow.h"
#include "case/read.h"

static int read_axis(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	const struct axis *axes = reading->test_case->axes;
	enum axis_id id;

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	id = axis_parse(node->text);
	if (id == AXES || !axes[id].declared || axes[id].count != 2)
		return fail_at(reading, node->line,
			"compare: axis \"%s\", expected an axis of this case with two values",
			node->text);
	*(enum axis_id *)place = id;
	return 0;
}

#define LAWFUL(member) offsetof(struct lawful_difference, member)

static const struct field lawful_fields[] = {
	{.key = "when", .read = read_selector, .offset = LAWFUL(when)},
	{.key = "fact", .read = read_line, .offset = LAWFUL(fact), .required = true},
	{.key = "why", .read = read_line, .offset = LAWFUL(why), .required = true}, {0}};

static int read_lawful(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct pairing *comparison = place;

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		size_t at = comparison->lawful_count++;

		comparison->lawful = grow(comparison->lawful, at, sizeof(*comparison->lawful));
		if (read_map(reading, node->items[i], lawful_fields, "a lawful difference",
			    &comparison->lawful[at]))
			return -1;
		if (comparison->lawful[at].when.on[comparison->axis].count)
			return fail_at(reading, node->items[i]->line,
				"when: %s, expected another axis than the one that is compared",
				axis_name(comparison->axis));
	}
	return 0;
}

static const char *facts_word(unsigned value)
{
	static const char *const words[] = {[PAIR_LAYOUT] = "layout", [PAIR_REPORT] = "report"};

	return value <= PAIR_REPORT ? words[value] : NULL;
}

static const struct field comparison_fields[] = {{.key = "axis",
							 .read = read_axis,
							 .offset = offsetof(struct pairing, axis),
							 .required = true},
	{.key = "facts",
		.read = read_word,
		.offset = offsetof(struct pairing, facts),
		.word_of = facts_word},
	{.key = "lawful", .read = read_lawful}, {0}};

/* Only whole pairs of boots that ran through can be compared. */
static int check_comparison(struct reading *reading, int line)
{
	const struct test_case *test_case = reading->test_case;

	if (test_case->pick != PICK_ALL)
		return fail_at(reading, line, "compare beside pick, expected pick: all");
	if (test_case->layout == LAYOUT_OFF && test_case->comparison.facts == PAIR_LAYOUT)
		return fail_at(reading, line,
			"compare without layout, expected layout: entry or "
			"full, or facts: report");
	if (test_case->expected_failure_count)
		return fail_at(reading, line,
			"compare beside expect_fail, expected a case of its own for that");
	return 0;
}

int read_comparison(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct test_case *test_case = place;

	test_case->comparison.line = node->line;
	if (read_map(reading, node, comparison_fields, field->key, &test_case->comparison))
		return -1;
	return check_comparison(reading, node->line);
}
