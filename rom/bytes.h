/* Little-endian fields at any address: headers are bytes, not C structures. */
#ifndef ROM_BYTES_H
#define ROM_BYTES_H

#include <stdint.h>

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline void put_bytes(uint8_t *p, uint64_t value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		*p++ = (uint8_t)value;
}

#endif
