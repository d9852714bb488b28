/* dkboot bisect --axis: where on an ordered axis passing turns into failing. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/grow.h"
#include "cmd/axis_values.h"
#include "cmd/bisect.h"
#include "cmd/command.h"
#include "record/json_line.h"

/* What is known of a point that was booted. */
struct seen {
	uint64_t at;
	uint16_t index; /* of its value on the case's axis */
	unsigned broken;
	char *id, *folder, *failure, *why;
	double seconds;
};

struct axis_hunt {
	const struct options *options;
	struct quarry quarry;
	struct axis_walk walk;
	struct stage stage;
	struct edges edges;
	struct seen *seen; /* in the order of asking */
	size_t seen_count;
	bool booted; /* the journal exists */
};

/* ---- looking at points ---- */

static struct seen *find_seen(const struct axis_hunt *hunt, uint64_t at)
{
	for (size_t i = 0; i < hunt->seen_count; i++)
		if (hunt->seen[i].at == at)
			return &hunt->seen[i];
	return NULL;
}

static struct point *find_point(struct axis_hunt *hunt, uint64_t at)
{
	for (size_t i = 0; i < hunt->edges.count; i++)
		if (hunt->edges.points[i].at == at)
			return &hunt->edges.points[i];
	return NULL;
}

static const char *state_name(enum point_state state)
{
	static const char *const names[] = {[POINT_ASKED] = "asked",
		[POINT_PASS] = "pass",
		[POINT_FAIL] = "fail",
		[POINT_UNDECIDED] = "undecided"};

	return names[state];
}

static void show(const struct axis_hunt *hunt, const struct seen *seen, enum point_state state)
{
	autofree char *name = walk_name(&hunt->walk, seen->at);
	autobuffer struct buffer line = {0};

	if (hunt->options->quiet || !strcmp(hunt->options->format, "json"))
		return;
	buffer_printf(&line, "%-9s  %s %s", state_name(state), hunt->walk.kind.name, name);
	if (seen->failure)
		buffer_printf(&line, "  %s", seen->failure);
	buffer_printf(&line, "  (%.1f s)", seen->seconds);
	if (seen->why) {
		buffer_add_text(&line, "  ");
		add_printable(&line, seen->why, strlen(seen->why), 160);
	}
	puts(line.data);
	fflush(stdout);
}

/* A broken cell is booted once more; then it is no word on the point. */
static enum point_state state_of(const struct result *result, struct seen *seen)
{
	switch (result->outcome) {
	case OUTCOME_PASS:
	case OUTCOME_XFAIL:
		return POINT_PASS;
	case OUTCOME_BROKEN:
		return ++seen->broken < 2 ? POINT_ASKED : POINT_UNDECIDED;
	case OUTCOME_SKIP:
		return POINT_UNDECIDED;
	default:
		return POINT_FAIL;
	}
}

static void note(struct axis_hunt *hunt, struct seen *seen, const struct result *result)
{
	const char *why = result->reason ? result->reason : result->why;

	free(seen->folder);
	free(seen->failure);
	free(seen->why);
	seen->folder =
		result->folder ? format_text("%s/%s", hunt->stage.folder, result->folder) : NULL;
	seen->failure = result->failure ? copy_text(failure_name(result->failure)) : NULL;
	seen->why = result->outcome == OUTCOME_PASS ? NULL : copy_text(why);
	seen->seconds = result->seconds;
}

static bool on_verdict(void *context, const struct result *result)
{
	struct axis_hunt *hunt = context;

	for (size_t i = 0; i < hunt->seen_count; i++) {
		struct seen *seen = &hunt->seen[i];
		struct point *point = find_point(hunt, seen->at);

		if (!seen->id || strcmp(seen->id, result->id) != 0)
			continue;
		note(hunt, seen, result);
		point->state = state_of(result, seen);
		if (point->state != POINT_ASKED)
			show(hunt, seen, point->state);
	}
	return false;
}

/* The cell with its value at a point, known by its id. */
static void make_cell(const struct axis_hunt *hunt, const struct seen *seen, struct cell *out)
{
	*out = hunt->quarry.cell;
	out->at[hunt->walk.kind.axis] = seen->index;
}

static struct seen *add_seen(struct axis_hunt *hunt, uint64_t at)
{
	hunt->seen = grow(hunt->seen, hunt->seen_count, sizeof(*hunt->seen));
	hunt->seen[hunt->seen_count].at = at;
	return &hunt->seen[hunt->seen_count++];
}

