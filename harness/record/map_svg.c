/* A memory map as a picture. Addresses run from the top down; between two edges of regions the
 * scale is even, and as high as the logarithm of what lies between them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/assets.h"
#include "record/html_text.h"
#include "record/map.h"

#define WIDTH	 384
#define LEFT	 76  /* of the regions; addresses stand before them */
#define RIGHT	 338 /* marks of violations stand behind them */
#define INDENT	 14
#define DEPTH	 5
#define ROW	 17 /* a label */
#define GAP	 22 /* addresses that nobody has */
#define MARKS	 48
#define MARK_ROW 13

/* Everything in units of the picture. */
struct picture {
	const struct layout_verdict *verdict;
	struct buffer *out;
	uint64_t *edges; /* ascending, each once */
	unsigned *tops;	 /* of the edges */
	size_t edge_count;
};

/* What a region is, by the beginning of its name: its colour. */
static const struct {
	const char *name, *kind;
} kinds[] = {{"free", "free"}, {"setup_data", "data"}, {"setup", "setup"},
	{"command line", "cmdline"}, {"protected-mode image", "image"}, {"segment", "image"},
	{"image", "image"}, {"kernel", "image"}, {"initrd", "initrd"}, {"module", "initrd"},
	{"where ", "window"}, {"nobody's", "nobody"}, {"interrupt", "firmware"},
	{"extended BIOS", "firmware"}, {"video", "firmware"}, {"reserved", "firmware"},
	{"ACPI", "firmware"}, {"unusable", "firmware"}, {"not RAM", "firmware"}};

static const char *kind_of(const struct region *region)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(region->name, kinds[i].name, strlen(kinds[i].name)))
			return kinds[i].kind;
	return "data";
}

