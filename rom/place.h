/*
 * Where things go in memory. Pure: knows the memory map and what is taken already, and nothing of
 * boot protocols; boot/NAME_plan.c says what has to go where. Compiled for the host, too.
 */
#ifndef ROM_PLACE_H
#define ROM_PLACE_H

#include "map.h"
#include "refuse.h"

#define PAGE_SIZE  0x1000u
#define TAKEN_MAX  12
#define VIDEO_BASE 0xa0000u

struct taken {
	struct range range;
	enum item item;
};

struct place {
	struct map map;
	struct taken taken[TAKEN_MAX];
	unsigned int count;
};

/*
 * Start placing on a map. int12_kib: what int 12h returned, KiB of conventional memory; from there
 * (from VIDEO_BASE at most) to 1 MiB everything is the firmware's, whatever the map says.
 */
void place_init(struct place *place, const struct map *map, uint32_t int12_kib);

/*
 * May item lie at range: below 4 GiB, wholly RAM, over nothing taken? Takes nothing.
 * Returns 0, or -1 with REFUSE_NOT_RAM or REFUSE_OVERLAP in *why.
 */
int place_check(const struct place *place, enum item item, struct range range, struct refusal *why);

/* Note that range belongs to item from now on. At most TAKEN_MAX calls; an empty range is none. */
void place_take(struct place *place, enum item item, struct range range);

/* place_check(), then place_take(). */
int place_at(struct place *place, enum item item, struct range range, struct refusal *why);

/*
 * Find the highest page-aligned home for item above 1 MiB, and take it. The whole last page has to
 * be free RAM, too.
 * size: bytes, > 0. limit: its last byte lies below this address, and below 4 GiB.
 * *start becomes its address. Returns 0, or -1 with REFUSE_NO_ROOM in *why.
 */
int place_below(struct place *place, enum item item, uint32_t size, uint64_t limit, uint32_t *start,
	struct refusal *why);

#endif
