#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/grow.h"
#include "case/read.h"

#define VALUE(member) offsetof(struct value, member)

int read_path(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (!*node->text)
		return fail_at(reading, node->line, "%s is empty, expected a path", field->key);
	set_text(place, *node->text == '/' ? copy_text(node->text)
					   : format_text("%s%s", reading->folder, node->text));
	return 0;
}

int check_one_of(
	struct reading *reading, const struct node *map, const char *what, const char *const *keys)
{
	autobuffer struct buffer expected = {0};
	unsigned given = 0;

	for (size_t i = 0; keys[i]; i++) {
		given += node_get(map, keys[i]) != NULL;
		buffer_printf(&expected, "%s%s", i ? ", " : "", keys[i]);
	}
	if (given == 1)
		return 0;
	return fail_at(reading, map->line, "%s with %s, expected exactly one of: %s", what,
		given ? "too much" : "too little", expected.data);
}

static const char *word_at(const void *words, size_t index)
{
	return ((const char *const *)words)[index];
}

static const struct field text_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "text", .read = read_line, .offset = VALUE(text), .required = true}, {0}};

static const struct field file_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "file", .read = read_path, .offset = VALUE(text), .required = true}, {0}};

static int read_text_value(struct reading *reading, const struct axis_rule *rule,
	const struct node *node, struct value *value)
{
	if (node->kind == NODE_MAP && (rule->file || !rule->words))
		return read_map(
			reading, node, rule->file ? file_fields : text_fields, "a value", value);
	if (expect_kind(reading, node, NODE_TEXT, rule->name))
		return -1;
	for (size_t i = 0; rule->words; i++) {
		if (!rule->words[i])
			return fail_choice(reading, node, rule->name, word_at, rule->words);
		if (!strcmp(rule->words[i], node->text))
			break;
	}
	value->name = copy_text(node->text);
	value->text = copy_text(node->text);
	return 0;
}

static int read_number_value(
	struct reading *reading, enum axis_id axis, const struct node *node, struct value *value)
{
	const struct axis_rule *rule = axis_rule(axis);
	const struct field field = {.key = rule->name, .low = rule->low, .high = rule->high};
	field_reader *read = rule->kind == KIND_SIZE ? read_size : read_number;

	if (read(reading, &field, node, &value->number))
		return -1;
	value->name = rule->kind == KIND_SIZE
			      ? value_name(axis, node->text)
			      : format_text("%llu", (unsigned long long)value->number);
	return 0;
}

static int read_arguments(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct value *value = place;
	const struct field item = {.key = "an argument"};

	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	value->list = allocate(node->count, sizeof(*value->list));
	for (; value->list_count < node->count; value->list_count++)
		if (read_text(reading, &item, node->items[value->list_count],
			    &value->list[value->list_count]))
			return -1;
	return 0;
}

static const struct field device_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "args", .read = read_arguments, .required = true}, {0}};

static int read_devices(struct reading *reading, const struct node *node, struct value *value)
{
	autobuffer struct buffer room = {0};

	if (node->kind != NODE_TEXT)
		return read_map(reading, node, device_fields, "a value of devices", value);
	if (strcmp(node->text, "none") != 0)
		return fail_at(reading, node->line,
			"devices \"%s\", expected none or {name: …, args: [\"-vga\", \"std\"]}",
			shown(node, &room));
	value->name = copy_text("none");
	return 0;
}

static int read_value(
	struct reading *reading, enum axis_id axis, const struct node *node, struct value *value)
{
	const struct axis_rule *rule = axis_rule(axis);

	value->line = node->line;
	switch (rule->kind) {
	case KIND_TEXT:
		return read_text_value(reading, rule, node, value);
	case KIND_NUMBER:
	case KIND_SIZE:
		return read_number_value(reading, axis, node, value);
	case KIND_DEVICES:
		return read_devices(reading, node, value);
	case KIND_KERNEL:
		return read_kernel(reading, node, value);
	case KIND_INITRD:
		return read_initrd(reading, node, value);
	case KIND_CMDLINE:
		return read_cmdline(reading, node, value);
	}
	return -1;
}

static int check_value(struct reading *reading, const struct axis *axis, const char *key)
{
	const struct value *last = &axis->values[axis->count - 1];

	if (check_name(reading, last->line, last->name))
		return -1;
	for (size_t i = 0; i + 1 < axis->count; i++)
		if (!strcmp(axis->values[i].name, last->name))
			return fail_at(reading, last->line,
				"%s: value \"%s\" again, expected once (it is in line %d)", key,
				last->name, axis->values[i].line);
	return 0;
}

/* `malformed: 100` is a hundred kernels, NAME-0 to NAME-99. */
static int spread_malformed(struct reading *reading, struct axis *axis)
{
	struct value *last = &axis->values[axis->count - 1];
	const struct value all = *last;

	if (all.kernel.kind != KERNEL_MALFORMED)
		return 0;
	for (uint64_t i = 0; i < all.kernel.malformed.number; i++) {
		if (i) {
			axis->values = grow(axis->values, axis->count, sizeof(*axis->values));
			last = &axis->values[axis->count++];
			*last = all;
		}
		last->name = format_text("%s-%llu", all.name, (unsigned long long)i);
		last->kernel.malformed.number = i;
		if (check_value(reading, axis, "kernel")) {
			free(all.name);
			return -1;
		}
	}
	free(all.name);
	return 0;
}

static int read_axis(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	enum axis_id id = axis_parse(field->key);
	struct axis *axis = place;

	axis->declared = true;
	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	for (size_t i = 0; i < node->count; i++) {
		axis->values = grow(axis->values, axis->count, sizeof(*axis->values));
		axis->count++;
		if (read_value(reading, id, node->items[i], &axis->values[axis->count - 1]) ||
			check_value(reading, axis, field->key) || spread_malformed(reading, axis))
			return -1;
	}
	return 0;
}

int read_axes(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct field fields[AXES + 1] = {0};

	for (unsigned axis = 0; axis < AXES; axis++) {
		fields[axis].key = axis_name(axis);
		fields[axis].read = read_axis;
		fields[axis].offset = axis * sizeof(struct axis);
		fields[axis].required = !axis_rule(axis)->usual;
	}
	if (read_map(reading, node, fields, field->key, place))
		return -1;
	axes_complete(reading->test_case);
	return 0;
}
