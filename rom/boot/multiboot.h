/*
 * Multiboot 0.6.96. QEMU has read the header and made kernel, modules and most of the information
 * into one piece; what only the firmware knows is added here. Pure: bytes in, bytes out.
 */
#ifndef ROM_BOOT_MULTIBOOT_H
#define ROM_BOOT_MULTIBOOT_H

#include "handover.h"
#include "place.h"

#define MULTIBOOT_MAGIC 0x2badb002u

/* Section 3.3, "Boot information format", as far as QEMU fills it. */
struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device;
	uint32_t cmdline, mods_count, mods_addr, syms[4];
	uint32_t mmap_length, mmap_addr, drives_length, drives_addr;
	uint32_t config_table, boot_loader_name, apm_table;
	uint32_t vbe[4];
} __attribute__((packed));

_Static_assert(sizeof(struct multiboot_info) == 88, "as QEMU has it");

#define MULTIBOOT_MEMORY 0x01u
#define MULTIBOOT_MODS	 0x08u
#define MULTIBOOT_MMAP	 0x40u

struct multiboot_module {
	uint32_t start, end, string, reserved;
} __attribute__((packed));

/* size does not count itself. */
struct multiboot_memory {
	uint32_t size;
	uint64_t addr, len;
	uint32_t type;
} __attribute__((packed));

struct multiboot_block {
	struct handover handover;
	struct multiboot_info info;
	struct multiboot_memory memory[];
} __attribute__((packed));

struct multiboot {
	uint32_t kernel, kernel_size, entry; /* with all modules behind it */
	uint32_t info_size;		     /* what QEMU holds */
	struct multiboot_info info;
	uint32_t block, block_size; /* multiboot_plan() */
};

/* Place everything. Returns 0, or -1 with a reason in *place->why. */
int multiboot_plan(struct multiboot *multiboot, struct place *place);

/*
 * Write the boot information. int12_kib: what int 12h returned. block: block_size zeros. enter:
 * filled, too.
 */
void multiboot_write(const struct multiboot *multiboot, const struct map *map, uint32_t int12_kib,
	struct multiboot_block *block, struct enter *enter);

#endif
