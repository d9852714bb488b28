/* Boots by Multiboot 2, from files of ours in fw_cfg (source/files.h). */
#include "boot/boot.h"
#include "boot/multiboot2.h"
#include "boot/multiboot2_info.h"
#include "memory.h"

#define BIOS_TEXT_MODE 0x449u
#define HEAD_AT	       LOW_FIRST /* the beginning of the file, while we run */

/* One boot of a Multiboot 2 kernel. */
struct job {
	struct boot *boot;
	struct multiboot2 kernel;
	struct multiboot2_info info;
	uint32_t block; /* struct handover, and the information behind it */
};

static const struct file *kernel_file(const struct job *job)
{
	return &job->boot->file[FILE_MULTIBOOT2];
}

static int read_file(const struct job *job, enum item item, const struct file *file,
	uint32_t offset, uint32_t to, uint32_t bytes)
{
	return fw_cfg_read_part(&job->boot->fw, item, file->key, offset, to, bytes);
}

/* The information, where it is in memory. */
static uint32_t info_at(const struct job *job)
{
	return job->block + (uint32_t)sizeof(struct handover);
}

static int read_head(struct job *job)
{
	struct boot *boot = job->boot;
	const uint32_t file_size = kernel_file(job)->size;
	const uint32_t bytes = file_size < MULTIBOOT2_HEAD ? file_size : MULTIBOOT2_HEAD;

	if (place_at(&boot->place, ITEM_INFO, HEAD_AT, MULTIBOOT2_HEAD) < 0 ||
		read_file(job, ITEM_KERNEL, kernel_file(job), 0, HEAD_AT, bytes) < 0)
		return -1;
	return multiboot2_read(
		&job->kernel, (const uint8_t *)HEAD_AT, bytes, file_size, &boot->why);
}

/* So that no sum of sizes wraps. */
static int check_cmdlines(struct boot *boot)
{
	for (uint32_t i = FILE_CMDLINE; i < FILES; i++)
		if ((i == FILE_CMDLINE || i >= FILE_MODULE_CMDLINE) && boot->file[i].size > ONE_MIB)
			return refuse(&boot->why, REFUSE_CMDLINE, boot->file[i].size, ONE_MIB, 0);
	return 0;
}

static void gather_info(struct job *job)
{
	struct boot *boot = job->boot;
	struct multiboot2_info *info = &job->info;

	info->map = &boot->place.map;
	info->int12_kib = boot->work->int12_kib;
	info->cmdline_size = boot->file[FILE_CMDLINE].size;
	info->rsdp = (const uint8_t *)boot_rsdp();
	info->text_mode = (const uint8_t *)BIOS_TEXT_MODE;
	info->modules = 0;
	for (uint32_t i = 0; i < MODULES_MAX; i++) {
		struct multiboot2_module *module = &info->module[info->modules];

		if (!boot->file[FILE_MODULE + i].key)
			continue;
		module->size = boot->file[FILE_MODULE + i].size;
		module->cmdline_size = boot->file[FILE_MODULE_CMDLINE + i].size;
		module->start = 0;
		info->modules++;
	}
}

static int place_info(struct job *job)
{
	struct place *place = &job->boot->place;
	const uint32_t size = multiboot2_info_write(&job->info, &job->kernel, 0);

	job->block = place_low(place, ITEM_INFO, size + (uint32_t)sizeof(struct handover));
	if (!job->block)
		return -1;
	for (uint32_t i = 0; i < job->info.modules; i++) {
		struct multiboot2_module *module = &job->info.module[i];

		if (!module->size)
			continue;
		module->start = place_high(place, ITEM_MODULE, module->size, ADDRESS_END - 1);
		if (!module->start)
			return -1;
	}
	boot_info(job->block, size + (uint32_t)sizeof(struct handover));
	multiboot2_info_write(&job->info, &job->kernel, (uint8_t *)info_at(job));
	return 0;
}

