/* CRC-32 as in ISO 3309, ITU-T V.42, zlib. Pure. */
#ifndef ROM_SOURCE_CRC32_H
#define ROM_SOURCE_CRC32_H

#include <stdint.h>

/* Four tables: a word a step, where a byte a step would take twice as long. */
struct crc32 {
	uint32_t table[4][256];
};

/* Fill in the tables, 4 KiB. */
void crc32_init(struct crc32 *crc);

/* The checksum of what sum is of, and bytes more. sum: 0 for none yet. */
uint32_t crc32_more(const struct crc32 *crc, uint32_t sum, const void *at, uint32_t bytes);

#endif
