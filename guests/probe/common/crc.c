/* CRC-32 (ISO 3309): a byte at a time, or eight (M. Kounavis, F. Berry: "slicing-by-8", 2005). */
#include "crc.h"

#define POLYNOMIAL 0xedb88320u /* bits reversed */

void crc_prepare(uint32_t (*table)[256], uint32_t tables)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (uint32_t bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (uint32_t t = 1; t < tables; t++)
		for (uint32_t i = 0; i < 256; i++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 255];
}

static uint32_t eight(uint32_t (*table)[256], uint32_t crc, const uint32_t *word)
{
	uint32_t a = crc ^ word[0], b = word[1];

	return table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
	       table[4][a >> 24] ^ table[3][b & 255] ^ table[2][b >> 8 & 255] ^
	       table[1][b >> 16 & 255] ^ table[0][b >> 24];
}

uint32_t crc_of(uint32_t (*table)[256], uint32_t tables, uint32_t at, uint32_t size)
{
	const uint8_t *byte = (const uint8_t *)at;
	uint32_t crc = 0xffffffff;

	if (tables == CRC_FAST)
		for (; size >= 8; size -= 8, byte += 8)
			crc = eight(table, crc, (const uint32_t *)byte);
	while (size--)
		crc = crc >> 8 ^ table[0][(crc ^ *byte++) & 255];
	return ~crc;
}