static int by_value(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static void find_edges(struct picture *picture)
{
	const struct layout_verdict *verdict = picture->verdict;
	size_t count = 0;

	picture->edges = calloc(2 * verdict->region_count + 1, sizeof(*picture->edges));
	picture->tops = calloc(2 * verdict->region_count + 1, sizeof(*picture->tops));
	if (!picture->edges || !picture->tops)
		abort();
	for (size_t i = 0; i < verdict->region_count; i++) {
		picture->edges[count++] = verdict->regions[i].start;
		picture->edges[count++] = verdict->regions[i].end;
	}
	qsort(picture->edges, count, sizeof(*picture->edges), by_value);
	for (size_t i = 0; i < count; i++)
		if (!i || picture->edges[picture->edge_count - 1] != picture->edges[i])
			picture->edges[picture->edge_count++] = picture->edges[i];
}

/* Regions that begin at @edge; whether any lies behind it. */
static unsigned starters(const struct picture *picture, uint64_t edge, bool *covered)
{
	const struct layout_verdict *verdict = picture->verdict;
	unsigned count = 0;

	*covered = false;
	for (size_t i = 0; i < verdict->region_count; i++) {
		const struct region *region = &verdict->regions[i];

		count += region->start == edge;
		*covered |= region->start <= edge && region->end > edge;
	}
	return count;
}

/* 64 KiB are a little higher than a label, 4 GiB three times as high. */
static unsigned height_of(uint64_t size, unsigned labels)
{
	unsigned bits = 0, height = ROW + 3;

	while (size >> bits > 1)
		bits++;
	if (bits > 12)
		height += 2 * (bits - 12);
	return height > labels * ROW + 3 ? height : labels * ROW + 3;
}

static void place_edges(struct picture *picture)
{
	unsigned top = 4;

	for (size_t i = 0; i < picture->edge_count; i++) {
		bool covered;
		unsigned labels = starters(picture, picture->edges[i], &covered);

		picture->tops[i] = top;
		if (i + 1 < picture->edge_count)
			top += covered ? height_of(
						 picture->edges[i + 1] - picture->edges[i], labels)
				       : GAP;
	}
}

static unsigned top_of(const struct picture *picture, uint64_t address)
{
	const uint64_t *edges = picture->edges;
	size_t i = 0;

	if (!picture->edge_count || address <= edges[0])
		return 4;
	while (i + 1 < picture->edge_count && edges[i + 1] <= address)
		i++;
	if (i + 1 == picture->edge_count)
		return picture->tops[i];
	return picture->tops[i] +
	       (unsigned)((double)(address - edges[i]) / (double)(edges[i + 1] - edges[i]) *
			  (picture->tops[i + 1] - picture->tops[i]));
}

static unsigned bottom(const struct picture *picture)
{
	return picture->edge_count ? picture->tops[picture->edge_count - 1] + 4 : 8;
}

/* How many regions before it in the list are not over yet: what overlaps stands side by side. */
static unsigned depth_of(const struct picture *picture, size_t index, unsigned *label)
{
	const struct region *regions = picture->verdict->regions;
	unsigned depth = 0;

	*label = 0;
	for (size_t i = 0; i < index; i++) {
		depth += regions[i].end > regions[index].start;
		*label += regions[i].start == regions[index].start;
	}
	return depth < DEPTH ? depth : DEPTH;
}

static void add_text(
	struct picture *picture, const char *class, unsigned x, unsigned y, const char *text)
{
	buffer_printf(picture->out, "<text class=\"%s\" x=\"%u\" y=\"%u\">", class, x, y);
	add_markup(picture->out, text);
	buffer_add_text(picture->out, "</text>");
}

static void add_span(struct buffer *out, uint64_t start, uint64_t end)
{
	char size[24];

	buffer_printf(out, "0x%llx to 0x%llx, %s", (unsigned long long)start,
		(unsigned long long)end - 1, format_about(end - start, size, sizeof(size)));
}

static void draw_region(struct picture *picture, size_t index)
{
	const struct region *region = &picture->verdict->regions[index];
	unsigned top = top_of(picture, region->start), low = top_of(picture, region->end), label;
	unsigned left = LEFT + INDENT * depth_of(picture, index, &label);
	char text[24];

	buffer_printf(picture->out, "<g class=\"r %s%s\" tabindex=\"0\"><title>", kind_of(region),
		region->wrong ? " bad" : "");
	add_markup(picture->out, region->name);
	buffer_add_text(picture->out, ": ");
	add_span(picture->out, region->start, region->end);
	buffer_printf(picture->out,
		"%s</title><rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"2\"/>",
		region->wrong ? "; in a violation" : "", left, top, RIGHT - left, low - top);
	top += 13 + ROW * label;
	add_text(picture, "n", left + 6, top, region->name);
	add_text(picture, "s", RIGHT - 6, top,
		format_about(region->end - region->start, text, sizeof(text)));
	if (!label) {
		snprintf(text, sizeof(text), "%llx", (unsigned long long)region->start);
		add_text(picture, "a", LEFT - 6, top, text);
	}
	buffer_add_text(picture->out, "</g>");
}

static void draw_gaps(struct picture *picture)
{
	for (size_t i = 0; i + 1 < picture->edge_count; i++) {
		char size[24], text[48];
		bool covered;

		starters(picture, picture->edges[i], &covered);
		if (covered)
			continue;
		snprintf(text, sizeof(text), "%s of nothing",
			format_about(
				picture->edges[i + 1] - picture->edges[i], size, sizeof(size)));
		add_text(picture, "g", (LEFT + RIGHT) / 2, picture->tops[i] + 15, text);
	}
}

static int by_place(const void *left, const void *right)
{
	const struct violation *a = *(const struct violation *const *)left;
	const struct violation *b = *(const struct violation *const *)right;

	return a->start != b->start ? (a->start < b->start ? -1 : 1) : strcmp(a->rule, b->rule);
}

/* A red band where it is, and the rule beside it, below the one before. */
static void draw_mark(struct picture *picture, const struct violation *violation, unsigned *free)
{
	unsigned top = top_of(picture, violation->start), low = top_of(picture, violation->end);
	unsigned text = top + 4 > *free ? top + 4 : *free;

	*free = text + MARK_ROW;
	buffer_add_text(picture->out, "<g class=\"v\" tabindex=\"0\"><title>");
	add_markup(picture->out, violation->rule);
	buffer_add_text(picture->out, ": ");
	add_markup(picture->out, violation->text);
	buffer_printf(picture->out,
		"</title><rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/><path d=\"M%u %ul12 "
		"%d\"/>",
		LEFT, top, RIGHT - LEFT + 4, low > top + 3 ? low - top : 3, RIGHT + 4, top + 1,
		(int)text - 5 - (int)top);
	add_text(picture, "m", RIGHT + 19, text, violation->rule);
	buffer_add_text(picture->out, "</g>");
}

/* @return how far down they reach */
static unsigned draw_marks(struct picture *picture)
{
	const struct layout_verdict *verdict = picture->verdict;
	const struct violation *marks[MARKS];
	size_t count = 0;
	unsigned free = 0;

	for (size_t i = 0; i < verdict->violation_count && count < MARKS; i++)
		if (verdict->violations[i].end)
			marks[count++] = &verdict->violations[i];
	qsort(marks, count, sizeof(*marks), by_place);
	for (size_t i = 0; i < count; i++)
		draw_mark(picture, marks[i], &free);
	return free;
}

static void draw(const struct layout_verdict *verdict, const char *style, struct buffer *out)
{
	autobuffer struct buffer inner = {0};
	struct picture picture = {.verdict = verdict, .out = &inner};
	unsigned low;

	buffer_add_text(&inner, "");
	find_edges(&picture);
	place_edges(&picture);
	draw_gaps(&picture);
	for (size_t i = 0; i < verdict->region_count; i++)
		draw_region(&picture, i);
	low = draw_marks(&picture);
	if (low < bottom(&picture))
		low = bottom(&picture);
	buffer_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" viewBox=\"0 0 %d %u\" "
		"width=\"%d\" height=\"%u\" role=\"group\" aria-label=\"memory map\">%s",
		WIDTH, low, WIDTH, low, style);
	buffer_add(out, inner.data, inner.size);
	buffer_add_text(out, "</svg>");
	free(picture.edges);
	free(picture.tops);
}

void map_svg(const struct layout_verdict *verdict, struct buffer *out)
{
	draw(verdict, "", out);
}

void map_svg_file(const struct layout_verdict *verdict, struct buffer *out)
{
	autobuffer struct buffer style = {0};

	buffer_add_text(&style, "<style>");
	buffer_add_text(&style, asset_text(ASSET_MAP_STYLE));
	buffer_add_text(&style, "</style>");
	draw(verdict, style.data, out);
	buffer_add_text(out, "\n");
}
