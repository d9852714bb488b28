#include "cmd/axis_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/axis.h"

#define PAD_LEAST 6 /* " pad=x": shorter gaps are filled with blanks */

/* ---- numbers: memory, vcpus, resets ---- */

static int number_value(
	const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error)
{
	autofree char *text = walk_name(walk, at);

	return value_from_text(walk->kind.axis, text, out, error);
}

/* ---- the length of the command line ---- */

static const char *own_cmdline(const struct axis_walk *walk)
{
	return cell_value(&walk->quarry->cell, AXIS_CMDLINE)->cmdline.text;
}

static void raise_low(struct axis_walk *walk, uint64_t least, const char *why)
{
	if (walk->stretch.low >= least)
		return;
	walk->stretch.low = least;
	walk->note = format_text("from %" PRIu64 " on: %s", least, why);
}

static int cmdline_begin(struct axis_walk *walk, struct error *error)
{
	(void)error;
	raise_low(walk, strlen(own_cmdline(walk)), "so long is the cell's own command line");
	return 0;
}

static int cmdline_value(
	const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error)
{
	const char *text = own_cmdline(walk);
	size_t length = strlen(text);

	(void)error;
	*out = (struct value){.name = format_text("length-%" PRIu64, at)};
	if (at - length < PAD_LEAST) {
		out->cmdline.text = format_text("%s%*s", text, (int)(at - length), "");
		return 0;
	}
	out->cmdline.text = copy_text(text);
	out->cmdline.pad_to = at;
	return 0;
}

/* ---- the size of the initrd ---- */

static const struct initrd_spec *own_initrd(const struct axis_walk *walk)
{
	return &cell_value(&walk->quarry->cell, AXIS_INITRD)->initrd;
}

static int initrd_begin(struct axis_walk *walk, struct error *error)
{
	const struct cell *cell = &walk->quarry->cell;
	const struct initrd_spec *initrd = own_initrd(walk);
	struct payload payload;

	if (initrd->kind == INITRD_NONE || initrd->kind == INITRD_RANDOM)
		return 0;
	if (initrd->kind != INITRD_ARCHIVE)
		return fail(error,
			"--axis: the initrd of %s is a file, expected random bytes, archives "
			"or none",
			walk->quarry->options.hunt.cell);
	if (pantry_payload(walk->stage->pantry, &cell_value(cell, AXIS_KERNEL)->kernel, initrd,
		    &cell_value(cell, AXIS_CMDLINE)->cmdline, &payload, error) < 0)
		return -1;
	walk->own_size = payload.initrd ? payload.initrd->size : 0;
	payload_free(&payload);
	raise_low(walk, walk->own_size, "so large is the cell's own initrd");
	return 0;
}

/* Archives grow by zero bytes behind the last: a kernel unpacks them as before. */
static void grow_archives(const struct axis_walk *walk, uint64_t at, struct initrd_spec *out)
{
	const struct initrd_spec *own = own_initrd(walk);
	size_t size = own->archive_count * sizeof(*own->archives);

	*out = *own;
	out->reference = NULL;
	out->modules = NULL;
	out->module_count = 0;
	out->archives = malloc(size);
	if (!out->archives)
		abort();
	memcpy(out->archives, own->archives, size);
	out->archives[out->archive_count - 1].zero_pad += at - walk->own_size;
}

static int initrd_value(
	const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error)
{
	const struct initrd_spec *own = own_initrd(walk);

	(void)error;
	*out = (struct value){.name = format_text("size-%" PRIu64, at)};
	if (own->kind == INITRD_ARCHIVE)
		grow_archives(walk, at, &out->initrd);
	else if (at)
		out->initrd =
			(struct initrd_spec){.kind = INITRD_RANDOM, .size = at, .seed = own->seed};
	return 0;
}

/* ---- versions of the kernel ---- */

static int wrong_version(const struct axis_walk *walk, const char *text, struct error *error)
{
	autobuffer struct buffer names = {0};

	for (size_t i = 0; i < walk->versions.count; i++)
		buffer_printf(&names, "%s%s", i ? ", " : "", walk->versions.list[i].version);
	return fail(error, "--axis: kernel %s is not in apt's lists, expected one of: %s", text,
		names.data);
}

static int kernel_begin(struct axis_walk *walk, struct error *error)
{
	const struct value *kernel = cell_value(&walk->quarry->cell, AXIS_KERNEL);
	const char *metapackage;
	size_t low, high;

	if (kernel->kernel.kind != KERNEL_CATALOGUE)
		return fail(error,
			"--axis: the kernel of the cell is not of the catalogue, so that "
			"nothing is known of its versions");
	metapackage = catalogue_metapackage(walk->stage->pantry, kernel->kernel.reference, error);
	if (!metapackage || versions_find(&walk->versions, metapackage, error) < 0)
		return -1;
	low = versions_index(&walk->versions, walk->low);
	high = versions_index(&walk->versions, walk->high);
	if (low == walk->versions.count)
		return wrong_version(walk, walk->low, error);
	if (high == walk->versions.count)
		return wrong_version(walk, walk->high, error);
	if (low >= high)
		return fail(error, "--axis: %s is not before %s", walk->low, walk->high);
	walk->stretch = (struct stretch){.low = low, .high = high, .grain = 1, .even = true};
	return 0;
}

