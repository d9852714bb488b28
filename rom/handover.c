#include "handover.h"

#include <stddef.h>

/* Present, accessed, flat where it is a segment: Intel SDM volume 3, 3.4.5 and 7.2.2. */
#define DESCRIPTOR_CODE32 0x00cf9b000000ffffull
#define DESCRIPTOR_CODE64 0x00af9b000000ffffull
#define DESCRIPTOR_DATA	  0x00cf93000000ffffull
#define DESCRIPTOR_TSS	  0x0000890000000067ull

#define PAGE_PRESENT_WRITABLE 3u
#define PAGE_LARGE	      0x80u
#define LARGE_PAGE	      0x200000u
#define TABLE_SIZE	      0x1000u
#define TABLE_ENTRIES	      512u
#define DIRECTORIES	      4u

void handover_prepare(struct handover *handover, uint32_t at, uint32_t eip, struct enter *enter)
{
	handover->eip = eip;
	handover->cs = HANDOVER_CODE;
	handover->gdt[HANDOVER_CODE / 8] = DESCRIPTOR_CODE32;
	handover->gdt[HANDOVER_DATA / 8] = DESCRIPTOR_DATA;
	handover->gdt[HANDOVER_TSS / 8] = DESCRIPTOR_TSS;
	enter->gdt_limit = sizeof(handover->gdt) - 1;
	enter->gdt_base = at + (uint32_t)offsetof(struct handover, gdt);
	enter->esp = at + (uint32_t)offsetof(struct handover, eip);
	enter->tr = 0;
	enter->eax = enter->ebx = enter->esi = enter->cr3 = 0;
}

void handover_task(struct enter *enter)
{
	enter->tr = HANDOVER_TSS;
}

/* One top table with one entry, one table of four directories, which map 1 GiB each. */
void handover_long(struct handover *handover, uint64_t *tables, uint32_t at, struct enter *enter)
{
	uint64_t *pointers = tables + TABLE_ENTRIES, *directory = pointers + TABLE_ENTRIES;

	tables[0] = (at + TABLE_SIZE) | PAGE_PRESENT_WRITABLE;
	for (uint32_t i = 0; i < DIRECTORIES; i++)
		pointers[i] = (at + (i + 2) * TABLE_SIZE) | PAGE_PRESENT_WRITABLE;
	for (uint32_t i = 0; i < DIRECTORIES * TABLE_ENTRIES; i++)
		directory[i] = (i * LARGE_PAGE) | PAGE_LARGE | PAGE_PRESENT_WRITABLE;
	handover->gdt[HANDOVER_CODE / 8] = DESCRIPTOR_CODE64;
	enter->cr3 = at;
}
