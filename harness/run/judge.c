#include "run/judge.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "record/map.h"
#include "run/fork.h"

/*
 * Where a Linux kernel's first instruction is by its 16-bit entry: behind 0x200 bytes of the setup,
 * which every loader known puts at 0x10000 or, for old images, at 0x90000 (Linux boot protocol,
 * "Memory layout"). In whatever segment: one that is wrong is a finding.
 */
static const struct freeze_point entries[] = {
	{.linear = 0x10200, .mode = FREEZE_REAL},
	{.linear = 0x90200, .mode = FREEZE_REAL},
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

/* SeaBIOS puts option ROMs on 2 KiB boundaries from 0xc0000 on, behind that of the video card. Its
 * own image begins at 0xe8000 or below; nothing that is booted here has ROMs of more than 64 KiB in
 * front of ours. */
#define ROM_FIRST 0xc0000u
#define ROM_LAST  0xd0000u
#define ROM_STEP  0x800u

/* Where Linux is entered by its other entries: behind its load address (boot.rst, 64-bit Boot
 * Protocol). */
#define LINUX_LOAD     0x100000u
#define LINUX_ENTRY_64 0x200u

/* The stock ROMs, where the emulator finds them; the machine type decides which of them runs. */
static const char *const stock_roms[] = {"/usr/share/qemu/linuxboot_dma.bin",
	"/usr/share/qemu/linuxboot.bin", "/usr/share/qemu/multiboot_dma.bin",
	"/usr/share/qemu/multiboot.bin", "/usr/share/qemu/pvh.bin"};

static unsigned word_at(const struct buffer *bytes, size_t offset)
{
	const unsigned char *at = (const unsigned char *)bytes->data + offset;

	return offset + 2 <= bytes->size ? at[0] | (unsigned)at[1] << 8 : 0;
}

/* The boot entry vector of a ROM (Plug and Play BIOS specification 1.0A, "Option ROM header"): 0
 * when it has none. */
static unsigned boot_entry(const struct buffer *rom)
{
	unsigned header = word_at(rom, 0x1a);

	if (!header || header + 0x1cu > rom->size || memcmp(rom->data + header, "$PnP", 4) != 0)
		return 0;
	return word_at(rom, header + 0x1a);
}

static void add_rom_points(struct judge *judge, unsigned entry)
{
	for (uint32_t at = ROM_FIRST; at < ROM_LAST && judge->point_count < JUDGE_POINTS;
		at += ROM_STEP)
		judge->points[judge->point_count++] = (struct freeze_point){.linear = at + entry,
			.cs = (uint16_t)(at >> 4),
			.mode = FREEZE_REAL,
			.early = true};
}

/* Some of the stock ROMs have the same entry. */
static bool is_watched(const struct judge *judge, uint32_t linear)
{
	for (size_t i = 0; i < judge->point_count; i++)
		if (judge->points[i].linear == linear)
			return true;
	return false;
}

static int watch_rom(struct judge *judge, const char *path, struct error *error)
{
	autobuffer struct buffer rom = {0};

	if (file_read(path, &rom, error) < 0)
		return -1;
	if (!boot_entry(&rom))
		return fail(error,
			"%s: no option ROM with a boot entry: its layout cannot be judged whole",
			path);
	if (!is_watched(judge, ROM_FIRST + boot_entry(&rom)))
		add_rom_points(judge, boot_entry(&rom));
	return 0;
}

/* Where the BIOS starts a boot sector. */
#define SECTOR_ENTRY 0x7c00u

static int watch_sector(struct judge *judge)
{
	judge->points[judge->point_count++] =
		(struct freeze_point){.linear = SECTOR_ENTRY, .mode = FREEZE_REAL, .early = true};
	return 0;
}

/* The whole judgement needs to know what was in memory before the ROM ran. */
static int watch_roms(struct judge *judge, const struct job *job, struct error *error)
{
	autofree char *ours = NULL;

	if (job->payload.volume_starts)
		return watch_sector(judge);
	if (job->machine.rom_folder) {
		ours = format_text("%s/linuxboot.bin", job->machine.rom_folder);
		return watch_rom(judge, ours, error);
	}
	for (size_t i = 0; i < sizeof(stock_roms) / sizeof(stock_roms[0]); i++)
		if (watch_rom(judge, stock_roms[i], error) < 0)
			return -1;
	return 0;
}

static int watch_linux(struct judge *judge)
{
	memcpy(judge->points, entries, sizeof(entries));
	judge->point_count = judge->entry_count = ENTRIES;
	return 0;
}

/* One entry; that of an image that is moved is known when the memory map is. */
static int watch_flat(struct judge *judge, const struct payload *payload, struct error *error)
{
	struct freeze_point point = {.mode = FREEZE_PROTECTED};

	judge->flat = true;
	if (payload->boot == BOOT_LINUX && payload->entry == 64)
		point = (struct freeze_point){
			.linear = LINUX_LOAD + LINUX_ENTRY_64, .mode = FREEZE_LONG};
	else if (payload->boot == BOOT_LINUX)
		point.linear = LINUX_LOAD;
	else if (!payload->executable.segment_count)
		return fail(error, "layout: the kernel does not say where it is entered");
	else if (!payload->executable.relocatable)
		point.linear = (uint32_t)payload->executable.entry;
	judge->points[0] = point;
	judge->point_count = judge->entry_count = 1;
	return 0;
}

static bool is_flat(const struct payload *payload)
{
	return payload->boot != BOOT_LINUX || payload->entry > 16;
}

/* What is refused is not entered. */
static bool is_unjudged(const struct job *job)
{
	return job->cell->from->layout == LAYOUT_OFF || job->payload.disk ||
	       (job->payload.boot != BOOT_LINUX && !job->payload.executable.segment_count &&
		       cell_ending(job->cell)->ending == END_REFUSED);
}

/* A guest that waited for its payload is past its ROM's entry: it was looked at there, when it was
 * frozen.
 */
static int remember(struct judge *judge, const struct job *job, struct error *error)
{
	autofree char *path = format_text("%s/" FORK_BEFORE, job->frozen);

	judge->before = memory_image_load(path, error);
	return judge->before ? 0 : -1;
}

int judge_open(struct judge *judge, const struct job *job, struct error *error)
{
	enum layout_check layout = job->cell->from->layout;

	*judge = (struct judge){.reported = job->cell->from->comparison.line &&
					    job->cell->from->comparison.facts == PAIR_REPORT};
	/* GRUB enters a kernel elsewhere, and its work is not what is judged. */
	if (is_unjudged(job))
		return 0;
	if (is_flat(&job->payload) ? watch_flat(judge, &job->payload, error) : watch_linux(judge))
		return -1;
	if (layout != LAYOUT_FULL && !judge->flat)
		return 0;
	return job->forked && remember(judge, job, error) < 0 ? -1 : watch_roms(judge, job, error);
}

int judge_watch_rom(struct judge *judge, const char *folder, struct error *error)
{
	autofree char *rom = format_text("%s/linuxboot.bin", folder);

	return watch_rom(judge, rom, error);
}

static enum loader loader_of(const struct job *job)
{
	const char *rom = cell_value(job->cell, AXIS_ROM)->text;

	return strcmp(rom, "dkboot") == 0  ? LOADER_DKBOOT
	       : strcmp(rom, "stock") == 0 ? LOADER_STOCK
					   : LOADER_OTHER;
}

int judge_at_entry(
	const struct memory_reader *reader, const struct cpu_state *cpu, struct error *error)
{
	autobuffer struct buffer rom = {0};

	if (cpu->cs * 16u + (cpu->eip & 0xffff) == SECTOR_ENTRY)
		return 1;
	buffer_fill(&rom, 0, 0x400);
	if (reader->read(reader->context, cpu->cs * 16u, rom.data, rom.size, error) < 0)
		return -1;
	return word_at(&rom, 0) == 0xaa55 && boot_entry(&rom) == (cpu->eip & 0xffff);
}

/* Nobody can be asked for the map where the kernel is entered in protected mode; so it is asked for
 * here. It also says where an image that may be moved belongs. */
static int look_ahead(
	struct judge *judge, const struct job *job, struct boot *boot, struct error *error)
{
	const struct executable *image = &job->payload.executable;
	uint64_t start, end, place;

	if (job->engine->memory_map(boot, &judge->map, error) < 0)
		return -1;
	judge->asked = true;
	if (judge->points[0].linear || !image->relocatable)
		return 0;
	executable_span(image, &start, &end);
	place = layout_place(image, &judge->map);
	if (!place)
		return 0; /* to be refused */
	judge->points[0].linear = (uint32_t)(image->entry - start + place);
	return job->engine->watch(boot, 0, error);
}

/* The ROM is about to boot: what is in memory now is not its work. */
static enum judge_answer look_before(struct judge *judge, const struct job *job, struct boot *boot,
	const struct event *event, struct error *error)
{
	struct memory_reader reader = job->engine->reader(boot);
	int entry = judge_at_entry(&reader, &event->cpu, error);

	if (entry <= 0)
		return entry < 0 ? JUDGE_TROUBLE : JUDGE_GO_ON;
	if (judge->flat && look_ahead(judge, job, boot, error) < 0)
		return JUDGE_TROUBLE;
	memory_image_free(judge->before);
	judge->before = memory_image_take(&reader, UINT64_MAX, error);
	return judge->before ? JUDGE_ENTERED : JUDGE_TROUBLE;
}

static int judge_scene(struct judge *judge, const struct layout_scene *scene, struct error *error)
{
	struct layout_verdict verdict;

	if (layout_judge(scene, &verdict, error) < 0)
		return -1;
	if (judge->judged == 0) {
		judge->first = verdict;
	} else {
		layout_compare(&verdict, &judge->first);
		layout_verdict_free(&judge->last);
		judge->last = verdict;
	}
	judge->judged++;
	return 0;
}

/* The verdict on the newest boot. */
static const struct layout_verdict *newest(const struct judge *judge)
{
	return judge->judged > 1 ? &judge->last : &judge->first;
}

/* The map of the scene: the firmware's own answer. */
static int map_for(struct judge *judge, const struct job *job, struct boot *boot,
	struct memory_map *map, struct error *error)
{
	if (!judge->flat)
		return job->engine->memory_map(boot, map, error);
	*map = judge->map;
	return 0;
}

static enum judge_answer look_at_kernel(struct judge *judge, const struct job *job,
	struct boot *boot, const struct event *event, struct error *error)
{
	struct layout_scene *scene = calloc(1, sizeof(*scene));
	bool full = job->cell->from->layout == LAYOUT_FULL;
	enum judge_answer answer = JUDGE_TROUBLE;

	scene->payload = &job->payload;
	scene->loader = loader_of(job);
	scene->cpu = event->cpu;
	scene->memory = job->engine->reader(boot);
	scene->before = judge->before;
	scene->entry_only = !full;
	if (full && !judge->before)
		fail(error, "layout: the kernel ran before the ROM's boot entry was seen");
	else if (map_for(judge, job, boot, &scene->map, error) == 0 &&
		 judge_scene(judge, scene, error) == 0)
		answer = newest(judge)->violation_count ? JUDGE_GUILTY : JUDGE_DONE;
	judge->map = scene->map;
	judge->seen = true;
	free(scene);
	return answer;
}

enum judge_answer judge_see(struct judge *judge, const struct job *job, struct boot *boot,
	const struct event *event, struct error *error)
{
	uint64_t began = clock_now();
	enum judge_answer answer = JUDGE_GO_ON;

	if (event->point >= judge->entry_count)
		answer = look_before(judge, job, boot, event, error);
	else if (!judge->flat || judge->asked) /* else it is firmware that runs there */
		answer = look_at_kernel(judge, job, boot, event, error);

	judge->seconds += milliseconds(clock_now() - began) / 1e3;
	return answer;
}

/* A kernel that runs as it should, entered where nobody looked. */
static const struct violation flat_missed = {.rule = "K1a",
	.text = "the kernel ran, and its first instruction was not seen where its file and the "
		"memory map put it, in the right mode of the processor"};

static const struct violation entry_missed = {.rule = "I1a",
	.text = "the kernel ran, and its first instruction was seen neither at 0x10200 nor at "
		"0x90200 in real mode"};

void judge_passed(struct judge *judge)
{
	if (judge->point_count && !judge->seen)
		judge->missed = true;
}

void judge_again(struct judge *judge)
{
	judge->seen = judge->asked = false;
	judge->agreed = false;
	inside_clear(&judge->inside);
	memory_image_free(judge->before);
	judge->before = NULL;
}

int judge_record(struct judge *judge, const char *folder, struct error *error)
{
	autofree char *text_path = format_text("%s/layout.txt", folder);
	autofree char *json_path = format_text("%s/layout.json", folder);
	autofree char *picture_path = format_text("%s/layout.svg", folder);
	autobuffer struct buffer text = {0}, json = {0}, picture = {0};

	if (judge->reported && judge_record_report(judge, folder, error) < 0)
		return -1;
	if (!judge->judged)
		return 0;
	layout_map(newest(judge), &text);
	layout_json(newest(judge), &json);
	map_svg_file(newest(judge), &picture);
	if (file_write(text_path, text.data, text.size, error) < 0 ||
		file_write(picture_path, picture.data, picture.size, error) < 0)
		return -1;
	return file_write(json_path, json.data, json.size, error);
}

static const struct violation *missed(const struct judge *judge)
{
	return judge->flat ? &flat_missed : &entry_missed;
}

const struct violation *judge_violation(const struct judge *judge)
{
	if (judge->missed)
		return missed(judge);
	return judge->judged && newest(judge)->violation_count ? newest(judge)->violations : NULL;
}

char *judge_rules(const struct judge *judge)
{
	const struct layout_verdict *verdict = newest(judge);
	struct buffer rules = {0};

	if (!judge_violation(judge))
		return NULL;
	if (judge->missed)
		return copy_text(missed(judge)->rule);
	for (size_t i = 0; i < verdict->violation_count; i++) {
		const char *rule = verdict->violations[i].rule;

		/* the violations of a rule stand together */
		if (!i || strcmp(rule, verdict->violations[i - 1].rule) != 0)
			buffer_printf(&rules, "%s%s", i ? " " : "", rule);
	}
	return buffer_take(&rules);
}

void judge_close(struct judge *judge)
{
	inside_clear(&judge->inside);
	memory_image_free(judge->before);
	layout_verdict_free(&judge->first);
	layout_verdict_free(&judge->last);
	*judge = (struct judge){0};
}
