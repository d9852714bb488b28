/*
 * The Linux/x86 boot protocol (Documentation/arch/x86/boot.rst): reading a setup header by its
 * version, planning memory, writing the fields that the version has. Pure: bytes in, bytes out.
 */
#ifndef ROM_BOOT_LINUX_H
#define ROM_BOOT_LINUX_H

#include <stdbool.h>
#include <stdint.h>

#include "place.h"
#include "refuse.h"
#include "boot/cmdline.h"
#include "boot/linux_setup.h"

/* Version 0: an image older than protocol 2.00, without HdrS. */
#define LINUX_OLD 0

#define LINUX_ENTRY_16 16u
#define LINUX_ENTRY_32 32u
#define LINUX_ENTRY_64 64u

/* One boot of a Linux image, from what is asked for to where everything goes. */
struct linux {
	/*
	 * Bytes of each part, by item; that of the command line is without its NUL, and below
	 * UINT32_MAX.
	 */
	uint32_t size[PAYLOAD_ITEMS];

	/* linux_read(): what the header says, the protocol's default for what its version lacks. */
	uint16_t version; /* 2.14 as 2.13, above 2.15 as 2.15 */
	bool loaded_high;
	bool relocatable;
	bool above_4g;
	bool entry_64;	       /* the 64-bit entry is there */
	uint32_t cmdline_max;  /* bytes without the NUL */
	uint32_t initrd_max;   /* highest address of the initrd's last byte */
	uint32_t alignment;    /* a power of two */
	uint32_t pref_address; /* 0 when not said */
	uint32_t init_size;    /* 0 when not said */
	uint32_t setup_data;   /* 0: no list */

	/* linux_plan_low(), linux_plan_high(): addresses by item, initrd 0 when there is none. */
	uint32_t at[PAYLOAD_ITEMS];
	uint32_t window; /* setup, heap and stack: bytes from the setup to the command line */
	uint32_t setup_data_to, setup_data_size;

	unsigned int entry; /* linux_entry() */

	/* Filled by the caller between the two, from the command line. */
	struct cmdline_options options;
};

/*
 * Read a setup header. linux->size is set. header: of the image, at 0x1f1. Returns 0, or -1
 * with REFUSE_NOT_LINUX, _VERSION, _SETUP_SIZE or _ALIGNMENT in *why.
 * boot.rst, "The Real-Mode Kernel Header", "Details of Header Fields".
 */
int linux_read(struct linux *linux, const struct linux_header *header, struct refusal *why);

/*
 * Place setup and command line, so that the command line can be read before the rest is planned.
 * place: fresh from place_init(). Returns 0, or -1 with REFUSE_CMDLINE, _NOT_RAM or _OVERLAP in
 * *place->why. boot.rst, "Memory Layout", "The Kernel Command Line".
 */
int linux_plan_low(struct linux *linux, struct place *place);

/*
 * Place kernel, its run-time memory, initrd and setup_data. After linux_plan_low(), on the same
 * place. Returns 0, or -1 with a reason in *place->why.
 * boot.rst, "Loading The Rest of The Kernel", "Details of Header Fields" (init_size).
 */
int linux_plan_high(struct linux *linux, struct place *place);

/* Write the loader's fields into a setup, and only those that the version has. */
void linux_write(const struct linux *linux, struct linux_setup *setup);

/*
 * Make a setup_data list right for its new home. QEMU hangs such lists behind the kernel.
 * list: linux->setup_data_size bytes that lay at linux->setup_data and will at ->setup_data_to.
 * Returns 0, or -1 with REFUSE_SETUP_DATA in *why when a node lies outside the list's bytes.
 */
int linux_move_setup_data(const struct linux *linux, uint8_t *list, struct refusal *why);

#endif
