/* The machine at the first instruction of a kernel that is entered in 32-bit or 64-bit mode. */
#ifndef DKBOOT_PROBE_COMMON_MACHINE_H
#define DKBOOT_PROBE_COMMON_MACHINE_H

/* Offsets in struct machine, for entry.S. */
#define M_BITS	 0
#define M_TSC	 4
#define M_GDT	 12
#define M_IDT	 18
#define M_EFER	 24
#define M_CR4	 28
#define M_CR3	 32
#define M_CR0	 36
#define M_TR	 40
#define M_DS	 44
#define M_ES	 48
#define M_FS	 52
#define M_GS	 56
#define M_SS	 60
#define M_CS	 64
#define M_ESP	 68
#define M_EDI	 72
#define M_ESI	 76
#define M_EBP	 80
#define M_EBX	 84
#define M_EDX	 88
#define M_ECX	 92
#define M_EAX	 96
#define M_EFLAGS 100
#define M_SIZE	 104

#ifndef __ASSEMBLER__
#include <stdint.h>

/** A descriptor table register. Only the lower half of a 64-bit base is kept. */
struct table {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

/** Registers of 64 bits are cut to their lower half. */
struct machine {
	uint32_t bits; /* 32 or 64 */
	uint64_t tsc;  /* a few instructions later; 0 = there is none */
	struct table gdt, idt;
	uint32_t efer, cr4, cr3, cr0; /* efer: 64-bit entries only */
	uint32_t tr, ds, es, fs, gs, ss, cs;
	uint32_t esp, edi, esi, ebp, ebx, edx, ecx, eax, eflags;
} __attribute__((packed));

_Static_assert(sizeof(struct machine) == M_SIZE, "entry.S knows these offsets");

/** What entry.S calls, in flat 32-bit mode without paging; does not return. */
_Noreturn void probe(const struct machine *machine);
#endif

#endif
