/* I11, I12: what has changed in memory since the loader's first instruction. */
#include <stdio.h>
#include <string.h>

#include "check/layout_rule.h"

#define JOIN	 16 /* changed bytes nearer than this are one change */
#define RESERVED 2  /* e820 type */

/* Memory that firmware and loaders may leave changed, and why. */
static const struct footprint {
	uint64_t start, end;
	unsigned loaders; /* bit per enum loader */
	const char *why;
} footprints[] = {
	{0x400, 0x500, ~0u, "BIOS data: the timer's tick, the state of int 10h and 13h"},
	{0x6800, 0x7020, ~0u, "SeaBIOS' stack, which it gives to the loader"},
	{0x500, 0x2220, 1u << LOADER_STOCK, "pvh.bin keeps its variables there"},
	{CONVENTIONAL_END, 0xc0000, ~0u, "video memory, and system management's behind it"},
	{0xc0000, 0xe0000, 1u << LOADER_STOCK, "linuxboot.bin keeps a byte in its own image"},
	{0xe0000, HIGH_MEMORY, ~0u, "SeaBIOS' variables, and its stack while int 15h runs"},
};

/* Vectors with a rule of their own. */
static const uint8_t vectors[] = {0x13, 0x15, 0x19};

static bool is_vector(uint64_t at)
{
	for (size_t i = 0; i < sizeof(vectors); i++)
		if (at / 4 == vectors[i])
			return true;
	return false;
}

/* Takes [start, end) into account: skips ahead when it covers @at, else it may end the stretch. */
static void consider(uint64_t start, uint64_t end, uint64_t *at, uint64_t *till)
{
	if (start <= *at && end > *at)
		*at = end;
	else if (start > *at && start < *till)
		*till = start;
}

/* What a volume that boots by itself uses besides: where its first sector puts the loader, and
 * behind that its stack (rom/README.md). */
#define SECTOR_LOADER_START 0x1000
#define SECTOR_STACK_END    0x7c00

static void consider_sector(const struct layout_view *view, uint64_t *at, uint64_t *till)
{
	if (view->scene->payload->volume_starts)
		consider(SECTOR_LOADER_START, SECTOR_STACK_END, at, till);
}

/* A volume is read by the firmware's own driver, whose rings lie in memory that it has reserved. */
static void consider_firmware(const struct layout_view *view, uint64_t *at, uint64_t *till)
{
	const struct memory_map *map = &view->scene->map;

	for (size_t i = 0; view->scene->payload->volume && i < map->count; i++)
		if (map->range[i].type == RESERVED && map->range[i].start >= HIGH_MEMORY)
			consider(map->range[i].start, map->range[i].end, at, till);
}

/* The next stretch behind @at, below @end, that nobody has a right to change. False: there is none.
 */
static bool next_stretch(const struct layout_view *view, uint64_t *at, uint64_t *till, uint64_t end)
{
	uint64_t image = view->load + view->file.image_size, from;

	do {
		from = *at;
		*till = end;
		for (size_t i = 0; i < view->claim_count; i++)
			if (view->claims[i].kind <= CLAIM_LOADED ||
				view->claims[i].kind == CLAIM_EBDA)
				consider(view->claims[i].start, view->claims[i].end, at, till);
		for (size_t i = 0; i < sizeof(footprints) / sizeof(footprints[0]); i++)
			if (footprints[i].loaders >> view->scene->loader & 1)
				consider(footprints[i].start, footprints[i].end, at, till);
		consider_firmware(view, at, till);
		consider_sector(view, at, till);
		consider(image, view->arrived + SHOWN_BYTES, at, till); /* rule_image_end() */
	} while (*at != from && *at < end);
	return *at < end;
}

static void note_byte(struct layout_view *view, uint64_t at)
{
	struct change *last = view->change_count ? &view->changes[view->change_count - 1] : NULL;

	view->changed_bytes++;
	if (!last || at >= last->end + JOIN) {
		if (view->change_count == CHANGE_LIMIT)
			return;
		last = &view->changes[view->change_count++];
		*last = (struct change){.start = at};
	}
	last->end = at + 1;
}

static int compare_chunk(struct layout_view *view, uint64_t start, size_t size)
{
	if (layout_read(view, start, view->chunk, size))
		return -1;
	memory_image_read(view->scene->before, start, view->other, size);
	if (!memcmp(view->chunk, view->other, size))
		return 0;
	for (size_t i = 0; i < size; i++)
		if (view->chunk[i] != view->other[i] && !is_vector(start + i))
			note_byte(view, start + i);
	return 0;
}

static int compare_touched(struct layout_view *view, uint64_t start, uint64_t end)
{
	uint64_t till;

	while (next_stretch(view, &start, &till, end))
		for (; start < till; start += CHUNK < till - start ? CHUNK : till - start)
			if (compare_chunk(view, start,
				    CHUNK < till - start ? CHUNK : (size_t)(till - start)))
				return -1;
	return 0;
}

/* The bytes of a change, as they were and are. */
static int complete(struct layout_view *view, struct change *change)
{
	uint64_t size = change->end - change->start;

	size = size < SHOWN_BYTES ? size : SHOWN_BYTES;
	memory_image_read(view->scene->before, change->start, change->before, (size_t)size);
	change->ram = map_is_ram(&view->scene->map, change->start, change->end);
	return layout_read(view, change->start, change->now, (size_t)size);
}

int layout_changes(struct layout_view *view)
{
	const struct memory_reader *memory = &view->scene->memory;
	uint64_t from = 0, start, end;
	int left = 0;

	if (view->changes_known)
		return 0;
	while (!(left = memory->touched(memory->context, from, &start, &end, view->error))) {
		if (start < from || end <= start)
			return fail(view->error,
				"touched memory behind 0x%llx is said to be "
				"0x%llx to 0x%llx",
				(unsigned long long)from, (unsigned long long)start,
				(unsigned long long)end);
		if (compare_touched(view, start, end))
			return -1;
		from = end;
	}
	for (size_t i = 0; i < view->change_count && left > 0; i++)
		if (complete(view, &view->changes[i]))
			return -1;
	view->changes_known = left > 0;
	return left < 0 ? -1 : 0;
}

static int accuse_changes(struct layout_view *view, bool ram)
{
	char what[96];

	if (layout_changes(view))
		return -1;
	snprintf(what, sizeof(what), "changed %s (bytes in all: %zu)",
		ram ? "memory that is nobody's" : "memory that is not RAM", view->changed_bytes);
	for (size_t i = 0; i < view->change_count; i++) {
		const struct change *change = &view->changes[i];

		if (change->ram == ram)
			accuse_bytes(view, change->start, change->end, change->before, change->now,
				what);
	}
	return 0;
}

int rule_changed_firmware(struct layout_view *view)
{
	return accuse_changes(view, false);
}

int rule_changed_ram(struct layout_view *view)
{
	return accuse_changes(view, true);
}

int rule_vectors(struct layout_view *view)
{
	uint8_t before[4], now[4];
	char what[40];

	for (size_t i = 0; i < sizeof(vectors); i++) {
		uint64_t at = 4 * vectors[i];

		memory_image_read(view->scene->before, at, before, sizeof(before));
		if (layout_read(view, at, now, sizeof(now)))
			return -1;
		snprintf(what, sizeof(what), "the vector of int %xh", vectors[i]);
		if (memcmp(before, now, sizeof(now)))
			accuse_bytes(view, at, at + 4, before, now, what);
	}
	return 0;
}
