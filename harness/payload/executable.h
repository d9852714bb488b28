/* What a kernel file says of itself, for the protocols that load an ELF or a flat file: where its
 * bytes go, and where it is entered. For judges: shares nothing with the ROM. */
#ifndef DKBOOT_PAYLOAD_EXECUTABLE_H
#define DKBOOT_PAYLOAD_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "payload/spec.h"

#define EXECUTABLE_SEGMENTS 16

/** Bytes of the file that go into memory in one piece, and zeros behind them. */
struct segment {
	uint64_t address; /* physical */
	uint64_t offset;  /* in the file */
	uint64_t size;	  /* bytes of the file */
	uint64_t memory;  /* bytes in memory: those behind @size are zero */
};

struct executable {
	enum boot_protocol boot;
	uint64_t entry; /* physical, where it was linked */
	struct segment segment[EXECUTABLE_SEGMENTS];
	size_t segment_count;
	/* A relocatable tag of Multiboot 2 (3.1.11): the image may lie anywhere in [min, max]. */
	bool relocatable;
	uint64_t min, max, align;
	bool low; /* it would rather lie low */
};

/**
 * By which protocol QEMU starts a file that it is given as a kernel: HdrS, then a Multiboot header,
 * then an ELF with the PVH note; all else it takes for an old Linux. Multiboot 2 it does not know.
 */
enum boot_protocol executable_protocol(const uint8_t *bytes, size_t size);

/**
 * Reads a kernel of Multiboot (0.6.96, 3.1), Multiboot 2 (2.0, 3.1) or PVH (Xen's
 * elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY).
 * @param boot which of them
 * @return 0; -1 with the reason when the file is no such kernel, or points outside itself
 */
int executable_read(const uint8_t *bytes, size_t size, enum boot_protocol boot,
	struct executable *out, struct error *error);

/** From its first byte to behind its last, in memory where it was linked. */
void executable_span(const struct executable *executable, uint64_t *start, uint64_t *end);

#endif