/* Gives the case one more value. What cannot be had is no word on the point. */
static void prepare(struct axis_hunt *hunt, struct point *point)
{
	struct test_case *from = (struct test_case *)hunt->quarry.cell.from;
	struct axis *axis = &from->axes[hunt->walk.kind.axis];
	struct seen *seen = add_seen(hunt, point->at);
	autobuffer struct buffer id = {0};
	struct error error = {.text = ""};
	struct value value = {0};
	struct cell cell;

	if (walk_value(&hunt->walk, point->at, &value, &error) < 0) {
		seen->why = copy_text(error.text);
		point->state = POINT_UNDECIDED;
		show(hunt, seen, point->state);
		return;
	}
	axis->values = grow(axis->values, axis->count, sizeof(*axis->values));
	axis->values[axis->count] = value;
	seen->index = (uint16_t)axis->count++;
	make_cell(hunt, seen, &cell);
	cell_id(&cell, &id);
	seen->id = buffer_take(&id);
}

/* Boots all that is asked for. @return how many cells that were, -1 with the reason */
static int look(struct axis_hunt *hunt, struct error *error)
{
	struct cell_list cells = {0};
	struct point *point;
	size_t from = 0;
	int status = 0;

	while ((point = edges_asked(&hunt->edges, &from)) != NULL) {
		if (!find_seen(hunt, point->at))
			prepare(hunt, point);
		if (point->state != POINT_ASKED)
			continue;
		cells.cells = grow(cells.cells, cells.count, sizeof(*cells.cells));
		make_cell(hunt, find_seen(hunt, point->at), &cells.cells[cells.count++]);
	}
	if (cells.count)
		status = quarry_boot(
			&hunt->quarry, &hunt->stage, &cells, on_verdict, hunt, hunt->booted, error);
	hunt->booted = true;
	free(cells.cells);
	return status < 0 ? -1 : (int)cells.count;
}

static int look_at_all(struct axis_hunt *hunt, struct error *error)
{
	edges_begin(&hunt->edges, &hunt->walk.stretch);
	do {
		int cells;

		while ((cells = look(hunt, error)) > 0)
			;
		if (cells < 0)
			return -1;
	} while (edges_halve(&hunt->edges));
	return 0;
}

/* ---- the answer ---- */

static void add_side(const struct axis_hunt *hunt, const struct point *point, struct buffer *out)
{
	const struct seen *seen = find_seen(hunt, point->at);
	autofree char *name = walk_name(&hunt->walk, point->at);

	buffer_printf(out, "  %s  %s%s%s  %s\n", name, state_name(point->state),
		seen->failure ? ": " : "", seen->failure ? seen->failure : "", seen->id);
	if (seen->folder)
		buffer_printf(out, "    %s\n", seen->folder);
}

/* Undecided points are all that can lie between the two. */
static bool is_narrow(const struct axis_hunt *hunt, const struct edge *edge)
{
	return edge->above->at - edge->below->at <= hunt->edges.stretch.grain;
}

static void add_edge(const struct axis_hunt *hunt, const struct edge *edge, struct buffer *out)
{
	const struct point *pass = edge->below->state == POINT_PASS ? edge->below : edge->above;
	const struct point *failed = pass == edge->below ? edge->above : edge->below;
	autofree char *passes = walk_name(&hunt->walk, pass->at);
	autofree char *fails = walk_name(&hunt->walk, failed->at);

	buffer_printf(out, "edge: %s %s passes, %s fails%s\n", hunt->walk.kind.name, passes, fails,
		is_narrow(hunt, edge) ? "" : "; what lies between cannot be decided");
	add_side(hunt, edge->below, out);
	add_side(hunt, edge->above, out);
}

static void add_undecided(const struct axis_hunt *hunt, struct buffer *out)
{
	for (size_t i = 0; i < hunt->edges.count; i++) {
		const struct point *point = &hunt->edges.points[i];
		const struct seen *seen = find_seen(hunt, point->at);
		autofree char *name = walk_name(&hunt->walk, point->at);

		if (point->state != POINT_UNDECIDED)
			continue;
		buffer_printf(out, "undecided: %s %s: ", hunt->walk.kind.name, name);
		add_printable(
			out, seen->why ? seen->why : "", seen->why ? strlen(seen->why) : 0, 512);
		buffer_add_text(out, "\n");
	}
}

static json_t *point_json(const struct axis_hunt *hunt, const struct point *point)
{
	const struct seen *seen = find_seen(hunt, point->at);
	autofree char *name = walk_name(&hunt->walk, point->at);
	autobuffer struct buffer why = {0};
	json_t *object = json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:s?}", "at", (json_int_t)point->at,
		"name", name, "verdict", state_name(point->state), "cell", seen->id, "failure",
		seen->failure, "folder", seen->folder);

	if (seen->why) {
		add_printable(&why, seen->why, strlen(seen->why), 1024);
		json_object_set_new(object, "why", json_string(why.data));
	}
	return object;
}

