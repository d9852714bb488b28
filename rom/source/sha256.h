/* SHA-256 (FIPS 180-4) of bytes in memory, in pieces. Pure. */
#ifndef ROM_SOURCE_SHA256_H
#define ROM_SOURCE_SHA256_H

#include <stdint.h>

#define SHA256_BLOCK 64u
#define SHA256_WORDS 8

struct sha256 {
	uint32_t state[SHA256_WORDS];
	uint32_t bytes; /* taken in so far */
};

/* Begin: nothing is in it yet. */
void sha256_init(struct sha256 *sha);

/* Take in whole blocks: bytes is a multiple of SHA256_BLOCK. In all, below 4 GiB. */
void sha256_blocks(struct sha256 *sha, const void *at, uint32_t bytes);

/*
 * Take in the last bytes, any number of them, and end: sha->state is the digest, as numbers; byte 0
 * of it is the highest one of state[0].
 */
void sha256_end(struct sha256 *sha, const void *at, uint32_t bytes);

#endif
