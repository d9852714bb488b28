/*
 * The story, in flat 32-bit mode: gather -> identify -> plan -> load -> patch -> enter, or refuse.
 * Runs in place from the ROM; everything it writes lies in struct work, on the stack inside the
 * work area, or where the plan says.
 */
#include <stddef.h>

#include "console.h"
#include "memory.h"
#include "source/fw_cfg.h"
#include "work.h"

#define AT(field, offset) _Static_assert(offsetof(struct work, field) == (offset), #field)
AT(firmware_sp, W_FIRMWARE_SP);
AT(firmware_ss, W_FIRMWARE_SS);
AT(gdtr, W_GDTR);
AT(old_gdtr, W_OLD_GDTR);
AT(far32, W_FAR32);
AT(far16, W_FAR16);
AT(int12_kib, W_INT12);
AT(e820_count, W_E820_COUNT);
AT(e820_state, W_E820_STATE);
AT(a20_pattern, W_A20);
AT(a20_closed, W_A20_STATE);
AT(enter_seg, W_ENTER_SEG);
AT(enter_sp, W_ENTER_SP);
AT(gdt, W_GDT);
AT(e820, W_E820);
_Static_assert(sizeof(struct e820) == E820_ENTRY, "e820 entry");
_Static_assert(sizeof(struct work) + 0x400 <= WORK_SIZE, "no room for the stack");

/* The stack begins this far below the end of the kernel's heap. */
#define STACK_GAP 0x10

/* Everything known about a boot; lives on the stack. */
struct boot {
	struct linux linux;
	struct refusal why;
	struct work *work;
	struct fw_cfg fw;
	bool cmdline_home; /* the command line has its place, and may be in it */
	struct place place;
};

/* Called by entry.S. Returns 1 to enter the kernel, 0 to go back to the firmware. */
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
	uint32_t *size = boot->linux.size;

	if (check_gathered(boot->work, &boot->why) < 0 || fw_cfg_probe(&boot->fw) < 0 ||
		fw_cfg_sizes(&boot->fw, size) < 0)
		return -1;
	if (size[ITEM_CMDLINE])
		size[ITEM_CMDLINE]--; /* the item counts its NUL */
	if (!size[ITEM_SETUP])
		return refuse(&boot->why, REFUSE_NO_KERNEL, size[ITEM_SETUP], 0, 0);
	return 0;
}

static int identify(struct boot *boot)
{
	struct linux_setup *setup = &boot->work->setup;

	if (fw_cfg_read(&boot->fw, ITEM_SETUP, (uint32_t)setup, sizeof(*setup)) < 0)
		return -1;
	return linux_read(&boot->linux, &setup->header, &boot->why);
}

/* Read an item whole to where the plan has it. */
static int load_item(struct boot *boot, enum item item)
{
	return fw_cfg_read(&boot->fw, item, boot->linux.at[item], boot->linux.size[item]);
}

/* The command line is read in the middle of planning: mem= on it limits the initrd. */
static int plan(struct boot *boot)
{
	struct linux *linux = &boot->linux;
	char *cmdline;

	boot->place.map.entry = boot->work->e820;
	boot->place.map.count = boot->work->e820_count;
	place_init(&boot->place, boot->work->int12_kib);
	if (linux_plan_low(linux, &boot->place) < 0)
		return -1;
	boot->cmdline_home = true;
	cmdline = (char *)linux->at[ITEM_CMDLINE];
	if (load_item(boot, ITEM_CMDLINE) < 0)
		return -1;
	cmdline[linux->size[ITEM_CMDLINE]] = 0;
	cmdline_scan(cmdline, &linux->options);
	return linux_plan_high(linux, &boot->place);
}

static int load(struct boot *boot)
{
	if (load_item(boot, ITEM_SETUP) < 0 || load_item(boot, ITEM_KERNEL) < 0)
		return -1;
	return load_item(boot, ITEM_INITRD);
}

static int patch(struct boot *boot)
{
	const struct linux *linux = &boot->linux;
	uint8_t *list = (uint8_t *)linux->setup_data_to;

	linux_write(linux, (struct linux_setup *)linux->at[ITEM_SETUP]);
	if (!linux->setup_data_size)
		return 0;
	memcpy(list, (const void *)linux->setup_data, linux->setup_data_size);
	return linux_move_setup_data(linux, list, &boot->why);
}

/* Leave nothing of a refused payload where the next boot device looks. */
static void refused(const struct boot *boot)
{
	const struct linux *linux = &boot->linux;

	if (boot->cmdline_home)
		memset((void *)linux->at[ITEM_CMDLINE], 0, linux->size[ITEM_CMDLINE] + 1);
	console_refusal(&boot->why);
}

int rom_main(struct work *work)
{
	struct boot boot;

	boot.work = work;
	boot.cmdline_home = false;
	boot.fw.why = boot.place.why = &boot.why;
	if (gather(&boot) < 0 || identify(&boot) < 0 || plan(&boot) < 0 || load(&boot) < 0 ||
		patch(&boot) < 0) {
		refused(&boot);
		return 0;
	}
	work->enter_seg = (uint16_t)(boot.linux.at[ITEM_SETUP] >> 4);
	work->enter_sp = (uint16_t)(boot.linux.window - STACK_GAP);
	return 1;
}
