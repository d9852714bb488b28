#include "boot/linux.h"
#include "boot/linux_fields.h"
#include "bytes.h"

#define SECTOR		 512u
#define SETUP_MAX	 0x8000u
#define OLD_CMDLINE_MAX	 255
#define OLD_INITRD_MAX	 0x37ffffffu
#define SETUP_DATA_NODES 16
#define NODE_HEADER	 16u

static int read_version(const uint8_t *setup, struct linux_header *h, struct refusal *why)
{
	h->version = LINUX_OLD;
	if (get32(setup + HEADER_MAGIC) == HDRS_MAGIC) {
		h->version = get16(setup + VERSION);
		if (h->version < 0x200)
			return REFUSE(why, REFUSE_VERSION, h->version);
		if (h->version == 0x20e)
			h->version = 0x20d;
		if (h->version > 0x20f)
			h->version = 0x20f;
	} else if (get16(setup + BOOT_FLAG) != BOOT_FLAG_MAGIC) {
		return REFUSE(why, REFUSE_NOT_LINUX, get16(setup + BOOT_FLAG));
	}
	return 0;
}

static int check_setup_size(const uint8_t *setup, uint32_t size, struct refusal *why)
{
	const uint32_t sectors = setup[SETUP_SECTS] ? setup[SETUP_SECTS] : 4;
	const uint32_t wanted = (sectors + 1) * SECTOR;

	if (size < wanted)
		return REFUSE(why, REFUSE_SETUP_SHORT, size, wanted);
	if (size > SETUP_MAX)
		return REFUSE(why, REFUSE_SETUP_LONG, size, SETUP_MAX);
	return 0;
}

int linux_read(
	const uint8_t *setup, uint32_t setup_size, struct linux_header *h, struct refusal *why)
{
	if (read_version(setup, h, why) < 0 || check_setup_size(setup, setup_size, why) < 0)
		return -1;
	h->loaded_high = h->version >= 0x200 && setup[LOADFLAGS] & LOADFLAG_HIGH;
	h->initrd_max = h->version >= 0x203 ? get32(setup + INITRD_ADDR_MAX) : OLD_INITRD_MAX;
	h->alignment = h->version >= 0x205 ? get32(setup + KERNEL_ALIGNMENT) : 0;
	h->relocatable = h->version >= 0x205 && setup[RELOCATABLE];
	h->cmdline_max = h->version >= 0x206 ? get32(setup + CMDLINE_SIZE) : 0;
	h->setup_data = h->version >= 0x209 ? get64(setup + SETUP_DATA) : 0;
	h->pref_address = h->version >= 0x20a ? get64(setup + PREF_ADDRESS) : 0;
	h->init_size = h->version >= 0x20a ? get32(setup + INIT_SIZE) : 0;
	h->above_4g = h->version >= 0x20c && get16(setup + XLOADFLAGS) & XLOADFLAG_ABOVE_4G;
	if (!h->cmdline_max)
		h->cmdline_max = OLD_CMDLINE_MAX;
	if (!h->alignment)
		h->alignment = 1;
	if (h->relocatable && h->alignment & (h->alignment - 1))
		return REFUSE(why, REFUSE_ALIGNMENT, h->alignment);
	return 0;
}

/*
 * QEMU has looked for "vga=" anywhere in the command line and may have written what it found. The
 * file's own value is lost then, so a string that is no proper token leaves the usual default.
 */
static void write_vid_mode(uint8_t *setup, const struct cmdline_options *options)
{
	if (options->vga >= 0)
		put_bytes(setup + VID_MODE, (uint64_t)options->vga, 2);
	else if (options->vga_anywhere)
		put_bytes(setup + VID_MODE, VIDEO_NORMAL, 2);
}

void linux_write(uint8_t *setup, const struct linux_header *header, const struct linux_sizes *sizes,
	const struct linux_plan *plan, const struct cmdline_options *options)
{
	const uint32_t flags = setup[LOADFLAGS] | LOADFLAG_CAN_USE_HEAP;
	const struct {
		uint16_t from, below; /* versions that have the field: from <= version < below */
		uint16_t offset, bytes;
		uint32_t value;
	} fields[] = {
		{LINUX_OLD, 0x202, OLD_CMDLINE_MAGIC, 2, OLD_CMDLINE_VALUE},
		{LINUX_OLD, 0x202, OLD_CMDLINE_OFFSET, 2, plan->cmdline - plan->setup},
		{0x200, 0xffff, TYPE_OF_LOADER, 1, LOADER_UNREGISTERED},
		{0x200, 0xffff, RAMDISK_IMAGE, 4, plan->initrd},
		{0x200, 0xffff, RAMDISK_SIZE, 4, sizes->initrd},
		{0x201, 0xffff, LOADFLAGS, 1, flags},
		{0x201, 0xffff, HEAP_END_PTR, 2, plan->heap_end},
		{0x202, 0xffff, CMD_LINE_PTR, 4, plan->cmdline},
	};

	for (unsigned int i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (header->version >= fields[i].from && header->version < fields[i].below)
			put_bytes(setup + fields[i].offset, fields[i].value, fields[i].bytes);
	if (plan->setup_data_size)
		put_bytes(setup + SETUP_DATA, plan->setup_data_to, 8);
	write_vid_mode(setup, options);
}

int linux_move_setup_data(
	uint8_t *list, uint32_t from, uint32_t to, uint32_t size, struct refusal *why)
{
	uint64_t at = from;

	for (unsigned int nodes = 0; nodes < SETUP_DATA_NODES; nodes++) {
		const uint64_t offset = at - from;
		uint8_t *node = list + offset;

		if (at < from || offset + NODE_HEADER > size ||
			offset + NODE_HEADER + get32(node + 12) > size)
			return REFUSE(why, REFUSE_SETUP_LIST, at, from, (uint64_t)from + size);
		at = get64(node);
		if (!at)
			return 0;
		put_bytes(node, at - from + to, 8);
	}
	return REFUSE(why, REFUSE_SETUP_LIST, at, from, (uint64_t)from + size);
}
