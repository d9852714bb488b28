/* Guest memory and processor state as a judge sees them, from whichever engine they came. */
#ifndef DKBOOT_BASE_MEMORY_H
#define DKBOOT_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/** One entry of the firmware's memory map (int 15h/E820, ACPI 6.5 section 15.1). */
struct memory_range {
	uint64_t start; /* first byte */
	uint64_t end;	/* behind the last byte */
	uint32_t type;	/* 1 RAM, 2 reserved, 3 ACPI, 4 NVS, 5 unusable, ... */
};

#define MEMORY_MAP_LIMIT 256

/** The firmware's memory map, in the firmware's order. */
struct memory_map {
	struct memory_range range[MEMORY_MAP_LIMIT];
	size_t count;
};

/** Registers of a guest's processor that stands still. */
struct cpu_state {
	uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eip, eflags;
	uint16_t cs, ss, ds, es, fs, gs;
	uint32_t cr0, cr3, cr4;
	uint32_t efer; /* its lower half */
};

/** How a judge reads a guest that stands still. */
struct memory_reader {
	/** Reads guest-physical RAM; RAM that was never touched reads as zero. @return 0; 1 when
	 * there is no RAM, -1 when it cannot be read, both with the reason */
	int (*read)(void *context, uint64_t address, void *out, size_t size, struct error *error);

	/**
	 * The next stretch of RAM at or behind @from that was ever touched, whole pages. What lies
	 * between such stretches is zero. @return 0 and [start, end); 1 when there is none; -1 with
	 * the reason
	 */
	int (*touched)(
		void *context, uint64_t from, uint64_t *start, uint64_t *end, struct error *error);
	void *context;
};

#endif
