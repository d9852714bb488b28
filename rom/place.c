#include "place.h"

#define PAGE_MASK (~(PAGE_SIZE - 1))

void place_init(struct place *place, uint32_t int12_kib)
{
	uint32_t low_end = VIDEO_BASE;

	if (int12_kib < VIDEO_BASE / 1024)
		low_end = int12_kib * 1024;
	place->count = 0;
	place->first = ONE_MIB;
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
 * about the item's last byte, the boundaries are about the whole of its last page. The last byte
 * below 4 GiB is nobody's.
 */
uint32_t place_high(struct place *place, enum item item, uint32_t size, uint32_t last)
{
	uint32_t start = 0;

	if (last >= size - 1)
		start = (last - (size - 1)) & PAGE_MASK;
	if (start && start + (size - 1) == ADDRESS_END)
		start -= PAGE_SIZE;
	while (start >= place->first) {
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

uint32_t place_low(struct place *place, enum item item, uint32_t size)
{
	uint32_t start;

	place->first = LOW_FIRST;
	start = place_high(place, item, size, ONE_MIB - 1);
	place->first = ONE_MIB;
	return start ? start : place_high(place, item, size, ADDRESS_END - 1);
}

/* The aligned address next to edge for size bytes, inside the window; 0 when there is none. */
static uint32_t candidate(uint32_t edge, uint32_t size, const struct window *window)
{
	const uint32_t mask = -window->align;
	uint32_t start = edge;

	if (window->highest) {
		if (edge > window->last && window->last != ADDRESS_END)
			edge = window->last + 1;
		start = edge < size ? 0 : (edge - size) & mask;
	} else {
		if (edge < window->first)
			edge = window->first;
		start = (edge + window->align - 1) & mask;
		start = start < edge ? 0 : start;
	}
	if (start < window->first || start > window->last || window->last - start < size - 1)
		return 0;
	return start;
}

/* Take the candidate at edge if it may be taken and is better than what best was until now. */
static void consider(struct place *place, enum item item, uint32_t edge, uint32_t size,
	const struct window *window, uint32_t *best)
{
	const uint32_t start = candidate(edge, size, window);

	if (!start || (*best && (window->highest ? start <= *best : start >= *best)))
		return;
	if (!place_check(place, item, start, size))
		*best = start;
}

/* The best home touches the window's end, or something that cannot be had: there is no other. */
uint32_t place_window(
	struct place *place, enum item item, uint32_t size, const struct window *window)
{
	const struct map *map = &place->map;
	uint32_t best = 0;

	consider(place, item, window->highest ? ADDRESS_END : 0, size, window, &best);
	for (uint32_t i = 0; i < place->count; i++) {
		const struct range *r = &place->taken[i].range;

		consider(place, item, window->highest ? r->start : r->end, size, window, &best);
	}
	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820 *e = &map->entry[i];
		const uint32_t start = address_clip(e->start);

		consider(place, item, start, size, window, &best);
		consider(place, item, range_of(start, address_clip(e->size)).end, size, window,
			&best);
	}
	if (best) {
		place_take(place, item, best, size);
		return best;
	}
	place->why->number[3] = map_ram_end(map);
	refuse(place->why, REFUSE_NO_ROOM, item, size, window->last);
	return 0;
}
