/* What the boot protocols share: everything known about one boot, and the steps that all need. */
#ifndef ROM_BOOT_BOOT_H
#define ROM_BOOT_BOOT_H

#include "handover.h"
#include "place.h"
#include "source/files.h"
#include "source/fw_cfg.h"
#include "source/stream_port.h"
#include "source/volume_disk.h"
#include "work.h"

/* Lives on the stack. */
struct boot {
	struct work *work;
	struct refusal why;
	struct fw_cfg fw;
	bool fw_found;
	struct volume volume;
	struct stream_port stream;
	struct file file[FILES];
	uint32_t
		size[PAYLOAD_ITEMS]; /* of QEMU's items; that of the command line without its NUL */
	struct place place;
};

/*
 * Boot by one protocol: plan, load, write what the kernel is to find. Returns ENTER_REAL or
 * ENTER_PROTECTED with the words of struct work set that entry.S needs, or -1 with boot->why set.
 */
int linux_start(struct boot *boot);
int multiboot_start(struct boot *boot);
int multiboot2_start(struct boot *boot);
int pvh_start(struct boot *boot);

/* Address of the ACPI root pointer, 0 when there is none. */
uint32_t boot_rsdp(void);

/* Zero the boot information that a plan has at the address at, and return it. */
void *boot_info(uint32_t at, uint32_t size);

#endif
