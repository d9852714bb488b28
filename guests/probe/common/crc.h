/* CRC-32, fast enough for an initrd of hundreds of MiB under an interpreting emulator. */
#ifndef DKBOOT_PROBE_COMMON_CRC_H
#define DKBOOT_PROBE_COMMON_CRC_H

#include <stdint.h>

#define CRC_FAST 8 /* tables of the fast way (slicing by 8): 8 KiB */

/** Fills @tables tables: 1, or CRC_FAST. */
void crc_prepare(uint32_t (*table)[256], uint32_t tables);

/** CRC-32 (ISO 3309, as zlib) of @size bytes at the flat address @at, with tables made by
 * crc_prepare(). */
uint32_t crc_of(uint32_t (*table)[256], uint32_t tables, uint32_t at, uint32_t size);

#endif
