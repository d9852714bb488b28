/* CRC-32 as guests report it, SHA-256 as the host records it. */
#ifndef DKBOOT_BASE_DIGEST_H
#define DKBOOT_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/** A SHA-256 in lower-case hexadecimal, with its NUL. */
struct sha256 {
	char hex[65];
};

/** SHA-256 of bytes in memory (FIPS 180-4). */
struct sha256 sha256_bytes(const void *bytes, size_t size);

/**
 * SHA-256, CRC-32 (ISO 3309, as zlib) and size of a file in one pass.
 * @param crc32 may be NULL
 * @param size  in bytes; may be NULL
 */
int digest_file(const char *path, struct sha256 *sha256, uint32_t *crc32, uint64_t *size,
	struct error *error);

/** CRC-32 of bytes behind those that gave @before; 0 for none. */
uint32_t crc32_more(uint32_t before, const void *bytes, size_t size);

/** CRC-32 of bytes in memory, starting afresh. */
uint32_t crc32_bytes(const void *bytes, size_t size);

#endif
