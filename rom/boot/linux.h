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

/* Version 0: an image older than protocol 2.00, without HdrS. */
#define LINUX_OLD 0

/* What the header says, with the protocol's defaults for what its version lacks. */
struct linux_header {
	uint16_t version; /* 2.14 as 2.13, above 2.15 as 2.15 */
	bool loaded_high;
	bool relocatable;
	bool above_4g;
	uint32_t cmdline_max;  /* bytes without the NUL */
	uint32_t initrd_max;   /* highest address of the initrd's last byte */
	uint32_t alignment;    /* power of two, 1 when not said */
	uint64_t pref_address; /* 0 when not said */
	uint32_t init_size;    /* 0 when not said */
	uint64_t setup_data;   /* 0: no list */
};

/* Bytes of each part; cmdline without a NUL. */
struct linux_sizes {
	uint32_t setup, kernel, initrd, cmdline;
};

struct linux_plan {
	uint32_t setup, cmdline, kernel;
	uint32_t heap_end; /* value of heap_end_ptr */
	uint16_t segment;  /* of the setup; it is entered at segment + 0x20 */
	uint16_t sp;
	uint32_t initrd; /* 0 when there is none */
	uint32_t setup_data_from, setup_data_to, setup_data_size;
};

/*
 * Read a setup header. setup: the first HEADER_BYTES of the image. setup_size: bytes of setup that
 * there are. Returns 0, or -1 with REFUSE_NOT_LINUX, _VERSION, _SETUP_SHORT, _SETUP_LONG or
 * _ALIGNMENT in *why. boot.rst, "The Real-Mode Kernel Header", "Details of Header Fields".
 */
int linux_read(const uint8_t *setup, uint32_t setup_size, struct linux_header *header,
	struct refusal *why);

/*
 * Place setup and command line, so that the command line can be read before the rest is planned.
 * place: fresh from place_init(). Returns 0, or -1 with REFUSE_CMDLINE, _NOT_RAM or _OVERLAP.
 * boot.rst, "Memory Layout", "The Kernel Command Line".
 */
int linux_plan_low(const struct linux_header *header, const struct linux_sizes *sizes,
	struct place *place, struct linux_plan *plan, struct refusal *why);

/*
 * Place kernel, its run-time memory, initrd and setup_data. After linux_plan_low(), same arguments.
 * mem_limit: what mem= says, UINT64_MAX if nothing. Returns 0, or -1 with a reason in *why.
 * boot.rst, "Loading The Rest of The Kernel", "Details of Header Fields" (init_size).
 */
int linux_plan_high(const struct linux_header *header, const struct linux_sizes *sizes,
	uint64_t mem_limit, struct place *place, struct linux_plan *plan, struct refusal *why);

/*
 * Write the loader's fields into the setup, and only those that the version has.
 * setup: its first 0x268 bytes, wherever they lie. options: what linux's command line asked for.
 */
void linux_write(uint8_t *setup, const struct linux_header *header, const struct linux_sizes *sizes,
	const struct linux_plan *plan, const struct cmdline_options *options);

/*
 * Make a setup_data list right for its new place. QEMU hangs such lists behind the kernel.
 * list: the bytes, already at their new place or anywhere else; from, to: the addresses that they
 * had and will have; size: bytes of them. Returns 0, or -1 with REFUSE_SETUP_LIST in *why when a
 * node lies outside, is cut short, or the list does not end.
 */
int linux_move_setup_data(
	uint8_t *list, uint32_t from, uint32_t to, uint32_t size, struct refusal *why);

#endif
