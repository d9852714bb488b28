#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/cell.h"
#include "case/grow.h"
#include "case/schema.h"

#define FILTER_DEPTH 64

enum filter_kind {
	FILTER_OR,
	FILTER_AND,
	FILTER_NOT,
	FILTER_AXIS,
	FILTER_TAG,
	FILTER_CASE,
	FILTER_ID
};

enum comparison_kind {
	COMPARE_EQUAL,
	COMPARE_UNEQUAL,
	COMPARE_LESS,
	COMPARE_AT_MOST,
	COMPARE_MORE,
	COMPARE_AT_LEAST
};

/* Two letters before one, so that "<=" is not read as "<". */
static const struct {
	const char *text;
	enum comparison_kind kind;
} comparisons[] = {{"!=", COMPARE_UNEQUAL}, {"<=", COMPARE_AT_MOST}, {">=", COMPARE_AT_LEAST},
	{"=", COMPARE_EQUAL}, {"<", COMPARE_LESS}, {">", COMPARE_MORE}};

struct filter {
	enum filter_kind kind;
	struct filter *left, *right; /* FILTER_NOT has a left one only */
	enum axis_id axis;
	enum comparison_kind compare;
	uint64_t number; /* what < <= > >= compare with */
	char *glob;
};

/* Where the parser stands. */
struct parser {
	const char *text, *at;
	struct error *error;
	int depth;
};

static struct filter *parse_or(struct parser *parser);

static struct filter *fail_parse(struct parser *parser, const char *at, const char *expected)
{
	autobuffer struct buffer rest = {0};

	add_printable(&rest, at, strlen(at), 40);
	fail(parser->error, "filter, position %zu, at \"%s\": expected %s",
		(size_t)(at - parser->text) + 1, *at ? rest.data : "the end", expected);
	return NULL;
}

static struct filter *filter_new(enum filter_kind kind, struct filter *left, struct filter *right)
{
	struct filter *filter = allocate(1, sizeof(*filter));

	filter->kind = kind;
	filter->left = left;
	filter->right = right;
	return filter;
}

static void skip_blanks(struct parser *parser)
{
	while (isspace((unsigned char)*parser->at))
		parser->at++;
}

static bool is_symbol(const char *at)
{
	return *at == '(' || *at == ')' || !strncmp(at, "&&", 2) || !strncmp(at, "||", 2);
}

/* Length of a word: up to a blank, a parenthesis, or "&&" and "||". */
static size_t word_length(const char *at)
{
	const char *end = at;

	while (*end && !isspace((unsigned char)*end) && !is_symbol(end))
		end++;
	return (size_t)(end - at);
}

/* Takes a keyword (a whole word) or a symbol, if it comes next. */
static bool take(struct parser *parser, const char *keyword, const char *symbol)
{
	size_t length = strlen(keyword);

	skip_blanks(parser);
	if (!strncmp(parser->at, symbol, strlen(symbol))) {
		parser->at += strlen(symbol);
		return true;
	}
	if (word_length(parser->at) != length || strncmp(parser->at, keyword, length) != 0)
		return false;
	parser->at += length;
	return true;
}

static const char *name_at(const void *unused, size_t index)
{
	static const char *const others[] = {"case", "tag", NULL};

	(void)unused;
	return index < AXES ? axis_name(index) : others[index - AXES];
}

static struct filter *fail_name(struct parser *parser, const char *at, const char *name)
{
	autobuffer struct buffer expected = {0};
	const char *meant = closest(name, name_at, NULL);

	if (meant)
		buffer_printf(&expected, "\"%s\"? Or ", meant);
	buffer_add_text(&expected, "one of: ");
	for (size_t i = 0; name_at(NULL, i); i++)
		buffer_printf(&expected, "%s%s", i ? ", " : "", name_at(NULL, i));
	buffer_add_text(&expected, "; or a glob with ':' or '*' for the whole id");
	return fail_parse(parser, at, expected.data);
}

/* Reads the operator behind a name, blanks around it allowed. @return false if there is none */
static bool take_comparison(struct parser *parser, enum comparison_kind *kind)
{
	skip_blanks(parser);
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		size_t length = strlen(comparisons[i].text);

		if (strncmp(parser->at, comparisons[i].text, length) != 0)
			continue;
		parser->at += length;
		*kind = comparisons[i].kind;
		skip_blanks(parser);
		return true;
	}
	return false;
}

static char *take_word(struct parser *parser)
{
	size_t length = word_length(parser->at);
	char *word = format_text("%.*s", (int)length, parser->at);

	parser->at += length;
	return word;
}

static int read_limit(struct filter *filter, const char *word)
{
	bool size = axis_rule(filter->axis)->kind == KIND_SIZE;

	return size ? parse_size(word, &filter->number) : parse_number(word, &filter->number);
}

/* What stands behind the operator. Takes over @filter. */
static struct filter *parse_operand(struct parser *parser, struct filter *filter)
{
	const char *at = parser->at;
	autofree char *word = take_word(parser);
	const char *expected = NULL;

	if (!*word)
		expected = "a value or a glob";
	else if (filter->compare > COMPARE_UNEQUAL && read_limit(filter, word))
		expected =
			axis_rule(filter->axis)->kind == KIND_SIZE ? "a size (512M)" : "a number";
	if (expected) {
		filter_free(filter);
		return fail_parse(parser, at, expected);
	}
	filter->glob =
		filter->kind == FILTER_AXIS ? value_name(filter->axis, word) : copy_text(word);
	return filter;
}

