#include "case/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define NAME_LIMIT  24
#define TYPO_LIMIT  32 /* longer words get no suggestion */
#define TYPO_EDITS  2
#define SHOWN_LIMIT 60

int fail_at(struct reading *reading, int line, const char *format, ...)
{
	char text[1600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fail(reading->error, "%s:%d: %s", reading->file, line, text);
}

const char *shown(const struct node *node, struct buffer *room)
{
	buffer_clear(room);
	if (node->kind == NODE_TEXT)
		add_printable(room, node->text, strlen(node->text), SHOWN_LIMIT);
	else
		buffer_add_text(room, node_kind_name(node));
	return room->data ? room->data : "";
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Edits between two words: insert, delete, replace, swap neighbours (optimal string alignment). */
static unsigned edits(const char *a, const char *b)
{
	size_t rows = strlen(a), columns = strlen(b);
	unsigned table[TYPO_LIMIT + 1][TYPO_LIMIT + 1];

	for (size_t i = 0; i <= rows; i++)
		table[i][0] = (unsigned)i;
	for (size_t j = 0; j <= columns; j++)
		table[0][j] = (unsigned)j;
	for (size_t i = 1; i <= rows; i++)
		for (size_t j = 1; j <= columns; j++) {
			unsigned other = a[i - 1] != b[j - 1];

			table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1,
				table[i - 1][j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				table[i][j] =
					least(table[i][j], table[i - 2][j - 2] + 1, table[i][j]);
		}
	return table[rows][columns];
}

const char *closest(const char *word, const char *(*word_at)(const void *words, size_t index),
	const void *words)
{
	unsigned best = TYPO_EDITS + 1;
	const char *found = NULL;
	size_t length = strlen(word);

	for (size_t i = 0; length <= TYPO_LIMIT && word_at(words, i); i++) {
		const char *candidate = word_at(words, i);
		unsigned distance;

		if (strlen(candidate) > TYPO_LIMIT)
			continue;
		distance = edits(word, candidate);
		if (distance < best && 3 * distance <= strlen(candidate)) {
			best = distance;
			found = candidate;
		}
	}
	return found;
}

/* The end of a message about a word that is none of those expected. */
static void add_expected(struct buffer *text, const char *word,
	const char *(*word_at)(const void *words, size_t index), const void *words)
{
	const char *meant = closest(word, word_at, words);

	if (meant)
		buffer_printf(text, ", did you mean \"%s\"?", meant);
	buffer_add_text(text, meant ? " Expected one of: " : ", expected one of: ");
	for (size_t i = 0; word_at(words, i); i++)
		buffer_printf(text, "%s%s", i ? ", " : "", word_at(words, i));
}

int fail_choice(struct reading *reading, const struct node *node, const char *what,
	const char *(*word_at)(const void *words, size_t index), const void *words)
{
	autobuffer struct buffer word = {0}, expected = {0};

	add_expected(&expected, node->text, word_at, words);
	return fail_at(reading, node->line, "%s \"%s\"%s", what, shown(node, &word), expected.data);
}

static const char *key_at(const void *fields, size_t index)
{
	return ((const struct field *)fields)[index].key;
}

static const struct field *field_of(const struct field *fields, const char *key)
{
	for (; fields->key; fields++)
		if (!strcmp(fields->key, key))
			return fields;
	return NULL;
}

static int check_keys(struct reading *reading, const struct node *map, const struct field *fields)
{
	for (size_t i = 0; i < map->count; i++)
		if (!field_of(fields, map->keys[i]->text))
			return fail_choice(reading, map->keys[i], "unknown key", key_at, fields);
	return 0;
}

int expect_kind(
	struct reading *reading, const struct node *node, enum node_kind kind, const char *what)
{
	static const char *const wanted[] = {
		[NODE_TEXT] = "text", [NODE_LIST] = "a list", [NODE_MAP] = "a map of keys"};
	autobuffer struct buffer room = {0};

	if (node->kind == kind && (kind == NODE_TEXT || node->count))
		return 0;
	if (node->kind == kind)
		return fail_at(
			reading, node->line, "%s is empty, expected at least one entry", what);
	if (node->kind == NODE_TEXT && !*node->text)
		return fail_at(
			reading, node->line, "%s has no value, expected %s", what, wanted[kind]);
	return fail_at(reading, node->line, "%s is %s%s%s, expected %s", what,
		node->kind == NODE_TEXT ? "\"" : "", shown(node, &room),
		node->kind == NODE_TEXT ? "\"" : "", wanted[kind]);
}

int read_map(struct reading *reading, const struct node *node, const struct field *fields,
	const char *what, void *target)
{
	if (expect_kind(reading, node, NODE_MAP, what) || check_keys(reading, node, fields))
		return -1;
	for (; fields->key; fields++) {
		const struct node *value = node_get(node, fields->key);

		if (!value && fields->required)
			return fail_at(reading, node->line, "%s without \"%s\", expected that key",
				what, fields->key);
		if (value && fields->read(reading, fields, value, (char *)target + fields->offset))
			return -1;
	}
	return 0;
}

void set_text(char **place, char *text)
{
	free(*place);
	*place = text;
}

int read_text(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (!*node->text && !node->quoted)
		return fail_at(reading, node->line, "%s has no value, expected text", field->key);
	set_text(place, copy_text(node->text));
	return 0;
}

int read_line(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (!*node->text || strchr(node->text, '\n'))
		return fail_at(reading, node->line, "%s is %s, expected one line of text",
			field->key, *node->text ? "more than one line" : "empty");
	set_text(place, copy_text(node->text));
	return 0;
}

static const char *yes_word(unsigned value)
{
	static const char *const words[] = {"no", "yes", "false", "true"};

	return value < 4 ? words[value] : NULL;
}

int read_yes(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	unsigned value;

	if (word_value(reading, node, field->key, yes_word, &value))
		return -1;
	*(bool *)place = value & 1;
	return 0;
}

static int check_range(
	struct reading *reading, const struct field *field, const struct node *node, uint64_t value)
{
	autobuffer struct buffer room = {0};
	char low[24], high[24];

	if (value >= field->low && value <= field->high)
		return 0;
	return fail_at(reading, node->line, "%s is %s, expected %s to %s", field->key,
		shown(node, &room), format_size(field->low, low, sizeof(low)),
		format_size(field->high, high, sizeof(high)));
}

int read_number(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (parse_number(node->text, place))
		return fail_at(reading, node->line, "%s is \"%s\", expected a number (17, 0x11)",
			field->key, shown(node, &room));
	return check_range(reading, field, node, *(uint64_t *)place);
}

int read_size(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (parse_size(node->text, place))
		return fail_at(reading, node->line,
			"%s is \"%s\", expected a size (512, 64K, 1M, 5G)", field->key,
			shown(node, &room));
	return check_range(reading, field, node, *(uint64_t *)place);
}

int read_duration(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (parse_duration(node->text, place) || !*(uint32_t *)place)
		return fail_at(reading, node->line,
			"%s is \"%s\", expected a time above zero (250ms, 10s, 1.5m)", field->key,
			shown(node, &room));
	return 0;
}

/* A function pointer by pointer: ISO C has no other way through a `const void *`. */
static const char *word_at(const void *word_of, size_t index)
{
	return (*(const char *(*const *)(unsigned))word_of)((unsigned)index);
}

int word_value(struct reading *reading, const struct node *node, const char *what,
	const char *(*word_of)(unsigned value), unsigned *value)
{
	char prefix[80];

	if (expect_kind(reading, node, NODE_TEXT, what))
		return -1;
	for (*value = 0; word_of(*value); ++*value)
		if (!strcmp(word_of(*value), node->text))
			return 0;
	snprintf(prefix, sizeof(prefix), "%s is", what);
	return fail_choice(reading, node, prefix, word_at, &word_of);
}

int read_word(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	return word_value(reading, node, field->key, field->word_of, place);
}

bool is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	return length && length <= NAME_LIMIT && !text[length];
}

int check_name(struct reading *reading, int line, const char *name)
{
	autobuffer struct buffer room = {0};

	if (is_name(name))
		return 0;
	add_printable(&room, name, strlen(name), SHOWN_LIMIT);
	return fail_at(reading, line, "name \"%s\", expected 1 to %d of a-z 0-9 . -",
		room.data ? room.data : "", NAME_LIMIT);
}
