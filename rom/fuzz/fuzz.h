/* What the fuzz targets share: bytes that become numbers, and a machine that they choose. */
#ifndef ROM_FUZZ_FUZZ_H
#define ROM_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

#define FUZZ_ENTRIES 12u

/* The bytes that are left of an input. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* A number from the input's first bytes, 0 when it has no more. */
static inline uint64_t take(struct input *input, size_t bytes)
{
	uint64_t value = 0;

	if (input->left < bytes)
		bytes = input->left;
	memcpy(&value, input->at, bytes);
	input->at += bytes;
	input->left -= bytes;
	return value;
}

static inline uint32_t take_word(struct input *input)
{
	return (uint32_t)take(input, 4);
}

/* Bytes of the input into a structure, zeros behind them. */
static inline void take_bytes(struct input *input, void *to, size_t bytes)
{
	const size_t have = input->left < bytes ? input->left : bytes;

	memset(to, 0, bytes);
	memcpy(to, input->at, have);
	input->at += have;
	input->left -= have;
}

/* A judge's sentence: what is broken is said, and libFuzzer keeps the input. */
#define must(holds)                                                                                \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);        \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* A machine: a PC, or a map of the input. */
struct fuzz_machine {
	struct e820 entry[FUZZ_ENTRIES];
	struct refusal why;
	struct place place;
};

static inline void fuzz_machine(struct fuzz_machine *machine, struct input *input)
{
	static const struct e820 pc[] = {{0, 0x9fc00, 1}, {0x9fc00, 0x400, 2},
		{0xf0000, 0x10000, 2}, {0x100000, 0x7ee0000, 1}, {0x7fe0000, 0x20000, 2},
		{0x100000000, 0x40000000, 1}};
	const uint8_t choice = (uint8_t)take(input, 1);
	uint32_t count = sizeof(pc) / sizeof(pc[0]);

	memset(machine, 0, sizeof(*machine));
	memcpy(machine->entry, pc, sizeof(pc));
	if (choice & 1) {
		count = 1 + choice % FUZZ_ENTRIES;
		take_bytes(input, machine->entry, count * sizeof(struct e820));
	}
	machine->place.map = (struct map){machine->entry, count};
	machine->place.why = &machine->why;
	place_init(&machine->place, choice & 2 ? (uint32_t)take(input, 2) : 639);
	place_take(&machine->place, ITEM_LOADER, 0x8000, 0x1800);
}

/*
 * Every range that a plan took since @first is RAM below 4 GiB byte by byte of the map's claims,
 * and shares no byte with any other, except where the same item may: run-time memory with its
 * image.
 */
void check_taken(const struct place *place, uint32_t first);

/* [start, start + size) lies in one range that was taken for item. */
bool in_taken(const struct place *place, enum item item, uint64_t start, uint64_t size);

#endif
