/* The rows of malformed.c, a table for each protocol. Internal to payload/. */
#ifndef DKBOOT_PAYLOAD_MALFORMED_ROWS_H
#define DKBOOT_PAYLOAD_MALFORMED_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "payload/spec.h"

#define BEYOND_RAM 0x40000000u /* what a case's machine has less of */

/** An image that is being broken. */
struct malformed_image {
	struct buffer *file;
	size_t header; /* of Multiboot or Multiboot 2, in the file */
	uint32_t dice; /* a random number, never 0 */
};

/** One way to break one probe. */
struct malformed_row {
	const char *file;
	enum boot_protocol boot;
	void (*spoil)(struct malformed_image *image);
};

/** The tables end with a row that has no file. Those of the emulator are refused by it, before any
 * ROM runs. */
extern const struct malformed_row malformed_multiboot2[], malformed_elf[], malformed_multiboot[],
	malformed_pvh[], malformed_linux[], malformed_emulator[];

#define MULTIBOOT2_MAGIC 0xe85250d6u
#define MULTIBOOT_MAGIC	 0x1badb002u

static inline uint32_t malformed_get(const struct malformed_image *image, size_t at)
{
	uint32_t value = 0;

	for (unsigned i = 4; i--;)
		value = value << 8 | (uint8_t)image->file->data[at + i];
	return value;
}

/** @param width bytes, 1 to 4, lowest first */
static inline void malformed_put(
	struct malformed_image *image, size_t at, uint32_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++, value >>= 8)
		image->file->data[at + i] = (char)value;
}

/** malformed_elf.c: moves the only segment of a 32-bit ELF, in physical memory. */
void malformed_move_segment(struct malformed_image *image, uint32_t address);

#endif
