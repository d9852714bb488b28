#include "map.h"

/* The range of an entry; one that runs over the end of the address space is cut there. */
static struct range entry_range(const struct e820 *e)
{
	struct range r = {e->start, e->start + e->size};

	if (r.end < r.start)
		r.end = UINT64_MAX;
	return r;
}

bool range_overlaps(struct range a, struct range b)
{
	return a.start < a.end && b.start < b.end && a.start < b.end && b.start < a.end;
}

bool map_is_ram(const struct map *map, struct range want)
{
	return want.start >= want.end || map_blocked(map, want) == want.end;
}

/*
 * Go from at downwards through type 1 entries as long as they join: the lowest address reached.
 * *next becomes the highest end of an entry that lies wholly below that address.
 */
static uint64_t joined_down(const struct map *map, uint64_t at, uint64_t *next)
{
	uint64_t before;

	do {
		before = at;
		*next = 0;
		for (unsigned int i = 0; i < map->count; i++) {
			const struct range r = entry_range(&map->entry[i]);

			if (map->entry[i].type != E820_RAM || r.start >= at)
				continue;
			if (r.end >= at)
				at = r.start;
			else if (r.end > *next && r.end > r.start)
				*next = r.end;
		}
	} while (at != before);
	return at;
}

uint64_t map_blocked(const struct map *map, struct range want)
{
	uint64_t next;

	for (unsigned int i = 0; i < map->count; i++) {
		const struct range r = entry_range(&map->entry[i]);

		if (map->entry[i].type != E820_RAM && range_overlaps(r, want))
			return r.start;
	}
	if (joined_down(map, want.end, &next) <= want.start)
		return want.end;
	return next;
}

uint64_t map_ram_end(const struct map *map)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < map->count; i++) {
		const struct range r = entry_range(&map->entry[i]);

		if (map->entry[i].type == E820_RAM && r.start < FOUR_GIB && r.start < r.end &&
			r.end > end)
			end = r.end;
	}
	return end < FOUR_GIB ? end : FOUR_GIB;
}
