/* What the 16-bit code found, as it lies on the stack. */
#ifndef DKBOOT_PROBE_LINUX_FACTS_H
#define DKBOOT_PROBE_LINUX_FACTS_H

#include <stdint.h>

#include "machine.h"

/** The machine at the kernel's first instruction, and the BIOS's answers. setup.S knows the
 * offsets. */
struct facts {
	uint16_t e801_refused; /* 0, or not 0 when int 15h/E801 came back with carry */
	uint16_t e801_ax, e801_bx, e801_cx, e801_dx;
	uint16_t int12;	   /* KiB below 1 MiB */
	uint32_t setup_at; /* where the setup is, from CS:IP */
	struct table gdt, idt;
	uint64_t tsc; /* time-stamp counter a few instructions after the first; 0 = there is none */
	uint32_t cr0;
	uint16_t ds, es, fs, gs, ss, cs;
	uint16_t ip; /* IP_BIAS more than at entry */
	uint32_t edi, esi, ebp, esp /* 4 less than at entry */, ebx, edx, ecx, eax;
	uint32_t eflags;
} __attribute__((packed));

/** From the entry at 0x200 to the instruction whose IP was kept. */
#define IP_BIAS (0x26c - 0x200 + 7)

_Static_assert(sizeof(struct facts) == 90, "setup.S knows these offsets");

/** One entry of the memory map, as int 15h/E820 gives it. */
struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

/**
 * The 32-bit code, where setup.S goes. It does not return; its stack ends below the map.
 * @param setup where the setup is
 * @param map   lower end of the memory map, last entry first, which reaches up to @facts
 */
_Noreturn __attribute__((section(".first"))) void probe_linux(
	const uint8_t *setup, const struct e820_entry *map, const struct facts *facts);

#endif
