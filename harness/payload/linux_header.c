#include "payload/linux_header.h"

#include <string.h>

#define SECTOR	      512
#define BOOT_FLAG     0xaa55
#define HDRS	      0x53726448 /* "HdrS" */
#define SECTS_DEFAULT 4		 /* what setup_sects 0 means */

/* Linux boot protocol, "The real-mode kernel header" */
const struct linux_field linux_fields[] = {
#define ALL 0xffff
#define FIELD(name, offset, width, since, till)                                                    \
	{                                                                                          \
#name, offset, width, since, till, offsetof(struct linux_header, name)             \
	}
	FIELD(setup_sects, 0x1f1, 1, 0, ALL),
	FIELD(root_flags, 0x1f2, 2, 0, ALL),
	FIELD(syssize, 0x1f4, 2, 0, 0x203),
	FIELD(syssize, 0x1f4, 4, 0x204, ALL),
	FIELD(ram_size, 0x1f8, 2, 0, ALL),
	FIELD(vid_mode, 0x1fa, 2, 0, ALL),
	FIELD(root_dev, 0x1fc, 2, 0, ALL),
	FIELD(boot_flag, 0x1fe, 2, 0, ALL),
	FIELD(jump, 0x200, 2, 0x200, ALL),
	FIELD(header, 0x202, 4, 0x200, ALL),
	FIELD(version, 0x206, 2, 0x200, ALL),
	FIELD(realmode_swtch, 0x208, 4, 0x200, ALL),
	FIELD(start_sys_seg, 0x20c, 2, 0x200, ALL),
	FIELD(kernel_version, 0x20e, 2, 0x200, ALL),
	FIELD(type_of_loader, 0x210, 1, 0x200, ALL),
	FIELD(loadflags, 0x211, 1, 0x200, ALL),
	FIELD(setup_move_size, 0x212, 2, 0x200, ALL), /* read up to 2.01, there in all */
	FIELD(code32_start, 0x214, 4, 0x200, ALL),
	FIELD(ramdisk_image, 0x218, 4, 0x200, ALL),
	FIELD(ramdisk_size, 0x21c, 4, 0x200, ALL),
	FIELD(bootsect_kludge, 0x220, 4, 0x200, ALL),
	FIELD(heap_end_ptr, 0x224, 2, 0x201, ALL),
	FIELD(ext_loader_ver, 0x226, 1, 0x202, ALL),
	FIELD(ext_loader_type, 0x227, 1, 0x202, ALL),
	FIELD(cmd_line_ptr, 0x228, 4, 0x202, ALL),
	FIELD(initrd_addr_max, 0x22c, 4, 0x203, ALL),
	FIELD(kernel_alignment, 0x230, 4, 0x205, ALL),
	FIELD(relocatable_kernel, 0x234, 1, 0x205, ALL),
	FIELD(min_alignment, 0x235, 1, 0x20a, ALL),
	FIELD(xloadflags, 0x236, 2, 0x20c, ALL),
	FIELD(cmdline_size, 0x238, 4, 0x206, ALL),
	FIELD(hardware_subarch, 0x23c, 4, 0x207, ALL),
	FIELD(hardware_subarch_data, 0x240, 8, 0x207, ALL),
	FIELD(payload_offset, 0x248, 4, 0x208, ALL),
	FIELD(payload_length, 0x24c, 4, 0x208, ALL),
	FIELD(setup_data, 0x250, 8, 0x209, ALL),
	FIELD(pref_address, 0x258, 8, 0x20a, ALL),
	FIELD(init_size, 0x260, 4, 0x20a, ALL),
	FIELD(handover_offset, 0x264, 4, 0x20b, ALL),
	FIELD(kernel_info_offset, 0x268, 4, 0x20f, ALL),
	{0},
};

bool linux_field_valid(const struct linux_field *field, unsigned version)
{
	return version >= field->since && version <= field->till;
}

const struct linux_field *linux_field_find(const char *name, unsigned version)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, version) && !strcmp(field->name, name))
			return field;
	return NULL;
}

static uint64_t little(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

static void read_fields(const uint8_t *setup, struct linux_header *header)
{
	unsigned version = header->has_header ? (unsigned)little(setup + 0x206, 2) : 0;

	for (const struct linux_field *field = linux_fields; field->name; field++) {
		uint64_t value = little(setup + field->offset, field->width);

		if (linux_field_valid(field, version))
			memcpy((char *)header + field->member, &value, sizeof(value));
	}
	if (version < 0x203)
		header->initrd_addr_max = LINUX_INITRD_ADDR_MAX_2_00;
	if (version < 0x206)
		header->cmdline_size = LINUX_CMDLINE_SIZE_2_00;
}

int linux_header_read(
	const void *bytes, size_t size, struct linux_header *header, struct error *error)
{
	const uint8_t *setup = bytes;
	uint64_t sects;

	*header = (struct linux_header){0};
	if (size < LINUX_HEADER_END)
		return fail(error, "%zu bytes are too few for a Linux setup header, which needs %d",
			size, LINUX_HEADER_END);
	if (little(setup + 0x1fe, 2) != BOOT_FLAG)
		return fail(error, "no Linux image: boot_flag at 0x1fe is 0x%04x, not 0x%04x",
			(unsigned)little(setup + 0x1fe, 2), BOOT_FLAG);
	header->has_header = little(setup + 0x202, 4) == HDRS;
	if (header->has_header && little(setup + 0x206, 2) < 0x200)
		return fail(error, "HdrS, but protocol version 0x%04x, which is below 0x0200",
			(unsigned)little(setup + 0x206, 2));
	read_fields(setup, header);
	sects = header->setup_sects ? header->setup_sects : SECTS_DEFAULT;
	header->setup_size = (sects + 1) * SECTOR;
	if (header->setup_size > size)
		return fail(error,
			"the setup should have %llu bytes (setup_sects %llu), the file has %zu",
			(unsigned long long)header->setup_size,
			(unsigned long long)header->setup_sects, size);
	header->image_offset = header->setup_size;
	header->image_size = size - header->setup_size;
	return 0;
}
