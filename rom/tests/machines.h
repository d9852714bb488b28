/* A PC of 128 MiB for tests that place things. */
#ifndef ROM_TESTS_MACHINES_H
#define ROM_TESTS_MACHINES_H

#include "place.h"

#define PC_RAM_END 0x7fe0000u
#define PC_INT12   639u

static const struct e820 pc_map[] = {
	{0, 0x9fc00, 1},
	{0x9fc00, 0x400, 2},
	{0xf0000, 0x10000, 2},
	{0x100000, PC_RAM_END - 0x100000, 1},
	{PC_RAM_END, 0x20000, 2},
	{0xfffc0000, 0x40000, 2},
};
#define PC_ENTRIES 6u

static inline void pc_start(struct place *place, struct refusal *why)
{
	*place = (struct place){.map = {pc_map, PC_ENTRIES}, .why = why};
	place_init(place, PC_INT12);
}

#endif
