/* What is RAM: questions to an e820 map that may be unsorted, overlapping, unaligned. */
#ifndef ROM_MAP_H
#define ROM_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define FOUR_GIB 0x100000000ull

enum { E820_RAM = 1 };

struct e820 {
	uint64_t start, size;
	uint32_t type;
} __attribute__((packed));

struct map {
	const struct e820 *entry;
	unsigned int count;
};

/* [start, end) */
struct range {
	uint64_t start, end;
};

/* Do two ranges share a byte? An empty range shares none. */
bool range_overlaps(struct range a, struct range b);

/*
 * Is every byte of want RAM: inside type 1 entries, and claimed by no entry of another type?
 * Where entries overlap the other type wins. An empty range is RAM anywhere.
 */
bool map_is_ram(const struct map *map, struct range want);

/*
 * The first thing, from the top, that keeps want from being RAM.
 * Returns the end, below want.end, at which a search downwards has to go on; 0 when there is no
 * RAM below; want.end itself when want is RAM.
 */
uint64_t map_blocked(const struct map *map, struct range want);

/* End of the highest type 1 entry that starts below 4 GiB, at most 4 GiB; 0 without RAM. */
uint64_t map_ram_end(const struct map *map);

#endif
