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
_Static_assert(sizeof(struct work) + 0x1000 <= WORK_SIZE, "no room for the stack");

/* Everything known about a boot; lives on the stack. */
struct boot {
	struct work *work;
	struct fw_cfg fw;
	struct place place;
	struct linux_header header;
	struct linux_sizes sizes;
	struct linux_plan plan;
	struct cmdline_options options;
	bool cmdline_home; /* the command line has its place, and may be in it */
	struct refusal why;
};

/* Called by entry.S. Returns 1 to enter the kernel, 0 to go back to the firmware. */
int rom_main(struct work *work);

/* What the 16-bit part found out has to make sense before it is used. */
static int check_gathered(const struct work *work, struct refusal *why)
{
	if (work->a20_closed)
		return REFUSE(why, REFUSE_A20, work->a20_pattern);
	if (work->e820_state == E820_TOO_LONG)
		return REFUSE(why, REFUSE_E820_LONG, work->e820_count);
	if (work->e820_state == E820_BROKEN || !work->e820_count)
		return REFUSE(why, REFUSE_E820_BROKEN, work->e820_count);
	return 0;
}

static int gather_sizes(struct boot *boot)
{
	struct linux_sizes *sizes = &boot->sizes;

	if (fw_cfg_size(&boot->fw, ITEM_SETUP, &sizes->setup, &boot->why) < 0 ||
		fw_cfg_size(&boot->fw, ITEM_KERNEL, &sizes->kernel, &boot->why) < 0 ||
		fw_cfg_size(&boot->fw, ITEM_INITRD, &sizes->initrd, &boot->why) < 0 ||
		fw_cfg_size(&boot->fw, ITEM_CMDLINE, &sizes->cmdline, &boot->why) < 0)
		return -1;
	if (sizes->cmdline)
		sizes->cmdline--; /* the item counts its NUL */
	if (!sizes->setup)
		return REFUSE(&boot->why, REFUSE_NO_KERNEL, sizes->setup);
	return 0;
}

static int gather(struct boot *boot)
{
	if (check_gathered(boot->work, &boot->why) < 0 || fw_cfg_probe(&boot->fw, &boot->why) < 0)
		return -1;
	return gather_sizes(boot);
}

static int identify(struct boot *boot)
{
	uint8_t *header = boot->work->header;

	if (fw_cfg_read(&boot->fw, ITEM_SETUP, (uint32_t)header, HEADER_BYTES, &boot->why) < 0)
		return -1;
	return linux_read(header, boot->sizes.setup, &boot->header, &boot->why);
}

/* The command line is read in the middle of planning: mem= on it limits the initrd. */
static int plan(struct boot *boot)
{
	const struct map map = {boot->work->e820, boot->work->e820_count};
	const uint32_t length = boot->sizes.cmdline;
	char *cmdline;

	place_init(&boot->place, &map, boot->work->int12_kib);
	if (linux_plan_low(&boot->header, &boot->sizes, &boot->place, &boot->plan, &boot->why) < 0)
		return -1;
	boot->cmdline_home = true;
	cmdline = (char *)boot->plan.cmdline;
	if (fw_cfg_read(&boot->fw, ITEM_CMDLINE, boot->plan.cmdline, length, &boot->why) < 0)
		return -1;
	cmdline[length] = 0;
	cmdline_scan(cmdline, length, &boot->options);
	return linux_plan_high(&boot->header, &boot->sizes, boot->options.mem_limit, &boot->place,
		&boot->plan, &boot->why);
}

static int load(struct boot *boot)
{
	const struct linux_plan *plan = &boot->plan;

	if (fw_cfg_read(&boot->fw, ITEM_SETUP, plan->setup, boot->sizes.setup, &boot->why) < 0 ||
		fw_cfg_read(&boot->fw, ITEM_KERNEL, plan->kernel, boot->sizes.kernel, &boot->why) <
			0)
		return -1;
	return fw_cfg_read(&boot->fw, ITEM_INITRD, plan->initrd, boot->sizes.initrd, &boot->why);
}

static int patch(struct boot *boot)
{
	const struct linux_plan *plan = &boot->plan;
	uint8_t *list = (uint8_t *)plan->setup_data_to;

	linux_write((uint8_t *)plan->setup, &boot->header, &boot->sizes, plan, &boot->options);
	if (!plan->setup_data_size)
		return 0;
	memcpy(list, (const void *)plan->setup_data_from, plan->setup_data_size);
	return linux_move_setup_data(list, plan->setup_data_from, plan->setup_data_to,
		plan->setup_data_size, &boot->why);
}

int rom_main(struct work *work)
{
	struct boot boot = {.work = work};

	if (gather(&boot) < 0 || identify(&boot) < 0 || plan(&boot) < 0 || load(&boot) < 0 ||
		patch(&boot) < 0) {
		if (boot.cmdline_home)
			memset((void *)boot.plan.cmdline, 0, boot.sizes.cmdline + 1);
		console_refusal(&boot.why);
		return 0;
	}
	work->enter_seg = boot.plan.segment;
	work->enter_sp = boot.plan.sp;
	return 1;
}
