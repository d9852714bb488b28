#include "rsdp.h"

#include <stdbool.h>

#define AT_REVISION 15u
#define AT_LENGTH   20u
#define FIRST_WORD  0x20445352u /* "RSD " */

static const char signature[] = "RSD PTR ";

static bool adds_up(const uint8_t *at, uint32_t bytes)
{
	uint8_t sum = 0;

	while (bytes--)
		sum = (uint8_t)(sum + *at++);
	return !sum;
}

uint32_t rsdp_size(const uint8_t *rsdp)
{
	uint32_t size = 0;

	if (rsdp[AT_REVISION] < 2)
		return RSDP_OLD_BYTES;
	for (uint32_t i = 4; i--;)
		size = size << 8 | rsdp[AT_LENGTH + i];
	return size;
}

/* left: bytes from at to the end of what may be looked at. */
static bool is_rsdp(const uint8_t *at, uint32_t left)
{
	for (uint32_t i = 0; i < sizeof(signature) - 1; i++)
		if (at[i] != (uint8_t)signature[i])
			return false;
	if (left < RSDP_OLD_BYTES || !adds_up(at, RSDP_OLD_BYTES))
		return false;
	if (at[AT_REVISION] < 2)
		return true;
	return left >= RSDP_NEW_BYTES && rsdp_size(at) >= RSDP_NEW_BYTES && rsdp_size(at) <= left &&
	       adds_up(at, rsdp_size(at));
}

/* Most places are none, and there are 8192 of them: the first four bytes tell nearly all. */
static bool may_be_rsdp(const uint8_t *at)
{
	uint32_t word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word == FIRST_WORD;
}

uint32_t rsdp_find(const uint8_t *memory, uint32_t bytes)
{
	for (uint32_t at = 0; at + 16 <= bytes; at += 16)
		if (may_be_rsdp(memory + at) && is_rsdp(memory + at, bytes - at))
			return at;
	return bytes;
}
