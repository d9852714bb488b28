#include "boot/linux.h"

#define SECTOR		512u
#define SETUP_MAX	0x8000u
#define OLD_CMDLINE_MAX 255
#define OLD_INITRD_MAX	0x37ffffffu
#define HEAP_END_GAP	0x200u /* heap_end_ptr is the end of heap and stack less this */

static int read_version(struct linux *linux, const struct linux_header *header, struct refusal *why)
{
	uint16_t version = header->version;

	linux->version = LINUX_OLD;
	if (header->header_magic != HEADER_MAGIC) {
		if (header->boot_flag == BOOT_FLAG)
			return 0;
		return refuse(why, REFUSE_NOT_LINUX, header->boot_flag, 0, 0);
	}
	if (version < 0x200)
		return refuse(why, REFUSE_VERSION, version, 0, 0);
	if (version == 0x20e)
		version = 0x20d;
	if (version > 0x20f)
		version = 0x20f;
	linux->version = version;
	return 0;
}

static int check_setup_size(
	const struct linux *linux, const struct linux_header *header, struct refusal *why)
{
	const uint32_t sectors = header->setup_sects ? header->setup_sects : 4;
	const uint32_t needs = (sectors + 1) * SECTOR;

	if (linux->size[ITEM_SETUP] < needs || linux->size[ITEM_SETUP] > SETUP_MAX)
		return refuse(why, REFUSE_SETUP_SIZE, linux->size[ITEM_SETUP], needs, 0);
	return 0;
}

static void read_fields(struct linux *linux, const struct linux_header *header)
{
	if (linux->version >= 0x200)
		linux->loaded_high = header->loadflags & LOADFLAG_HIGH;
	if (linux->version >= 0x203)
		linux->initrd_max = header->initrd_addr_max;
	if (linux->version >= 0x205 && header->relocatable) {
		linux->relocatable = true;
		if (header->kernel_alignment)
			linux->alignment = header->kernel_alignment;
	}
	if (linux->version >= 0x206)
		linux->cmdline_max = header->cmdline_size;
	if (linux->version >= 0x209)
		linux->setup_data = address_clip(header->setup_data);
	if (linux->version >= 0x20a) {
		linux->pref_address = address_clip(header->pref_address);
		linux->init_size = header->init_size;
	}
	if (linux->version >= 0x20c) {
		linux->above_4g = header->xloadflags & XLOADFLAG_ABOVE_4G;
		linux->entry_64 = header->xloadflags & XLOADFLAG_KERNEL_64;
	}
}

int linux_read(struct linux *linux, const struct linux_header *header, struct refusal *why)
{
	if (read_version(linux, header, why) < 0 || check_setup_size(linux, header, why) < 0)
		return -1;
	linux->loaded_high = linux->relocatable = linux->above_4g = linux->entry_64 = false;
	linux->cmdline_max = OLD_CMDLINE_MAX;
	linux->initrd_max = OLD_INITRD_MAX;
	linux->alignment = 1;
	linux->pref_address = linux->init_size = linux->setup_data = 0;
	read_fields(linux, header);
	if (linux->alignment & (linux->alignment - 1))
		return refuse(why, REFUSE_ALIGNMENT, linux->alignment, 0, 0);
	return 0;
}

/*
 * QEMU has looked for "vga=" anywhere in the command line and may have written what it found. The
 * file's own value is lost then, so a string that is no proper word leaves the usual default.
 */
static void write_vid_mode(const struct linux *linux, struct linux_header *header)
{
	if (linux->options.vga_seen)
		header->vid_mode = linux->options.vga;
}

void linux_write(const struct linux *linux, struct linux_setup *setup)
{
	struct linux_header *header = &setup->header;

	write_vid_mode(linux, header);
	if (linux->version < 0x202) {
		setup->old_cmdline_magic = OLD_CMDLINE_MAGIC;
		setup->old_cmdline_offset = (uint16_t)linux->window;
	} else {
		header->cmd_line_ptr = linux->at[ITEM_CMDLINE];
	}
	if (linux->version >= 0x200) {
		header->type_of_loader = LOADER_UNREGISTERED;
		header->ramdisk_image = linux->at[ITEM_INITRD];
		header->ramdisk_size = linux->size[ITEM_INITRD];
	}
	if (linux->version >= 0x201) {
		header->loadflags |= LOADFLAG_CAN_USE_HEAP;
		header->heap_end_ptr = (uint16_t)(linux->window - HEAP_END_GAP);
	}
	if (linux->setup_data_size)
		header->setup_data = linux->setup_data_to;
}

/* Each node has to lie behind the one before it, so the list ends. */
int linux_move_setup_data(const struct linux *linux, uint8_t *list, struct refusal *why)
{
	const uint32_t from = linux->setup_data, size = linux->setup_data_size;
	uint32_t offset = 0, free = 0;

	for (;;) {
		struct linux_setup_data *node = (struct linux_setup_data *)(list + offset);
		uint32_t next;

		if (offset < free || offset > size || size - offset < sizeof(*node) ||
			size - offset - sizeof(*node) < node->length)
			return refuse(why, REFUSE_SETUP_DATA, from + offset, from, from + size);
		if (!node->next)
			return 0;
		next = address_clip(node->next);
		node->next = next - from + linux->setup_data_to;
		free = offset + (uint32_t)sizeof(*node) + node->length;
		offset = next - from;
	}
}
