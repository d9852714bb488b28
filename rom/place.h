/*
 * Where things go in memory. Pure: knows the memory map and what is taken already, and nothing of
 * boot protocols; boot/NAME_plan.c says what has to go where. Compiled for the host, too.
 */
#ifndef ROM_PLACE_H
#define ROM_PLACE_H

#include "map.h"
#include "refuse.h"

#define PAGE_SIZE  0x1000u
#define ONE_MIB	   0x100000u
#define VIDEO_BASE 0xa0000u
#define LOW_FIRST  0x10000u
#define TAKEN_MAX  32

struct taken {
	struct range range;
	enum item item;
};

struct place {
	struct map map;
	struct refusal *why; /* where functions of this file say why they return -1 */
	uint32_t count;
	uint32_t first; /* no home below this one: place_high() */
	struct taken taken[TAKEN_MAX];
};

/*
 * Start placing: place->map and ->why are set by the caller. int12_kib: what int 12h returned, KiB
 * of conventional memory; from there (VIDEO_BASE at most) to 1 MiB all is the firmware's, whatever
 * the map says.
 */
void place_init(struct place *place, uint32_t int12_kib);

/*
 * May item lie in [start, start + size): below 4 GiB, wholly RAM, over nothing taken? Takes
 * nothing. An empty item may lie anywhere. Returns 0, or -1 with REFUSE_NOT_RAM or REFUSE_OVERLAP.
 */
int place_check(struct place *place, enum item item, uint32_t start, uint32_t size);

/* Note that the range is item's from now on. At most TAKEN_MAX calls. */
void place_take(struct place *place, enum item item, uint32_t start, uint32_t size);

/* place_check(), then place_take(). */
int place_at(struct place *place, enum item item, uint32_t start, uint32_t size);

/*
 * Find the highest page-aligned home for item above 1 MiB, and take it. The whole last page has to
 * be free RAM, too. size: bytes, > 0. last: the highest address its last byte may have.
 * Returns the address, or 0 with REFUSE_NO_ROOM.
 */
uint32_t place_high(struct place *place, enum item item, uint32_t size, uint32_t last);

/*
 * Find the highest page-aligned home below 1 MiB, from LOW_FIRST on, and take it; above 1 MiB when
 * there is none. For what a kernel wants to see before it has mapped much. Returns as place_high().
 */
uint32_t place_low(struct place *place, enum item item, uint32_t size);

/* Where a kernel says that it may be put. */
struct window {
	uint32_t first, last; /* lowest address of its first byte, highest of its last one */
	uint32_t align;	      /* a power of two */
	bool highest;	      /* the highest such home, not the lowest */
};

/*
 * Find a home inside a window, and take it. size: bytes, > 0. Returns the address, or 0 with
 * REFUSE_NO_ROOM.
 */
uint32_t place_window(
	struct place *place, enum item item, uint32_t size, const struct window *window);

#endif
