/*
 * How a kernel is entered that wants no real mode: what entry.S loads last, and the bytes of
 * planned memory that have to outlive the ROM for it. Pure: compiled for the host, too.
 */
#ifndef ROM_HANDOVER_H
#define ROM_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

/* What entry.S loads; it knows the offsets (work.h). */
struct enter {
	uint16_t gdt_limit;
	uint32_t gdt_base;
	uint16_t tr; /* 0: the task register stays as it is */
	uint32_t esp, eax, ebx, esi;
	uint32_t cr3; /* 0: paging stays off; else 64-bit */
} __attribute__((packed));

/* Selectors: those that boot.rst asks for, for everybody. */
#define HANDOVER_CODE 0x10
#define HANDOVER_DATA 0x18
#define HANDOVER_TSS  0x20

/*
 * Lies in memory that the plan gave it, in front of the boot information. The stack is ours and
 * grows down from where the kernel's address is popped off: no protocol promises one.
 */
struct handover {
	uint32_t stack[58];
	uint32_t eip, cs;
	uint64_t gdt[6];
	uint8_t pad[16];
} __attribute__((packed));

_Static_assert(sizeof(struct handover) % 16 == 0, "what follows is aligned");

/* What a 64-bit entry needs besides: tables that map the first 4 GiB one to one. */
#define PAGE_TABLES_SIZE 0x6000u

/*
 * Prepare a 32-bit entry. handover: will lie at the physical address at. eip: the kernel's entry.
 * enter->tr stays 0, registers are the caller's to set.
 */
void handover_prepare(struct handover *handover, uint32_t at, uint32_t eip, struct enter *enter);

/*
 * Make it an entry with a task register, as pvh.pandoc asks: an active 32-bit TSS with base 0 and
 * limit 0x67. After handover_prepare().
 */
void handover_task(struct enter *enter);

/*
 * Make it a 64-bit entry. tables: PAGE_TABLES_SIZE bytes that will lie at the page-aligned physical
 * address at. After handover_prepare(). boot.rst, "64-bit Boot Protocol".
 */
void handover_long(struct handover *handover, uint64_t *tables, uint32_t at, struct enter *enter);

#endif
