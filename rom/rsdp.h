/* The ACPI root pointer in memory (ACPI specification 6.5, 5.2.5.1 and 5.2.5.3). Pure. */
#ifndef ROM_RSDP_H
#define ROM_RSDP_H

#include <stdint.h>

#define RSDP_OLD_BYTES 20u
#define RSDP_NEW_BYTES 36u

/* Where it may be: the first KiB of the EBDA, whose segment is the word at 0x40e, then this. */
#define RSDP_EBDA_WORD	0x40eu
#define RSDP_EBDA_BYTES 1024u
#define RSDP_BIOS_START 0xe0000u
#define RSDP_BIOS_BYTES 0x20000u

/*
 * Find one in memory: on a boundary of 16 bytes, its first 20 bytes add up to 0, and those of its
 * length, which has to lie in memory too, from revision 2 on. Returns its offset, or bytes when
 * there is none.
 */
uint32_t rsdp_find(const uint8_t *memory, uint32_t bytes);

/* Bytes of a root pointer that rsdp_find() found: RSDP_OLD_BYTES before revision 2. */
uint32_t rsdp_size(const uint8_t *rsdp);

#endif
