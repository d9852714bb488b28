#include "map.h"

uint32_t address_clip(uint64_t address)
{
	return address >> 32 ? ADDRESS_END : (uint32_t)address;
}

struct range range_of(uint32_t start, uint32_t size)
{
	struct range range = {start, ADDRESS_END};

	__builtin_add_overflow(start, size, &range.end);
	if (range.end < start)
		range.end = ADDRESS_END;
	return range;
}

static struct range entry_range(const struct e820 *e)
{
	return range_of(address_clip(e->start), address_clip(e->size));
}

bool range_overlaps(const struct range *a, const struct range *b)
{
	const uint32_t start = a->start > b->start ? a->start : b->start;
	const uint32_t end = a->end < b->end ? a->end : b->end;

	return start < end;
}

/*
 * Go from the end of want downwards through type 1 entries as long as they join. next is the
 * highest end of an entry that lies wholly below the address reached.
 */
uint32_t map_blocked(const struct map *map, const struct range *want)
{
	uint32_t at = want->end, before, next;

	do {
		before = at;
		next = 0;
		for (const struct e820 *e = map->entry; e < map->entry + map->count; e++) {
			const struct range r = entry_range(e);

			if (e->type != E820_RAM) {
				if (range_overlaps(&r, want))
					return r.start;
			} else if (r.start < at) {
				if (r.end >= at)
					at = r.start;
				else if (r.end > next && r.end > r.start)
					next = r.end;
			}
		}
		if (at <= want->start)
			return want->end;
	} while (at != before);
	return next;
}

uint32_t map_ram_end(const struct map *map)
{
	uint32_t end = 0;

	for (const struct e820 *e = map->entry; e < map->entry + map->count; e++) {
		const struct range r = entry_range(e);

		if (e->type == E820_RAM && r.start < r.end && r.end > end)
			end = r.end;
	}
	return end;
}

/* The lowest start, from at on, of an entry that is no RAM. */
static uint32_t next_claim(const struct map *map, uint32_t at)
{
	uint32_t claim = ADDRESS_END;

	for (const struct e820 *e = map->entry; e < map->entry + map->count; e++) {
		const struct range r = entry_range(e);

		if (e->type != E820_RAM && r.end > at && r.start < claim && r.start < r.end)
			claim = r.start > at ? r.start : at;
	}
	return claim;
}

uint32_t map_reach(const struct map *map, uint32_t start)
{
	const uint32_t claim = next_claim(map, start);
	uint32_t at = start, before;

	do {
		before = at;
		for (const struct e820 *e = map->entry; e < map->entry + map->count; e++) {
			const struct range r = entry_range(e);

			if (e->type == E820_RAM && r.start <= at && r.end > at)
				at = r.end;
		}
	} while (at != before);
	return at < claim ? at : claim;
}
