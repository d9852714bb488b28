#include "check/wish.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/substitute.h"

void wish_add_place(struct buffer *out, const struct expectation *from)
{
	if (from->line)
		buffer_printf(out, "line %d: ", from->line);
}

void add_quoted_line(struct buffer *out, const struct line *line)
{
	buffer_add_text(out, "\"");
	add_printable(out, line->bytes, line->size, SHOWN_LIMIT);
	buffer_add_text(out, line->cut ? "\" (a line cut at 64 KiB)" : "\"");
}

static int fail_at(const struct expectation *from, struct error *error)
{
	return from->line ? fail_within(error, "line %d: /%s/", from->line, from->pattern)
			  : fail_within(error, "/%s/", from->pattern);
}

static int prepare_pattern(
	struct wish *wish, const struct variable *variables, size_t count, struct error *error)
{
	const char *text = wish->from->pattern;
	autobuffer struct buffer quoted = {0}, plain = {0}, shown = {0};

	if (substitute(text, variables, count, QUOTE_PATTERN, &quoted, error) ||
		substitute(text, variables, count, QUOTE_SHOWN, &plain, error))
		return -1;
	wish->pattern = pattern_new(quoted.data, error);
	add_printable(&shown, plain.data, plain.size, SHOWN_LIMIT);
	wish->shown = buffer_take(&shown);
	return wish->pattern ? 0 : -1;
}

static int prepare_wanted(struct wanted *wanted, const struct comparison *from,
	const struct pattern *pattern, const struct variable *variables, size_t count,
	struct error *error)
{
	autobuffer struct buffer value = {0};
	int group = pattern_group(pattern, from->capture);

	if (group < 0)
		return fail(error,
			"equals names \"%s\", expected a group (?<%s>...) in the pattern",
			from->capture, from->capture);
	if (substitute(from->expected, variables, count, QUOTE_NONE, &value, error))
		return -1;
	wanted->capture = from->capture;
	wanted->group = (unsigned)group;
	wanted->value = buffer_take(&value);
	return 0;
}

int wish_prepare(struct wish *wish, const struct expectation *from,
	const struct variable *variables, size_t variable_count, struct error *error)
{
	wish->from = from;
	wish->wanted = calloc(from->equals_count + 1, sizeof(*wish->wanted));
	if (!wish->wanted)
		abort();
	if (prepare_pattern(wish, variables, variable_count, error))
		return fail_at(from, error);
	for (size_t i = 0; i < from->equals_count; i++) {
		if (prepare_wanted(&wish->wanted[i], &from->equals[i], wish->pattern, variables,
			    variable_count, error))
			return fail_at(from, error);
		wish->wanted_count++;
	}
	return 0;
}

/* A group that took no part in the match counts as empty. */
static bool equals(const struct wish *wish, const struct wanted *wanted, const struct line *line,
	struct buffer *why)
{
	size_t start = 0, size = 0, expected = strlen(wanted->value);

	pattern_captured(wish->pattern, wanted->group, &start, &size);
	if (size == expected && !memcmp(line->bytes + start, wanted->value, size))
		return true;
	wish_add_place(why, wish->from);
	buffer_printf(why, "%s: expected \"", wanted->capture);
	add_printable(why, wanted->value, expected, SHOWN_LIMIT);
	buffer_add_text(why, "\", the guest said \"");
	add_printable(why, line->bytes + start, size, SHOWN_LIMIT);
	buffer_add_text(why, line->cut ? "\" (in a line cut at 64 KiB)" : "\"");
	return false;
}

enum answer wish_ask(struct wish *wish, const struct line *line, struct buffer *why)
{
	enum match match = pattern_match(wish->pattern, line->bytes, line->size);

	if (match != MATCH_YES)
		return match == MATCH_NO ? ANSWER_NONE : ANSWER_LIMIT;
	for (size_t i = 0; i < wish->wanted_count; i++) {
		if (!equals(wish, &wish->wanted[i], line, why))
			return ANSWER_DIFFERS;
	}
	return ANSWER_MATCH;
}

void wish_free(struct wish *wish)
{
	for (size_t i = 0; i < wish->wanted_count; i++)
		free(wish->wanted[i].value);
	free(wish->wanted);
	free(wish->shown);
	pattern_free(wish->pattern);
	*wish = (struct wish){0};
}
