#include "place.h"

#define PAGE_MASK (~(PAGE_SIZE - 1))

void place_init(struct place *place, uint32_t int12_kib)
{
	uint32_t low_end = VIDEO_BASE;

	if (int12_kib < VIDEO_BASE / 1024)
		low_end = int12_kib * 1024;
	place->count = 0;
	place_take(place, ITEM_FIRMWARE, low_end, ONE_MIB - low_end);
}

void place_take(struct place *place, enum item item, uint32_t start, uint32_t size)
{
	struct taken *t = &place->taken[place->count++];

	t->range = range_of(start, size);
	t->item = item;
}

/* The first thing taken that shares a byte with range, or NULL. */
static const struct taken *find_taken(const struct place *place, const struct range *range)
{
	const struct taken *t = place->taken;

	for (uint32_t i = place->count; i; i--, t++)
		if (range_overlaps(&t->range, range))
			return t;
	return 0;
}

int place_check(struct place *place, enum item item, uint32_t start, uint32_t size)
{
	const struct range range = range_of(start, size);
	const struct taken *t = find_taken(place, &range);

	if (t) {
		place->why->number[3] = range.end;
		place->why->number[4] = t->range.start;
		place->why->number[5] = t->range.end;
		return refuse(place->why, REFUSE_OVERLAP, item, t->item, start);
	}
	if (size && (range.end == ADDRESS_END || map_blocked(&place->map, &range) != range.end)) {
		place->why->number[3] = map_ram_end(&place->map);
		return refuse(place->why, REFUSE_NOT_RAM, item, start, range.end);
	}
	return 0;
}

int place_at(struct place *place, enum item item, uint32_t start, uint32_t size)
{
	if (place_check(place, item, start, size) < 0)
		return -1;
	place_take(place, item, start, size);
	return 0;
}

/*
 * Every step goes down to a boundary of the map or of something taken, so it ends. The limit is
 * about the item's last byte, the boundaries are about the whole of its last page.
 */
uint32_t place_high(struct place *place, enum item item, uint32_t size, uint32_t last)
{
	uint32_t start = 0;

	if (last >= size - 1)
		start = (last - (size - 1)) & PAGE_MASK;
	while (start >= ONE_MIB) {
		const uint32_t pages = (size + PAGE_SIZE - 1) & PAGE_MASK;
		const struct range want = range_of(start, pages ? pages : ADDRESS_END);
		const struct taken *t = find_taken(place, &want);
		const uint32_t end = t ? t->range.start : map_blocked(&place->map, &want);

		if (end == want.end) {
			place_take(place, item, start, size);
			return start;
		}
		start = end > pages ? ((end & PAGE_MASK) - pages) : 0;
	}
	place->why->number[3] = map_ram_end(&place->map);
	refuse(place->why, REFUSE_NO_ROOM, item, size, last);
	return 0;
}
