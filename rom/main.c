/*
 * The story, in flat 32-bit mode: gather -> choose the protocol -> plan, load, write -> enter, or
 * refuse. Runs in place from the ROM; everything it writes lies in struct work, on the stack inside
 * the work area, or where the plan says.
 */
#include <stddef.h>

#include "console.h"
#include "memory.h"
#include "boot/boot.h"

#define AT(field, offset) _Static_assert(offsetof(struct work, field) == (offset), #field)
AT(firmware_sp, W_FIRMWARE_SP);
AT(firmware_ss, W_FIRMWARE_SS);
AT(gdtr, W_GDTR);
AT(old_gdtr, W_OLD_GDTR);
AT(far32, W_FAR32);
AT(far16, W_FAR16);
AT(drive, W_DRIVE);
AT(int12_kib, W_INT12);
AT(e820_count, W_E820_COUNT);
AT(e820_state, W_E820_STATE);
AT(a20_pattern, W_A20);
AT(a20_closed, W_A20_STATE);
AT(enter_seg, W_ENTER_SEG);
AT(enter_sp, W_ENTER_SP);
AT(enter.gdt_limit, W_ENTER_GDTR);
AT(enter.tr, W_ENTER_TR);
AT(enter.esp, W_ENTER_ESP);
AT(enter.eax, W_ENTER_EAX);
AT(enter.ebx, W_ENTER_EBX);
AT(enter.esi, W_ENTER_ESI);
AT(enter.cr3, W_ENTER_CR3);
AT(gdt, W_GDT);
AT(resume, W_RESUME);
AT(disk_ax, W_DISK_AX);
AT(disk_dx, W_DISK_DX);
AT(disk_status, W_DISK_STATUS);
AT(packet, W_DISK_PACKET);
AT(e820, W_E820);
_Static_assert(sizeof(struct e820) == E820_ENTRY, "e820 entry");
_Static_assert(sizeof(struct work) + 0x800 <= WORK_SIZE, "no room for the stack");

/* Vectors and BIOS data; what the firmware needs of its stack when we return. */
#define BIOS_DATA_END	   0x500u
#define FIRMWARE_STACK	   0x100u
#define FIRMWARE_REGISTERS 48u

/* Byte of our image: its size in blocks of 512. */
#define IMAGE_BLOCKS 2

/* Called by entry.S. Returns ENTER_NOT to go back to the firmware, or how to enter the kernel. */
int rom_main(struct work *work);

/* What the 16-bit part found out has to make sense before it is used. */
static int check_gathered(const struct work *work, struct refusal *why)
{
	if (work->a20_closed)
		return refuse(why, REFUSE_A20, work->a20_closed, 0, 0);
	if (work->e820_state == E820_TOO_LONG)
		return refuse(why, REFUSE_E820_LONG, work->e820_count, 0, 0);
	if (work->e820_state == E820_BROKEN || !work->e820_count)
		return refuse(why, REFUSE_E820_BROKEN, work->e820_count, 0, 0);
	return 0;
}

static int gather(struct boot *boot)
{
	uint32_t *size = boot->size;

	if (check_gathered(boot->work, &boot->why) < 0)
		return -1;
	boot->fw_found = !fw_cfg_probe(&boot->fw);
	if (!boot->fw_found)
		return 0;
	if (fw_cfg_sizes(&boot->fw, size) < 0 || fw_cfg_files(&boot->fw, boot->file) < 0)
		return -1;
	if (size[ITEM_CMDLINE])
		size[ITEM_CMDLINE]--; /* the item counts its NUL */
	return 0;
}

/* Where a boot sector has put us: from RAM on nobody else keeps what runs. */
static void take_image(struct boot *boot)
{
	const uint8_t *far16 = boot->work->far16;
	const uint32_t at = (uint32_t)(far16[2] | far16[3] << 8) << 4;
	const uint8_t *image = (const uint8_t *)at;

	place_take(&boot->place, ITEM_LOADER, at, image[IMAGE_BLOCKS] * DISK_SECTOR);
}

/* What nothing may be put over while we and the firmware behind us still run. */
static void start_place(struct boot *boot)
{
	const struct work *work = boot->work;
	const uint32_t stack = ((uint32_t)work->firmware_ss << 4) + work->firmware_sp;

	boot->place.map.entry = work->e820;
	boot->place.map.count = work->e820_count;
	place_init(&boot->place, work->int12_kib);
	place_take(&boot->place, ITEM_FIRMWARE, 0, BIOS_DATA_END);
	place_take(&boot->place, ITEM_LOADER, WORK_BASE, WORK_SIZE);
	if (work->drive)
		take_image(boot);
	place_take(&boot->place, ITEM_FIRMWARE, stack - FIRMWARE_STACK,
		FIRMWARE_STACK + FIRMWARE_REGISTERS);
}

/*
 * Nobody gave fw_cfg a kernel, or there is none: somebody may send one, or a disk may be a volume.
 * A port with our name has no other use; a disk may have. A boot sector has its volume.
 */
static int start_from_elsewhere(struct boot *boot)
{
	if (place_at(&boot->place, ITEM_LOADER, VOLUME_AREA, VOLUME_AREA_SIZE) < 0 ||
		(!boot->work->drive && stream_find(&boot->stream, &boot->why) < 0))
		return -1;
	if (boot->stream.found)
		return linux_start(boot);
	if (volume_find(&boot->volume, boot->work, &boot->place) < 0)
		return -1;
	if (boot->volume.found)
		return linux_start(boot);
	if (!boot->fw_found)
		return fw_cfg_probe(&boot->fw); /* and say what it lacks */
	return refuse(&boot->why, REFUSE_NO_KERNEL, boot->size[ITEM_SETUP], disk_count(), 0);
}

/*
 * Only QEMU's loaders for Multiboot and PVH say where a kernel is entered, and only that for PVH
 * has a setup besides. A file of ours comes first: somebody put it there on purpose.
 */
static int start(struct boot *boot)
{
	uint32_t entry;

	if (!boot->fw_found || boot->work->drive)
		return start_from_elsewhere(boot);
	if (boot->file[FILE_MULTIBOOT2].key)
		return multiboot2_start(boot);
	if (fw_cfg_word(&boot->fw, ITEM_KERNEL, FW_KERNEL_ENTRY, &entry) < 0)
		return -1;
	if (entry)
		return boot->size[ITEM_SETUP] ? pvh_start(boot) : multiboot_start(boot);
	return boot->size[ITEM_SETUP] ? linux_start(boot) : start_from_elsewhere(boot);
}

/* Leave nothing of a refused payload where the next boot device looks. */
static void refused(const struct boot *boot)
{
	const struct taken *taken = boot->place.taken;

	for (uint32_t i = 0; i < boot->place.count; i++)
		if (taken[i].item == ITEM_CMDLINE || taken[i].item == ITEM_INFO)
			memset((void *)taken[i].range.start, 0,
				taken[i].range.end - taken[i].range.start);
	console_refusal(&boot->why);
}

int rom_main(struct work *work)
{
	struct boot boot;
	int enter = -1;

	memset(&boot, 0, sizeof(boot));
	boot.work = work;
	boot.fw.why = boot.place.why = &boot.why;
	if (!gather(&boot)) {
		start_place(&boot);
		enter = start(&boot);
	}
	volume_end(&boot.volume);
	stream_close(&boot.stream, enter < 0);
	if (enter < 0) {
		refused(&boot);
		return ENTER_NOT;
	}
	return enter;
}
