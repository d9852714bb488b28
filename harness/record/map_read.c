/* layout.json, which layout_json() of the oracle wrote. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/map.h"

#define MOST 4096 /* regions or violations: more than the oracle ever finds */

static void *list_of(json_t *array, size_t size)
{
	void *list = calloc(json_array_size(array) + 1, size);

	if (!list)
		abort();
	return list;
}

static int read_region(json_t *object, struct region *region, struct error *error)
{
	json_int_t start, end;
	json_error_t problem;
	const char *name;
	int wrong;

	if (json_unpack_ex(object, &problem, 0, "{s:I, s:I, s:s, s:b}", "start", &start, "end",
		    &end, "name", &name, "wrong", &wrong))
		return fail(error, "a region: %s", problem.text);
	*region = (struct region){
		.start = (uint64_t)start, .end = (uint64_t)end, .wrong = wrong != 0};
	snprintf(region->name, sizeof(region->name), "%s", name);
	return 0;
}

static int read_violation(json_t *object, struct violation *violation, struct error *error)
{
	json_int_t start = 0, end = 0;
	json_error_t problem;
	const char *text;

	if (json_unpack_ex(object, &problem, 0, "{s:s, s:s, s?I, s?I}", "rule", &violation->rule,
		    "text", &text, "start", &start, "end", &end))
		return fail(error, "a violation: %s", problem.text);
	violation->text = copy_text(text);
	if ((uint64_t)end > (uint64_t)start) {
		violation->start = (uint64_t)start;
		violation->end = (uint64_t)end;
	}
	return 0;
}

static int read_lists(
	struct layout_verdict *verdict, json_t *regions, json_t *violations, struct error *error)
{
	json_t *object;
	size_t i;

	if (json_array_size(regions) > MOST || json_array_size(violations) > MOST)
		return fail(error, "more than %d regions or violations", MOST);
	verdict->regions = list_of(regions, sizeof(*verdict->regions));
	verdict->violations = list_of(violations, sizeof(*verdict->violations));
	json_array_foreach(regions, i, object)
	{
		if (read_region(object, &verdict->regions[verdict->region_count], error))
			return -1;
		/* A firmware's map may lie: what ends before it starts has no place in a picture.
		 */
		if (verdict->regions[verdict->region_count].end >
			verdict->regions[verdict->region_count].start)
			verdict->region_count++;
	}
	json_array_foreach(violations, i, object)
	{
		if (read_violation(object, &verdict->violations[i], error))
			return -1;
		verdict->violation_count++;
	}
	return 0;
}

int map_read(const struct buffer *json, const char *path, struct map *map, struct error *error)
{
	json_t *regions = NULL, *violations = NULL;
	json_error_t problem;
	int checked = 0;

	*map = (struct map){.source = json_loadb(json->data, json->size, 0, &problem)};
	if (!map->source ||
		json_unpack_ex(map->source, &problem, 0, "{s:i, s:o, s:o}", "rules_checked",
			&checked, "regions", &regions, "violations", &violations)) {
		map_free(map);
		return fail(error, "%s: %s", path, problem.text);
	}
	map->verdict.rules_checked = (unsigned)checked;
	if (read_lists(&map->verdict, regions, violations, error) == 0)
		return 0;
	map_free(map);
	return fail_within(error, "%s", path);
}

void map_free(struct map *map)
{
	layout_verdict_free(&map->verdict);
	json_decref(map->source);
	*map = (struct map){0};
}