static struct filter *parse_comparison(struct parser *parser, const char *name)
{
	enum axis_id axis = axis_parse(name);
	struct filter *filter;
	enum comparison_kind compare = COMPARE_EQUAL;
	const char *at;

	skip_blanks(parser);
	at = parser->at;
	if (!take_comparison(parser, &compare))
		return fail_parse(parser, at,
			axis < AXES && axis_is_number(axis) ? "one of: = != < <= > >="
							    : "one of: = !=");
	if (compare > COMPARE_UNEQUAL && (axis == AXES || !axis_is_number(axis)))
		return fail_parse(
			parser, at, "= or != (only memory, vcpus and resets are compared by size)");
	filter = filter_new(FILTER_AXIS, NULL, NULL);
	if (axis == AXES)
		filter->kind = strcmp(name, "tag") ? FILTER_CASE : FILTER_TAG;
	filter->axis = axis;
	filter->compare = compare;
	return parse_operand(parser, filter);
}

static bool is_known(const char *name)
{
	for (size_t i = 0; name_at(NULL, i); i++)
		if (!strcmp(name_at(NULL, i), name))
			return true;
	return false;
}

static struct filter *parse_word(struct parser *parser)
{
	const char *at = parser->at;
	size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	autofree char *name = format_text("%.*s", (int)length, at);
	size_t whole = word_length(at);
	struct filter *filter;

	if (is_known(name) && (length == whole || strchr("=!<>", at[length]))) {
		parser->at += length;
		return parse_comparison(parser, name);
	}
	if (!whole)
		return fail_parse(parser, at, "AXIS=VALUE, tag=NAME, case=NAME, a glob, not or (");
	if (strcspn(at, ":*?") >= whole)
		return fail_name(parser, at, name);
	filter = filter_new(FILTER_ID, NULL, NULL);
	filter->glob = take_word(parser);
	return filter;
}

static struct filter *parse_group(struct parser *parser)
{
	struct filter *inner = parse_or(parser);

	if (!inner)
		return NULL;
	if (take(parser, ")", ")"))
		return inner;
	filter_free(inner);
	return fail_parse(parser, parser->at, "\")\"");
}

static struct filter *parse_factor(struct parser *parser)
{
	struct filter *filter;

	if (parser->depth >= FILTER_DEPTH)
		return fail_parse(parser, parser->at, "fewer than 64 of \"(\" and \"not\" nested");
	parser->depth++;
	if (take(parser, "not", "!")) {
		struct filter *inner = parse_factor(parser);

		filter = inner ? filter_new(FILTER_NOT, inner, NULL) : NULL;
	} else if (take(parser, "(", "(")) {
		filter = parse_group(parser);
	} else {
		filter = parse_word(parser);
	}
	parser->depth--;
	return filter;
}

/* left { operator right }, for both levels of the grammar. */
static struct filter *parse_chain(struct parser *parser, enum filter_kind kind, const char *keyword,
	const char *symbol, struct filter *(*next)(struct parser *parser))
{
	struct filter *left = next(parser);

	while (left && take(parser, keyword, symbol)) {
		struct filter *right = next(parser);

		if (!right) {
			filter_free(left);
			return NULL;
		}
		left = filter_new(kind, left, right);
	}
	return left;
}

static struct filter *parse_and(struct parser *parser)
{
	return parse_chain(parser, FILTER_AND, "and", "&&", parse_factor);
}

static struct filter *parse_or(struct parser *parser)
{
	return parse_chain(parser, FILTER_OR, "or", "||", parse_and);
}

struct filter *filter_parse(const char *text, struct error *error)
{
	struct parser parser = {.text = text, .at = text, .error = error};
	struct filter *filter = parse_or(&parser);

	skip_blanks(&parser);
	if (!filter || !*parser.at)
		return filter;
	filter_free(filter);
	return fail_parse(&parser, parser.at, "and, or, or the end");
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	filter_free(filter->left);
	filter_free(filter->right);
	free(filter->glob);
	free(filter);
}

static bool axis_fits(const struct filter *filter, const struct value *value)
{
	switch (filter->compare) {
	case COMPARE_EQUAL:
		return glob_match(filter->glob, value->name);
	case COMPARE_UNEQUAL:
		return !glob_match(filter->glob, value->name);
	case COMPARE_LESS:
		return value->number < filter->number;
	case COMPARE_AT_MOST:
		return value->number <= filter->number;
	case COMPARE_MORE:
		return value->number > filter->number;
	case COMPARE_AT_LEAST:
		return value->number >= filter->number;
	}
	return false;
}

static bool id_fits(const struct filter *filter, const struct cell *cell)
{
	autobuffer struct buffer id = {0};

	cell_id(cell, &id);
	return glob_match(filter->glob, id.data);
}

bool filter_fits(const struct filter *filter, const struct cell *cell)
{
	switch (filter->kind) {
	case FILTER_OR:
		return filter_fits(filter->left, cell) || filter_fits(filter->right, cell);
	case FILTER_AND:
		return filter_fits(filter->left, cell) && filter_fits(filter->right, cell);
	case FILTER_NOT:
		return !filter_fits(filter->left, cell);
	case FILTER_AXIS:
		return axis_fits(filter, cell_value(cell, filter->axis));
	case FILTER_TAG:
		return cell_tagged(cell, filter->glob) == (filter->compare == COMPARE_EQUAL);
	case FILTER_CASE:
		return glob_match(filter->glob, cell->from->name) ==
		       (filter->compare == COMPARE_EQUAL);
	case FILTER_ID:
		return id_fits(filter, cell);
	}
	return false;
}