static void say(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static int kernel_value(
	const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error)
{
	const struct kernel_version *version = &walk->versions.list[at];
	const struct kernel_spec *own = &cell_value(&walk->quarry->cell, AXIS_KERNEL)->kernel;
	autofree char *name = format_text("linux-%s", version->version);

	catalogue_offer(walk->stage->pantry, name, version->package);
	if (catalogue_fetch(walk->stage->pantry, name, say, error) < 0)
		return -1;
	*out = (struct value){.name = copy_text(version->version), .kernel = *own};
	out->kernel.reference = copy_text(name);
	return 0;
}

/* ---- all of them ---- */

static const struct walk_kind kinds[] = {
	{"memory", AXIS_MEMORY, 1 << 20, true, NULL, number_value},
	{"vcpus", AXIS_VCPUS, 1, false, NULL, number_value},
	{"resets", AXIS_RESETS, 1, false, NULL, number_value},
	{"cmdline-length", AXIS_CMDLINE, 1, false, cmdline_begin, cmdline_value},
	{"initrd-size", AXIS_INITRD, 1, true, initrd_begin, initrd_value},
	{"kernel", AXIS_KERNEL, 1, false, kernel_begin, kernel_value},
};

static int find_kind(struct axis_walk *walk, const char *name, size_t length, struct error *error)
{
	autobuffer struct buffer names = {0};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) == length && !strncmp(kinds[i].name, name, length)) {
			walk->kind = kinds[i];
			return 0;
		}
		buffer_printf(&names, "%s%s", i ? ", " : "", kinds[i].name);
	}
	return fail(error, "--axis: '%.*s', expected AXIS=A..B with an axis of: %s", (int)length,
		name, names.data);
}

static int parse_bound(
	const struct axis_walk *walk, const char *text, uint64_t *out, struct error *error)
{
	bool wrong = walk->kind.size ? parse_size(text, out) < 0 : parse_number(text, out) < 0;
	char grain[24];

	if (wrong)
		return fail(error, "--axis: %s '%s' is not a %s", walk->kind.name, text,
			walk->kind.size ? "size (32M)" : "number");
	if (*out % walk->kind.grain)
		return fail(error, "--axis: %s '%s' is not a multiple of %s", walk->kind.name, text,
			format_size(walk->kind.grain, grain, sizeof(grain)));
	return 0;
}

static int parse_bounds(struct axis_walk *walk, struct error *error)
{
	const struct axis_rule *rule = axis_rule(walk->kind.axis);
	struct stretch *stretch = &walk->stretch;

	if (walk->kind.axis == AXIS_KERNEL)
		return 0;
	if (parse_bound(walk, walk->low, &stretch->low, error) < 0 ||
		parse_bound(walk, walk->high, &stretch->high, error) < 0)
		return -1;
	if (stretch->low >= stretch->high)
		return fail(error, "--axis: %s is not below %s", walk->low, walk->high);
	if (rule->high && (stretch->low < rule->low || stretch->high > rule->high))
		return fail(error, "--axis: %s %s..%s is not within what a %s can be",
			walk->kind.name, walk->low, walk->high, walk->kind.name);
	stretch->grain = walk->kind.grain;
	stretch->even = stretch_is_even(stretch->low, stretch->high);
	return 0;
}

int walk_parse(struct axis_walk *walk, const char *text, struct error *error)
{
	const char *equals = strchr(text, '=');
	const char *dots = equals ? strstr(equals, "..") : NULL;

	*walk = (struct axis_walk){0};
	if (find_kind(walk, text, equals ? (size_t)(equals - text) : strlen(text), error) < 0)
		return -1;
	if (!dots || dots == equals + 1 || !dots[2])
		return fail(error, "--axis: '%s', expected AXIS=A..B", text);
	walk->low = strndup(equals + 1, (size_t)(dots - equals - 1));
	walk->high = copy_text(dots + 2);
	return parse_bounds(walk, error);
}

int walk_begin(struct axis_walk *walk, const struct quarry *quarry, struct stage *stage,
	struct error *error)
{
	struct stretch *stretch = &walk->stretch;

	walk->quarry = quarry;
	walk->stage = stage;
	if (walk->kind.begin && walk->kind.begin(walk, error) < 0)
		return -1;
	if (stretch->low >= stretch->high)
		return fail(error, "--axis: nothing lies between %" PRIu64 " and %s: %s",
			stretch->low, walk->high, walk->note ? walk->note : "");
	stretch->even =
		walk->kind.axis == AXIS_KERNEL || stretch_is_even(stretch->low, stretch->high);
	return 0;
}

char *walk_name(const struct axis_walk *walk, uint64_t at)
{
	char size[24];

	if (walk->kind.axis == AXIS_KERNEL)
		return copy_text(walk->versions.list[at].version);
	if (walk->kind.size)
		return copy_text(format_size(at, size, sizeof(size)));
	return format_text("%" PRIu64, at);
}

int walk_value(const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error)
{
	return walk->kind.value(walk, at, out, error);
}

void walk_free(struct axis_walk *walk)
{
	free(walk->low);
	free(walk->high);
	free(walk->note);
	versions_free(&walk->versions);
}