static void add_json(const struct axis_hunt *hunt, struct buffer *out)
{
	json_t *points = json_array(), *edges = json_array(), *root;
	struct edge edge;
	size_t from = 0;

	for (size_t i = 0; i < hunt->edges.count; i++)
		json_array_append_new(points, point_json(hunt, &hunt->edges.points[i]));
	while (edges_next(&hunt->edges, &from, &edge))
		json_array_append_new(edges,
			json_pack("{s:o, s:o, s:b}", "below", point_json(hunt, edge.below), "above",
				point_json(hunt, edge.above), "narrow", is_narrow(hunt, &edge)));
	root = json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o}", "type", "edges", "axis",
		hunt->walk.kind.name, "folder", hunt->stage.folder, "note", hunt->walk.note,
		"edges", edges, "points", points);
	json_add_line(out, root);
}

/* @return the exit status */
static int add_text(const struct axis_hunt *hunt, struct buffer *out)
{
	size_t from = 0, found = 0;
	bool narrow = true, decided = false;
	struct edge edge;

	while (edges_next(&hunt->edges, &from, &edge)) {
		found++;
		narrow &= is_narrow(hunt, &edge);
		add_edge(hunt, &edge, out);
	}
	for (size_t i = 0; i < hunt->edges.count; i++)
		decided |= hunt->edges.points[i].state != POINT_UNDECIDED;
	if (!found && decided)
		buffer_printf(out, "no edge: every point that was looked at %ses\n",
			state_name(hunt->edges.points[0].state));
	add_undecided(hunt, out);
	if (hunt->walk.note)
		buffer_printf(out, "%s %s\n", hunt->walk.kind.name, hunt->walk.note);
	buffer_printf(out, "%zu points\nhunt folder: %s\n", hunt->edges.count, hunt->stage.folder);
	if (!decided || !narrow)
		return HUNT_UNDECIDED;
	return found ? HUNT_FOUND : HUNT_NOTHING;
}

static int answer(const struct axis_hunt *hunt)
{
	autofree char *path = format_text("%s/hunt.json", hunt->stage.folder);
	autobuffer struct buffer json = {0}, text = {0};
	int status = add_text(hunt, &text);

	add_json(hunt, &json);
	file_write(path, json.data, json.size, NULL);
	fputs(!strcmp(hunt->options->format, "json") ? json.data : text.data, stdout);
	return status;
}

/* ---- a whole hunt ---- */

/* What an earlier run kept of the part that changes now is not booted. */
static void forget_kept(struct axis_hunt *hunt)
{
	struct stand_in *kept = &hunt->quarry.earlier.kept;
	char **part = hunt->walk.kind.axis == AXIS_KERNEL   ? &kept->kernel
		      : hunt->walk.kind.axis == AXIS_INITRD ? &kept->initrd
							    : NULL;

	if (part) {
		free(*part);
		*part = NULL;
	}
}

static int hunt_along(struct axis_hunt *hunt, struct error *error)
{
	const struct quarry_parts own = {0};
	autofree char *folder = hunt_folder(hunt->options, error);
	int status = STATUS_USAGE;

	forget_kept(hunt);
	if (folder && quarry_stage(&hunt->quarry, &own, folder, &hunt->stage, error) < 0)
		status = HUNT_UNDECIDED;
	else if (folder && walk_begin(&hunt->walk, &hunt->quarry, &hunt->stage, error) == 0)
		status = look_at_all(hunt, error) < 0 ? HUNT_UNDECIDED : answer(hunt);
	if (folder)
		stage_close(&hunt->stage);
	return status;
}

static void free_hunt(struct axis_hunt *hunt)
{
	for (size_t i = 0; i < hunt->seen_count; i++) {
		free(hunt->seen[i].id);
		free(hunt->seen[i].folder);
		free(hunt->seen[i].failure);
		free(hunt->seen[i].why);
	}
	free(hunt->seen);
	edges_free(&hunt->edges);
	walk_free(&hunt->walk);
	quarry_free(&hunt->quarry);
}

int bisect_axis(const struct options *options, struct error *error)
{
	struct axis_hunt hunt = {.options = options};
	int status = STATUS_USAGE;

	if (walk_parse(&hunt.walk, options->hunt.axis, error) == 0 &&
		quarry_open(&hunt.quarry, options, error) == 0) {
		struct test_case *from = (struct test_case *)hunt.quarry.cell.from;

		from->axes[hunt.walk.kind.axis].declared = true; /* points differ in their ids */
		status = hunt_along(&hunt, error);
	}
	free_hunt(&hunt);
	return status;
}
