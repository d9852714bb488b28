/* A verdict as a picture and as JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/layout.h"

#define NESTING	   4
#define LINE_LIMIT 1024

/* How deep region @index lies inside of those in front of it. */
static unsigned depth(const struct layout_verdict *verdict, size_t index)
{
	const struct region *region = &verdict->regions[index];
	unsigned inside = 0;

	for (size_t i = 0; i < index && inside < NESTING; i++)
		inside += verdict->regions[i].end >= region->end;
	return inside;
}

static void draw_region(const struct layout_verdict *verdict, size_t index, struct buffer *out)
{
	const struct region *region = &verdict->regions[index];
	char size[24];

	buffer_printf(out, "%c %09llx-%09llx %10s  %*s%s\n", region->wrong ? '!' : ' ',
		(unsigned long long)region->start, (unsigned long long)region->end - 1,
		format_about(region->end - region->start, size, sizeof(size)),
		(int)(2 * depth(verdict, index)), "", region->name);
}

void layout_map(const struct layout_verdict *verdict, struct buffer *out)
{
	for (size_t i = 0; i < verdict->region_count; i++)
		draw_region(verdict, i, out);
	for (size_t i = 0; i < verdict->violation_count; i++) {
		const struct violation *violation = &verdict->violations[i];

		buffer_printf(out, "! %s: ", violation->rule);
		add_printable(out, violation->text, strlen(violation->text), LINE_LIMIT);
		buffer_add_text(out, "\n");
	}
	buffer_printf(out, "%u rules checked, %zu violation%s\n", verdict->rules_checked,
		verdict->violation_count, verdict->violation_count == 1 ? "" : "s");
}

static json_t *violations(const struct layout_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->violation_count; i++) {
		const struct violation *violation = &verdict->violations[i];
		json_t *object =
			json_pack("{s:s, s:s}", "rule", violation->rule, "text", violation->text);

		if (object && violation->end)
			json_object_update_new(object,
				json_pack("{s:I, s:I}", "start", (json_int_t)violation->start,
					"end", (json_int_t)violation->end));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *regions(const struct layout_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->region_count; i++) {
		const struct region *region = &verdict->regions[i];

		json_array_append_new(
			list, json_pack("{s:I, s:I, s:s, s:b}", "start", (json_int_t)region->start,
				      "end", (json_int_t)region->end, "name", region->name, "wrong",
				      region->wrong));
	}
	return list;
}

/* The facts, a line each. */
static json_t *facts(const struct layout_verdict *verdict)
{
	json_t *list = json_array();

	for (const char *line = verdict->facts; line && *line;) {
		size_t length = strcspn(line, "\n");

		json_array_append_new(list, json_stringn(line, length));
		line += length + (line[length] == '\n');
	}
	return list;
}

void layout_json(const struct layout_verdict *verdict, struct buffer *out)
{
	json_t *object = json_pack("{s:i, s:o, s:o, s:s, s:o}", "rules_checked",
		(int)verdict->rules_checked, "violations", violations(verdict), "regions",
		regions(verdict), "summary", verdict->summary.hex, "facts", facts(verdict));
	char *text = json_dumps(object, JSON_COMPACT);

	if (!text)
		abort();
	buffer_add_text(out, text);
	free(text);
	json_decref(object);
}
