/* Boots a Linux image, from what QEMU holds in fw_cfg. */
#include "boot/boot.h"
#include "boot/linux.h"
#include "boot/linux_params.h"
#include "memory.h"

/* The stack begins this far below the end of the kernel's heap. */
#define STACK_GAP 0x10

/* In long.S. Not 0 when the processor has long mode. */
int long_mode_known(void);

static int identify(struct boot *boot, struct linux *linux)
{
	struct linux_setup *setup = &boot->work->setup;

	memcpy(linux->size, boot->size, sizeof(linux->size));
	if (fw_cfg_read(&boot->fw, ITEM_SETUP, (uint32_t)setup, sizeof(*setup)) < 0)
		return -1;
	return linux_read(linux, &setup->header, &boot->why);
}

/* Which entry is asked for: real mode unless our file says something else. */
static int read_entry(struct boot *boot, struct linux *linux)
{
	const struct file *file = &boot->file[FILE_ENTRY];
	uint16_t word = 0;

	linux->entry = LINUX_ENTRY_16;
	if (!file->key)
		return 0;
	if (fw_cfg_read_part(&boot->fw, ITEM_SETUP, file->key, 0, (uint32_t)&word, sizeof(word)) <
		0)
		return -1;
	return linux_entry(linux, word, long_mode_known(), &boot->why);
}

/* Read an item whole to where the plan has it. */
static int load_item(struct boot *boot, struct linux *linux, enum item item)
{
	return fw_cfg_read(&boot->fw, item, linux->at[item], linux->size[item]);
}

/* The command line is read in the middle of planning: mem= on it limits the initrd. */
static int plan(struct boot *boot, struct linux *linux)
{
	char *cmdline;

	if (linux_plan_low(linux, &boot->place) < 0)
		return -1;
	cmdline = (char *)linux->at[ITEM_CMDLINE];
	if (load_item(boot, linux, ITEM_CMDLINE) < 0)
		return -1;
	cmdline[linux->size[ITEM_CMDLINE]] = 0;
	cmdline_scan(cmdline, &linux->options);
	return linux_plan_high(linux, &boot->place);
}

static int load(struct boot *boot, struct linux *linux)
{
	if (load_item(boot, linux, ITEM_SETUP) < 0 || load_item(boot, linux, ITEM_KERNEL) < 0)
		return -1;
	return load_item(boot, linux, ITEM_INITRD);
}

static int patch(struct boot *boot, const struct linux *linux)
{
	uint8_t *list = (uint8_t *)linux->setup_data_to;

	linux_write(linux, (struct linux_setup *)linux->at[ITEM_SETUP]);
	if (!linux->setup_data_size)
		return 0;
	memcpy(list, (const void *)linux->setup_data, linux->setup_data_size);
	return linux_move_setup_data(linux, list, &boot->why);
}

/* The window of the setup holds everything that the other entries need. */
static int enter_params(struct boot *boot, const struct linux *linux)
{
	struct linux_params *params = (struct linux_params *)linux->at[ITEM_SETUP];
	uint8_t video[LINUX_BIOS_DATA];

	memcpy(video, (const void *)LINUX_BIOS_DATA_AT, sizeof(video));
	linux_params(params, linux, &boot->place.map, video);
	linux_params_enter(params, linux, &boot->work->enter);
	return ENTER_PROTECTED;
}

int linux_start(struct boot *boot)
{
	struct linux linux;

	if (identify(boot, &linux) < 0 || read_entry(boot, &linux) < 0 || plan(boot, &linux) < 0 ||
		load(boot, &linux) < 0 || patch(boot, &linux) < 0)
		return -1;
	if (linux.entry != LINUX_ENTRY_16)
		return enter_params(boot, &linux);
	boot->work->enter_seg = (uint16_t)(linux.at[ITEM_SETUP] >> 4);
	boot->work->enter_sp = (uint16_t)(linux.window - STACK_GAP);
	return ENTER_REAL;
}
