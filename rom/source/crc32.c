#include "source/crc32.h"

#define POLYNOMIAL 0xedb88320u

/* At any address. */
struct word {
	uint32_t value;
} __attribute__((packed, may_alias));

void crc32_init(struct crc32 *crc)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t sum = i;

		for (uint32_t bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (POLYNOMIAL & -(sum & 1));
		crc->table[0][i] = sum;
	}
	for (uint32_t t = 1; t < 4; t++)
		for (uint32_t i = 0; i < 256; i++) {
			const uint32_t before = crc->table[t - 1][i];

			crc->table[t][i] = before >> 8 ^ crc->table[0][before & 0xff];
		}
}

uint32_t crc32_more(const struct crc32 *crc, uint32_t sum, const void *at, uint32_t bytes)
{
	const uint32_t(*t)[256] = crc->table;
	const uint8_t *byte = at;

	sum = ~sum;
	for (; bytes >= 4; bytes -= 4, byte += 4) {
		sum ^= ((const struct word *)byte)->value;
		sum = t[3][sum & 0xff] ^ t[2][sum >> 8 & 0xff] ^ t[1][sum >> 16 & 0xff] ^
		      t[0][sum >> 24];
	}
	while (bytes--)
		sum = sum >> 8 ^ t[0][(sum ^ *byte++) & 0xff];
	return ~sum;
}
