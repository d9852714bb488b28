/* The judge of plans: knows ranges and maps, and shares no code with what it judges. */
#include "fuzz/fuzz.h"

static bool claims(const struct e820 *entry, uint64_t start, uint64_t end)
{
	const uint64_t stop = entry->start + entry->size;

	return entry->start < end && start < (stop < entry->start ? UINT64_MAX : stop) &&
	       entry->size;
}

/* Is it type 1 all over, and no entry of another type claims a byte? Cuts off what entries cover.
 */
static bool is_ram(const struct map *map, uint64_t start, uint64_t end)
{
	for (uint32_t i = 0; i < map->count; i++)
		if (map->entry[i].type != 1 && claims(&map->entry[i], start, end))
			return false;
	while (start < end) {
		uint64_t reached = start;

		for (uint32_t i = 0; i < map->count; i++) {
			const struct e820 *entry = &map->entry[i];
			uint64_t stop = entry->start + entry->size;

			if (stop < entry->start)
				stop = UINT64_MAX;
			if (entry->type == 1 && entry->start <= start && stop > reached)
				reached = stop;
		}
		if (reached == start)
			return false;
		start = reached;
	}
	return true;
}

static bool may_share(enum item a, enum item b)
{
	return (a == ITEM_RUNTIME && (b == ITEM_KERNEL || b == ITEM_RUNTIME)) ||
	       (b == ITEM_RUNTIME && a == ITEM_KERNEL);
}

void check_taken(const struct place *place, uint32_t first)
{
	must(place->count <= TAKEN_MAX);
	for (uint32_t i = first; i < place->count; i++) {
		const struct taken *a = &place->taken[i];

		if (a->range.start == a->range.end)
			continue;
		must(a->range.start < a->range.end);
		must(is_ram(&place->map, a->range.start, a->range.end));
		for (uint32_t j = 0; j < i; j++) {
			const struct taken *b = &place->taken[j];

			must(may_share(a->item, b->item) || b->range.start == b->range.end ||
				b->range.end <= a->range.start || a->range.end <= b->range.start);
		}
	}
}

bool in_taken(const struct place *place, enum item item, uint64_t start, uint64_t size)
{
	for (uint32_t i = 0; i < place->count; i++)
		if (place->taken[i].item == item && start >= place->taken[i].range.start &&
			start + size <= place->taken[i].range.end)
			return true;
	return false;
}
