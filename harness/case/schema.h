/* Reads nodes into structs as tables say: one row a key. */
#ifndef DKBOOT_CASE_SCHEMA_H
#define DKBOOT_CASE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "case/yaml.h"

/** What is being read; passed to every reader. */
struct reading {
	const char *file;   /* for messages */
	const char *folder; /* of the file, "" or with '/' at its end: for relative paths */
	struct test_case *test_case; /* so that rules can see the axes */
	struct error *error;
};

struct field;

/** Reads @node into the field's place in a struct. @return 0, or -1 with the line */
typedef int field_reader(
	struct reading *reading, const struct field *field, const struct node *node, void *place);

/** One key of a map. The rows are read in the table's order, whatever the file's. */
struct field {
	const char *key; /* NULL ends a table */
	field_reader *read;
	size_t offset; /* of the place in the struct */
	bool required;
	uint64_t low, high; /* read_number, read_size: the range, ends included */
	const char *(*word_of)(
		unsigned value); /* read_word: names by value, NULL behind the last */
};

/**
 * Reads a map: no unknown key, no required one missing, each value by its reader.
 * @param what names the map in messages: "a case", "an expectation"
 */
int read_map(struct reading *reading, const struct node *node, const struct field *fields,
	const char *what, void *target);

/** "file:line: " and the rest. @return always -1 */
int fail_at(struct reading *reading, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** -1 and a message unless @node is of @kind; lists and maps must not be empty. */
int expect_kind(
	struct reading *reading, const struct node *node, enum node_kind kind, const char *what);

/** The text of a node made fit for a message, 60 bytes at most. */
const char *shown(const struct node *node, struct buffer *room);

/** `char *`: text, not empty unless it is quoted. */
field_reader read_text;
/** `char *`: text of one line, not empty. */
field_reader read_line;
/** Puts a malloc'ed text into its place, where another may be. */
void set_text(char **place, char *text);
/** `bool`: yes, no, true, false. */
field_reader read_yes;
/** `uint64_t`: a number from low to high. */
field_reader read_number;
/** `uint64_t`: a size ("64K") from low to high. */
field_reader read_size;
/** `uint32_t`: milliseconds of a duration ("20s"), more than 0. */
field_reader read_duration;
/** `unsigned` (an enum): one of the words that the field's word_of() gives. */
field_reader read_word;

/** The value of a word among word_of(0), word_of(1), …; -1 and a message when it is none. */
int word_value(struct reading *reading, const struct node *node, const char *what,
	const char *(*word_of)(unsigned value), unsigned *value);

/** Does the name fit [a-z0-9.-]{1,24}? */
bool is_name(const char *text);

/** -1 and a message unless the name fits. */
int check_name(struct reading *reading, int line, const char *name);

/**
 * "file:line: what "word", did you mean …, expected one of: …".
 * @param word_at names what was expected, by index, NULL behind the last
 * @param words   handed to @word_at
 * @return always -1
 */
int fail_choice(struct reading *reading, const struct node *node, const char *what,
	const char *(*word_at)(const void *words, size_t index), const void *words);

/** The word of @words that is at most two edits away from @word, or NULL. */
const char *closest(const char *word, const char *(*word_at)(const void *words, size_t index),
	const void *words);

#endif
