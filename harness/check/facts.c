#include "check/facts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* The length of the name at the front of a line. */
static size_t name_length(const char *line)
{
	size_t length = strcspn(line, "\n"), name = length;

	while (name && line[name - 1] != ' ')
		name--;
	return name ? name - 1 : length;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static bool named(const char *line, const char *name, size_t length)
{
	return name_length(line) == length && !strncmp(line, name, length);
}

/* All values of a name. */
static char *values_of(const char *facts, const char *name, size_t length)
{
	struct buffer values = {0};

	for (; *facts; facts = next_line(facts)) {
		const char *value = facts + length + 1;

		if (!named(facts, name, length) || facts[length] != ' ')
			continue;
		buffer_printf(&values, "%s%.*s", values.size ? ", " : "", (int)strcspn(value, "\n"),
			value);
	}
	return values.size ? buffer_take(&values) : copy_text("nothing");
}

static void look_at(struct fact_differences *out, const char *name, size_t length,
	const char *first, const char *second)
{
	struct fact_difference difference = {
		.first = values_of(first, name, length), .second = values_of(second, name, length)};

	for (size_t i = 0; i < out->count; i++)
		if (strlen(out->list[i].fact) == length &&
			!strncmp(out->list[i].fact, name, length))
			goto same;
	if (!strcmp(difference.first, difference.second))
		goto same;
	difference.fact = format_text("%.*s", (int)length, name);
	out->list = realloc(out->list, (out->count + 1) * sizeof(*out->list));
	if (!out->list)
		abort();
	out->list[out->count++] = difference;
	return;
same:
	free(difference.first);
	free(difference.second);
}

struct fact_differences facts_compare(const char *first, const char *second)
{
	struct fact_differences differences = {0};

	for (const char *line = first; *line; line = next_line(line))
		look_at(&differences, line, name_length(line), first, second);
	for (const char *line = second; *line; line = next_line(line))
		look_at(&differences, line, name_length(line), first, second);
	return differences;
}

void facts_free(struct fact_differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		free(differences->list[i].fact);
		free(differences->list[i].first);
		free(differences->list[i].second);
	}
	free(differences->list);
	*differences = (struct fact_differences){0};
}
