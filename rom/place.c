#include "place.h"

#define ONE_MIB 0x100000u

void place_init(struct place *place, const struct map *map, uint32_t int12_kib)
{
	uint64_t low_end = (uint64_t)int12_kib << 10;

	if (low_end > VIDEO_BASE)
		low_end = VIDEO_BASE;
	place->map = *map;
	place->count = 0;
	place_take(place, ITEM_FIRMWARE, (struct range){low_end, ONE_MIB});
}

void place_take(struct place *place, enum item item, struct range range)
{
	if (range.start < range.end && place->count < TAKEN_MAX)
		place->taken[place->count++] = (struct taken){range, item};
}

int place_check(const struct place *place, enum item item, struct range range, struct refusal *why)
{
	for (unsigned int i = 0; i < place->count; i++) {
		const struct taken *t = &place->taken[i];

		if (range_overlaps(range, t->range))
			return REFUSE(why, REFUSE_OVERLAP, item, t->item, range.start, range.end,
				t->range.start, t->range.end);
	}
	if (range.end > FOUR_GIB || range.end < range.start || !map_is_ram(&place->map, range))
		return REFUSE(why, REFUSE_NOT_RAM, item, range.start, range.end,
			map_ram_end(&place->map));
	return 0;
}

int place_at(struct place *place, enum item item, struct range range, struct refusal *why)
{
	if (place_check(place, item, range, why) < 0)
		return -1;
	place_take(place, item, range);
	return 0;
}

/* As map_blocked(), with what is taken as well. */
static uint64_t blocked(const struct place *place, struct range want)
{
	for (unsigned int i = 0; i < place->count; i++)
		if (range_overlaps(place->taken[i].range, want))
			return place->taken[i].range.start;
	return map_blocked(&place->map, want);
}

/*
 * Every step goes down to a boundary of the map or of something taken, so it ends. The limit is
 * about the item's last byte, the boundaries are about the whole of its last page.
 */
int place_below(struct place *place, enum item item, uint32_t size, uint64_t limit, uint32_t *start,
	struct refusal *why)
{
	const uint64_t pages = ((uint64_t)size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t top;

	if (limit > FOUR_GIB)
		limit = FOUR_GIB;
	top = limit < size ? 0 : ((limit - size) & ~(uint64_t)(PAGE_SIZE - 1)) + pages;
	while (top >= ONE_MIB + pages) {
		const struct range want = {top - pages, top};
		const uint64_t next = blocked(place, want);

		if (next == top) {
			*start = (uint32_t)want.start;
			place_take(place, item, want);
			return 0;
		}
		top = next & ~(uint64_t)(PAGE_SIZE - 1);
	}
	return REFUSE(why, REFUSE_NO_ROOM, item, size, limit, map_ram_end(&place->map));
}
