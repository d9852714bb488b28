#include "boot/boot.h"
#include "memory.h"
#include "rsdp.h"

static uint32_t rsdp_in(uint32_t start, uint32_t bytes)
{
	const uint32_t offset = rsdp_find((const uint8_t *)start, bytes);

	return offset < bytes ? start + offset : 0;
}

/* A segment that points into nothing of the kind has been seen: only the upper half can be one. */
uint32_t boot_rsdp(void)
{
	const volatile uint16_t *word = (const volatile uint16_t *)RSDP_EBDA_WORD;
	uint32_t ebda, found = 0;

	__asm__("" : "+r"(word)); /* so low an address is an address */
	ebda = (uint32_t)*word << 4;
	if (ebda >= VIDEO_BASE / 2 && ebda <= VIDEO_BASE - RSDP_EBDA_BYTES)
		found = rsdp_in(ebda, RSDP_EBDA_BYTES);
	return found ? found : rsdp_in(RSDP_BIOS_START, RSDP_BIOS_BYTES);
}

void *boot_info(uint32_t at, uint32_t size)
{
	return memset((void *)at, 0, size);
}
