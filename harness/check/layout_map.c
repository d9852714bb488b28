/* What the firmware's memory map says, and the map that is drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/layout_rule.h"

#define TYPE_RAM 1
#define FOUR_GIB 0x100000000ull

/* A range of no bytes, or one that ends beyond all addresses, overlaps nothing. */
static bool overlaps(uint64_t start, uint64_t end, uint64_t other, uint64_t other_end)
{
	return other < other_end && start < other_end && other < end;
}

/* How far RAM goes on from @at, by the ranges of type 1 alone. */
static uint64_t ram_end(const struct memory_map *map, uint64_t at)
{
	for (size_t pass = 0; pass < map->count; pass++) {
		uint64_t from = at;

		for (size_t i = 0; i < map->count; i++) {
			const struct memory_range *range = &map->range[i];

			if (range->type == TYPE_RAM && range->start <= at && range->end > at)
				at = range->end;
		}
		if (at == from)
			break;
	}
	return at;
}

bool map_is_ram(const struct memory_map *map, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct memory_range *range = &map->range[i];

		if (range->type != TYPE_RAM && overlaps(start, end, range->start, range->end))
			return false;
	}
	return ram_end(map, start) >= end;
}

uint64_t map_low_end(const struct memory_map *map)
{
	uint64_t most = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct memory_range *range = &map->range[i];
		uint64_t end = range->end < FOUR_GIB ? range->end : FOUR_GIB;

		if (range->type == TYPE_RAM && range->start < FOUR_GIB && end > most)
			most = end;
	}
	return most;
}

static struct region *add_region(
	struct layout_view *view, uint64_t start, uint64_t end, const char *name)
{
	struct layout_verdict *verdict = view->verdict;
	struct region *grown =
		realloc(verdict->regions, (verdict->region_count + 1) * sizeof(*grown));

	if (!grown)
		abort();
	verdict->regions = grown;
	grown += verdict->region_count++;
	*grown = (struct region){.start = start, .end = end};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return grown;
}

static bool is_accused(const struct layout_view *view, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < view->verdict->violation_count; i++)
		if (overlaps(start, end, view->verdict->violations[i].start,
			    view->verdict->violations[i].end))
			return true;
	return false;
}

/* Claims and accusations that lie in nobody's memory. */
static void add_claims(struct layout_view *view)
{
	for (size_t i = 0; i < view->claim_count; i++) {
		const struct claim *claim = &view->claims[i];

		add_region(view, claim->start, claim->end, claim->name)->wrong =
			is_accused(view, claim->start, claim->end);
	}
	if (view->linux_window.end)
		add_region(view, view->linux_window.start, view->linux_window.end,
			view->linux_window.name)
			->wrong =
			is_accused(view, view->linux_window.start, view->linux_window.end);
}

/* The first claim that covers @at, or the nearest behind it; NULL when there is none. */
static const struct claim *claim_from(const struct layout_view *view, uint64_t at)
{
	const struct claim *nearest = NULL;

	for (size_t i = 0; i < view->claim_count; i++) {
		const struct claim *claim = &view->claims[i];

		if (claim->end > at && (!nearest || claim->start < nearest->start))
			nearest = claim;
	}
	return nearest;
}

static void add_free(struct layout_view *view, uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct claim *claim = claim_from(view, start);
		uint64_t till = claim && claim->start < end ? claim->start : end;

		if (till > start)
			add_region(view, start, till, "free");
		start = claim && claim->start < end ? claim->end : end;
	}
}

static void add_changes(struct layout_view *view)
{
	for (size_t i = 0; i < view->change_count; i++)
		add_region(
			view, view->changes[i].start, view->changes[i].end, "nobody's, but written")
			->wrong = true;
}

static bool inside_claim(const struct layout_view *view, const struct memory_range *range)
{
	for (size_t i = 0; i < view->claim_count; i++)
		if (view->claims[i].kind > CLAIM_LOADED && view->claims[i].start <= range->start &&
			view->claims[i].end >= range->end)
			return true;
	return false;
}

static void add_ranges(struct layout_view *view)
{
	static const char *const names[] = {
		"reserved", "RAM", "reserved", "ACPI tables", "ACPI, non-volatile", "unusable"};
	const struct memory_map *map = &view->scene->map;
	char name[40];

	for (size_t i = 0; i < map->count; i++) {
		const struct memory_range *range = &map->range[i];

		if (range->type == TYPE_RAM) {
			add_free(view, range->start, range->end);
		} else if (!inside_claim(view, range)) {
			snprintf(name, sizeof(name), "%s (e820 type %u)",
				range->type < 6 ? names[range->type] : "not RAM", range->type);
			add_region(view, range->start, range->end, name);
		}
	}
}

static int by_address(const void *left, const void *right)
{
	const struct region *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return strcmp(a->name, b->name);
}

void layout_regions(struct layout_view *view)
{
	struct layout_verdict *verdict = view->verdict;

	add_claims(view);
	add_ranges(view);
	add_changes(view);
	qsort(verdict->regions, verdict->region_count, sizeof(*verdict->regions), by_address);
}
