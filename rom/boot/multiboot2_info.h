/*
 * What a Multiboot 2 kernel is told (specification 2.0, section 3.6). Pure: the strings and section
 * headers that fw_cfg holds are read into holes that are left for them.
 */
#ifndef ROM_BOOT_MULTIBOOT2_INFO_H
#define ROM_BOOT_MULTIBOOT2_INFO_H

#include "map.h"
#include "source/files.h"
#include "boot/multiboot2.h"

struct multiboot2_module {
	uint32_t start, size;
	uint32_t cmdline_size; /* without the NUL */
	uint32_t cmdline_at;   /* out: where its bytes go, from the information on */
};

struct multiboot2_info {
	const struct map *map;
	uint32_t int12_kib;	  /* what int 12h returned */
	uint32_t cmdline_size;	  /* without the NUL */
	const uint8_t *rsdp;	  /* NULL: none */
	const uint8_t *text_mode; /* the byte at 0x449 of the BIOS data */
	uint32_t modules;	  /* how many */
	struct multiboot2_module module[MODULES_MAX];

	uint32_t cmdline_at;  /* out: where its bytes go, from the information on */
	uint32_t sections_at; /* out: and the section headers; 0: nowhere */
};

/* Can we give an information of the type? */
bool multiboot2_gives(uint32_t type);

/* Write the information. to: zeros, as many as are returned; NULL only counts them. */
uint32_t multiboot2_info_write(
	struct multiboot2_info *info, const struct multiboot2 *kernel, uint8_t *to);

#endif
