/*
 * What is RAM: questions to an e820 map that may be unsorted, overlapping, unaligned.
 *
 * Addresses are 32 bits, ends are excluded, and ADDRESS_END stands for everything from there on:
 * the last byte below 4 GiB belongs to the firmware's flash and is nobody's RAM.
 */
#ifndef ROM_MAP_H
#define ROM_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_END UINT32_MAX

enum { E820_RAM = 1 };

struct e820 {
	uint64_t start, size;
	uint32_t type;
} __attribute__((packed));

struct map {
	const struct e820 *entry;
	uint32_t count;
};

/* [start, end) */
struct range {
	uint32_t start, end;
};

/* An address of 64 bits, ADDRESS_END if it is higher than that. */
uint32_t address_clip(uint64_t address);

/* The range of size bytes from start, cut at ADDRESS_END. */
struct range range_of(uint32_t start, uint32_t size);

/* Do two ranges share a byte? An empty range shares none. */
bool range_overlaps(const struct range *a, const struct range *b);

/*
 * The first thing, from the top, that keeps want from being RAM. RAM are the bytes in entries of
 * type 1 that no entry of another type claims.
 * Returns the end, below want->end, with which a search downwards has to go on (0 when there is no
 * RAM below); want->end itself when all of want is RAM. want: not empty.
 */
uint32_t map_blocked(const struct map *map, const struct range *want);

/* End of the highest type 1 entry below 4 GiB; 0 without any. */
uint32_t map_ram_end(const struct map *map);

/*
 * Where RAM that begins at start ends: the first byte from there on that is not RAM. start itself
 * when it is none.
 */
uint32_t map_reach(const struct map *map, uint32_t start);

#endif
