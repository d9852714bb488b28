/* Boots a Linux image, from what QEMU holds in fw_cfg, from a volume, or from a stream. */
#include "boot/boot.h"
#include "boot/linux.h"
#include "boot/linux_params.h"
#include "memory.h"

/* The stack begins this far below the end of the kernel's heap. */
#define STACK_GAP 0x10

#define SETUP_SECTORS 4u /* when the header says 0 */

/* In long.S. Not 0 when the processor has long mode. */
int long_mode_known(void);

/* A volume and a stream have files, with setup and kernel in one, and checksums. */
static bool in_files(const struct boot *boot)
{
	return boot->volume.found || boot->stream.found;
}

static int read_bytes(struct boot *boot, enum item item, uint32_t to, uint32_t bytes)
{
	const uint32_t offset = item == ITEM_KERNEL ? boot->size[ITEM_SETUP] : 0;

	if (!in_files(boot))
		return fw_cfg_read(&boot->fw, item, to, bytes);
	if (item == ITEM_SETUP)
		item = ITEM_KERNEL;
	if (boot->stream.found)
		return stream_read(&boot->stream.stream, item, offset, (void *)to, bytes);
	return volume_read(&boot->volume, item, offset, to, bytes);
}

static uint32_t file_bytes(const struct boot *boot, enum item item)
{
	return boot->stream.found ? stream_bytes(&boot->stream.stream, item)
				  : boot->volume.parts.part[item].bytes;
}

static void measure(struct boot *boot)
{
	const uint32_t sectors = boot->work->setup.header.setup_sects;
	const uint32_t all = file_bytes(boot, ITEM_KERNEL);
	uint32_t setup = ((sectors ? sectors : SETUP_SECTORS) + 1) * VOLUME_SECTOR;

	if (setup > all)
		setup = all;
	boot->size[ITEM_SETUP] = setup;
	boot->size[ITEM_KERNEL] = all - setup;
	boot->size[ITEM_INITRD] = file_bytes(boot, ITEM_INITRD);
	boot->size[ITEM_CMDLINE] = file_bytes(boot, ITEM_CMDLINE);
}

static int identify(struct boot *boot, struct linux *linux)
{
	struct linux_setup *setup = &boot->work->setup;

	if (read_bytes(boot, ITEM_SETUP, (uint32_t)setup, sizeof(*setup)) < 0)
		return -1;
	if (in_files(boot))
		measure(boot);
	memcpy(linux->size, boot->size, sizeof(linux->size));
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
	return read_bytes(boot, item, linux->at[item], linux->size[item]);
}

/* Is what arrived what was sent? fw_cfg has no checksum to ask. */
static int check_item(struct boot *boot, const struct linux *linux, enum item item)
{
	const uint32_t setup = item == ITEM_KERNEL ? linux->size[ITEM_SETUP] : 0;
	uint32_t sum = 0;

	if (!in_files(boot))
		return 0;
	if (boot->stream.found)
		return stream_check(&boot->stream.stream, item, (const void *)linux->at[ITEM_SETUP],
			setup, (const void *)linux->at[item], linux->size[item]);
	if (item == ITEM_KERNEL)
		sum = volume_sum(sum, linux->at[ITEM_SETUP], linux->size[ITEM_SETUP]);
	sum = volume_sum(sum, linux->at[item], linux->size[item]);
	return volume_check(&boot->volume, item, sum);
}

/* The command line is read in the middle of planning: mem= on it limits the initrd. */
static int plan(struct boot *boot, struct linux *linux)
{
	char *cmdline;

	if (linux_plan_low(linux, &boot->place) < 0)
		return -1;
	cmdline = (char *)linux->at[ITEM_CMDLINE];
	if (load_item(boot, linux, ITEM_CMDLINE) < 0 || check_item(boot, linux, ITEM_CMDLINE) < 0)
		return -1;
	cmdline[linux->size[ITEM_CMDLINE]] = 0;
	cmdline_scan(cmdline, &linux->options);
	return linux_plan_high(linux, &boot->place);
}

/* A stream comes by the memory that will be the heap and stack of the setup. */
static void hasten(struct boot *boot, const struct linux *linux)
{
	const uint32_t behind = (linux->size[ITEM_SETUP] + 15) & ~15u;

	if (boot->volume.found)
		volume_hasten(&boot->volume, &boot->place);
	if (boot->stream.found)
		stream_widen(&boot->stream, linux->at[ITEM_SETUP] + behind, linux->window - behind);
}

/* The plan was made by the first bytes as they were read first: they are what is checked. */
static int load(struct boot *boot, struct linux *linux)
{
	hasten(boot, linux);
	if (load_item(boot, linux, ITEM_SETUP) < 0 || load_item(boot, linux, ITEM_KERNEL) < 0 ||
		load_item(boot, linux, ITEM_INITRD) < 0)
		return -1;
	if (in_files(boot))
		memcpy((void *)linux->at[ITEM_SETUP], &boot->work->setup,
			sizeof(boot->work->setup));
	if (check_item(boot, linux, ITEM_KERNEL) < 0 || check_item(boot, linux, ITEM_INITRD) < 0)
		return -1;
	stream_close(&boot->stream, false); /* what follows is written where it has come by */
	return 0;
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
