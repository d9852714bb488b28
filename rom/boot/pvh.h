/*
 * The PVH boot protocol (docs/misc/pvh.pandoc of Xen, struct hvm_start_info version 1). QEMU has
 * put the kernel where it belongs; the rest is planned and written here. Pure: bytes in, bytes out.
 */
#ifndef ROM_BOOT_PVH_H
#define ROM_BOOT_PVH_H

#include "handover.h"
#include "place.h"

#define PVH_MAGIC 0x336ec578u

struct pvh_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist_paddr, cmdline_paddr, rsdp_paddr, memmap_paddr;
	uint32_t memmap_entries, reserved;
} __attribute__((packed));

struct pvh_module {
	uint64_t paddr, size, cmdline_paddr, reserved;
} __attribute__((packed));

struct pvh_memory {
	uint64_t addr, size;
	uint32_t type, reserved;
} __attribute__((packed));

/* Everything that we write in one piece; as many entries as the map has. */
struct pvh_info {
	struct handover handover;
	struct pvh_start_info start;
	struct pvh_module module;
	struct pvh_memory memory[];
} __attribute__((packed));

_Static_assert(sizeof(struct pvh_start_info) == 56, "version 1");

/* One boot: what is asked for, then what pvh_plan() made of it. */
struct pvh {
	uint32_t kernel, kernel_size, entry; /* where QEMU put it */
	uint32_t initrd_size;
	uint32_t cmdline_size; /* without the NUL */
	uint32_t rsdp;	       /* 0: none */

	uint32_t initrd, cmdline; /* addresses, initrd 0 when there is none */
	uint32_t info, info_size;
};

/* Place everything. Returns 0, or -1 with a reason in *place->why. */
int pvh_plan(struct pvh *pvh, struct place *place);

/* Write the boot information. info: pvh->info_size zeros. enter: filled, too. */
void pvh_write(
	const struct pvh *pvh, const struct map *map, struct pvh_info *info, struct enter *enter);

#endif