static int read_pieces(struct job *job)
{
	struct elf_segment piece;
	int kind;

	for (uint32_t i = 0; (kind = multiboot2_piece(&job->kernel, i, &piece)) >= 0; i++) {
		if (!kind)
			continue;
		if (read_file(job, ITEM_KERNEL, kernel_file(job), piece.offset, piece.to,
			    piece.bytes) < 0)
			return -1;
		memset((void *)(piece.to + piece.bytes), 0, piece.size - piece.bytes);
	}
	return 0;
}

static int read_modules(struct job *job)
{
	const struct file *file = job->boot->file;
	uint32_t next = 0;

	if (read_file(job, ITEM_CMDLINE, &file[FILE_CMDLINE], 0,
		    info_at(job) + job->info.cmdline_at, file[FILE_CMDLINE].size) < 0)
		return -1;
	for (uint32_t i = 0; i < MODULES_MAX; i++) {
		const struct file *data = &file[FILE_MODULE + i];
		const struct file *cmdline = &file[FILE_MODULE_CMDLINE + i];
		const struct multiboot2_module *module = &job->info.module[next];

		if (!data->key)
			continue;
		next++;
		if (read_file(job, ITEM_MODULE, data, 0, module->start, data->size) < 0 ||
			read_file(job, ITEM_MODULE, cmdline, 0, info_at(job) + module->cmdline_at,
				cmdline->size) < 0)
			return -1;
	}
	return 0;
}

/*
 * Symbols and strings lie in the file alone: they get a home together, and their headers say where.
 * Two rounds, since the first has to know all sizes. to: 0 in the first.
 */
static int each_section(struct job *job, uint32_t to, uint32_t *total)
{
	const struct elf *elf = &job->kernel.elf;
	uint8_t *table = (uint8_t *)(info_at(job) + job->info.sections_at);
	struct elf_section section;

	*total = 0;
	for (uint32_t i = 0; i < elf->shnum; i++) {
		if (elf_section(elf, table, i, &section, &job->boot->why) < 0)
			return -1;
		if (!section.wanted)
			continue;
		if (to) {
			elf_section_set(elf, table, i, to + *total);
			if (read_file(job, ITEM_SYMBOLS, kernel_file(job), section.offset,
				    to + *total, section.size) < 0)
				return -1;
		}
		if (__builtin_add_overflow(*total, section.size, total) ||
			*total > ADDRESS_END - 16)
			return refuse(
				&job->boot->why, REFUSE_NO_ROOM, ITEM_SYMBOLS, section.size, 0);
		*total = (*total + 15) & ~15u;
	}
	return 0;
}

static int read_sections(struct job *job)
{
	const struct elf *elf = &job->kernel.elf;
	uint32_t total, to;

	if (!job->info.sections_at)
		return 0;
	if (read_file(job, ITEM_SYMBOLS, kernel_file(job), elf->shoff,
		    info_at(job) + job->info.sections_at, elf->shnum * elf->shentsize) < 0 ||
		each_section(job, 0, &total) < 0)
		return -1;
	if (!total)
		return 0;
	to = place_high(&job->boot->place, ITEM_SYMBOLS, total, ADDRESS_END - 1);
	return to ? each_section(job, to, &total) : -1;
}

int multiboot2_start(struct boot *boot)
{
	struct enter *enter = &boot->work->enter;
	struct job job;

	job.boot = boot;
	if (check_cmdlines(boot) < 0 || read_head(&job) < 0 ||
		multiboot2_plan(&job.kernel, &boot->place) < 0)
		return -1;
	gather_info(&job);
	if (place_info(&job) < 0 || read_sections(&job) < 0 || read_modules(&job) < 0 ||
		read_pieces(&job) < 0)
		return -1;
	memset((void *)HEAD_AT, 0, MULTIBOOT2_HEAD);
	handover_prepare((struct handover *)job.block, job.block, job.kernel.entry, enter);
	enter->eax = MULTIBOOT2_MAGIC;
	enter->ebx = info_at(&job);
	return ENTER_PROTECTED;
}
