/* The setup header of a Linux kernel image, as the file has it. For judges: shares nothing with the
 * ROM. */
#ifndef DKBOOT_PAYLOAD_LINUX_HEADER_H
#define DKBOOT_PAYLOAD_LINUX_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define LINUX_LOADED_HIGH	   0x01 /* loadflags: the protected-mode part goes to 0x100000 */
#define LINUX_CAN_USE_HEAP	   0x80 /* loadflags: heap_end_ptr is valid */
#define LINUX_CAN_BE_ABOVE_4G	   0x02 /* xloadflags: initrd and others may be above 4 GiB */
#define LINUX_INITRD_ADDR_MAX_2_00 0x37ffffffu /* the limit of images before 2.03 */
#define LINUX_CMDLINE_SIZE_2_00	   255 /* the limit of images before 2.06, the NUL not counted */
#define LINUX_PROTOCOL_LAST	   0x20f
#define LINUX_HEADER_FIRST	   0x1f1
#define LINUX_HEADER_END	   0x26c /* behind the last field of LINUX_PROTOCOL_LAST */

/**
 * A setup header. The names are the boot protocol's. A field that the image's version lacks is 0,
 * or what the protocol says to assume: initrd_addr_max, cmdline_size.
 */
struct linux_header {
	uint64_t
		setup_size; /* bytes of the real-mode part: (setup_sects, 0 meaning 4, + 1) * 512 */
	uint64_t image_offset; /* where the protected-mode part begins in the file */
	uint64_t image_size;   /* bytes of it: to the end of the file */
	bool has_header; /* "HdrS" is there; without it only fields of all versions are valid */

	uint64_t setup_sects, root_flags, syssize, ram_size, vid_mode, root_dev, boot_flag;
	uint64_t jump, header, version, realmode_swtch, start_sys_seg, kernel_version;
	uint64_t type_of_loader, loadflags, setup_move_size, code32_start;
	uint64_t ramdisk_image, ramdisk_size, bootsect_kludge, heap_end_ptr;
	uint64_t ext_loader_ver, ext_loader_type, cmd_line_ptr, initrd_addr_max;
	uint64_t kernel_alignment, relocatable_kernel, min_alignment, xloadflags, cmdline_size;
	uint64_t hardware_subarch, hardware_subarch_data, payload_offset, payload_length;
	uint64_t setup_data, pref_address, init_size, handover_offset, kernel_info_offset;
};

/** One field of the header. */
struct linux_field {
	const char *name;
	uint16_t offset; /* in the setup */
	uint8_t width;	 /* bytes, little-endian */
	uint16_t since,
		till;  /* first and last version that has it; since 0 = images without HdrS too */
	size_t member; /* offset of the value in struct linux_header */
};

/** All fields in the order of their offsets; the last one has no name. A name may occur twice
 * (syssize). */
extern const struct linux_field linux_fields[];

/** True when images of @version (0 = no HdrS) have @field. */
bool linux_field_valid(const struct linux_field *field, unsigned version);

/** The field @name as @version has it, NULL if it has none of that name. */
const struct linux_field *linux_field_find(const char *name, unsigned version);

/**
 * Reads the setup header of a kernel image (Linux boot protocol, "The real-mode kernel header").
 * A file without "HdrS" but with the boot flag is an image older than 2.00: @version is 0. Versions
 * above LINUX_PROTOCOL_LAST are read as far as they are known.
 * @param bytes the whole file, or its beginning
 * @param size  size of the whole file in bytes; only the first LINUX_HEADER_END of them are read
 * @return 0; -1 if this is no Linux image or is cut off inside its setup
 */
int linux_header_read(
	const void *bytes, size_t size, struct linux_header *header, struct error *error);

#endif
