/* What the ROM of this project promises beyond the protocol, as rom/README.md has it. */
#include <string.h>

#include "check/layout_rule.h"

#define PAGE		4096
#define STACK_GAP	16 /* between SP and the end of heap and stack */
#define MODERN_HEAP_END 0x10000
#define MODERN_CMDLINE	0x20000
#define WORK_START	0x8000
#define WORK_END	0x9800
#define FOUR_GIB	0x100000000ull
#define STEPS		2048 /* of the search for room: every claim and range passes twice */

int dkboot_registers(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->eax | cpu->ebx | cpu->ecx | cpu->edx | cpu->esi | cpu->edi | cpu->ebp |
		cpu->esp >> 16)
		accuse(view, 0, 0,
			"eax 0x%x, ebx 0x%x, ecx 0x%x, edx 0x%x, esi 0x%x, edi 0x%x, ebp 0x%x, "
			"esp 0x%x: expected 0 in all, and in esp's upper half",
			cpu->eax, cpu->ebx, cpu->ecx, cpu->edx, cpu->esi, cpu->edi, cpu->ebp,
			cpu->esp);
	return 0;
}

/* Before 2.01 no field says where heap and stack end: the command line begins there. */
int dkboot_stack(struct layout_view *view)
{
	uint64_t end = view->heap_end, want;

	if (view->version < 0x201)
		end = view->cmdline ? view->cmdline - view->real : view->stack_top + STACK_GAP;
	want = (end - STACK_GAP) & 0xffff;
	if ((view->scene->cpu.esp & 0xffff) != want)
		accuse(view, 0, 0, "sp 0x%04x, expected 0x%04llx", view->scene->cpu.esp & 0xffff,
			(unsigned long long)want);
	return 0;
}

int dkboot_writes(struct layout_view *view)
{
	static const char *const written[] = {"vid_mode", "type_of_loader", "loadflags",
		"ramdisk_image", "ramdisk_size", "heap_end_ptr", "cmd_line_ptr", "setup_data",
		NULL};

	return accuse_other_writes(view, written);
}

int dkboot_cmdline(struct layout_view *view)
{
	size_t size = strlen(view->scene->payload->cmdline);

	if (view->high && view->version >= 0x202 && view->cmdline != MODERN_CMDLINE)
		accuse(view, view->cmdline, view->cmdline + view->cmdline_size + 1,
			"the command line is at 0x%llx, expected 0x%x",
			(unsigned long long)view->cmdline, MODERN_CMDLINE);
	if (size > view->file.cmdline_size)
		accuse(view, 0, 0,
			"a command line of %zu bytes was asked for and the kernel takes %llu: "
			"expected a refusal",
			size, (unsigned long long)view->file.cmdline_size);
	return 0;
}

int dkboot_loader_type(struct layout_view *view)
{
	unsigned found = (unsigned)layout_field(view, "type_of_loader");

	if (found != 0xff)
		accuse(view, view->real + 0x210, view->real + 0x211,
			"type_of_loader 0x%02x, expected 0xff", found);
	return 0;
}

int dkboot_heap(struct layout_view *view)
{
	unsigned flags = (unsigned)layout_field(view, "loadflags");
	uint64_t want = MODERN_HEAP_END;

	if (!view->high || view->version < 0x202)
		want = view->cmdline ? view->cmdline - view->real : view->heap_end;
	if (view->heap_end != want || !(flags & LINUX_CAN_USE_HEAP))
		accuse(view, view->real + 0x224, view->real + 0x226,
			"heap_end_ptr 0x%04llx and loadflags 0x%02x: expected 0x%04llx and "
			"CAN_USE_HEAP (0x80)",
			(unsigned long long)layout_field(view, "heap_end_ptr"), flags,
			(unsigned long long)want - 0x200);
	return 0;
}

int dkboot_footprint(struct layout_view *view)
{
	static const uint8_t zero[SHOWN_BYTES];
	uint8_t *work = view->chunk;
	size_t at = 0;

	if (layout_read(view, WORK_START, work, WORK_END - WORK_START))
		return -1;
	while (at < WORK_END - WORK_START && !work[at])
		at++;
	if (at < WORK_END - WORK_START)
		accuse_bytes(view, WORK_START + at, WORK_START + (at | (SHOWN_BYTES - 1)) + 1, zero,
			work + at, "the ROM's work area");
	return 0;
}

int dkboot_window(struct layout_view *view)
{
	const struct claim *window = &view->linux_window;

	if (window->end && !map_is_ram(&view->scene->map, window->start, window->end))
		accuse(view, window->start, window->end,
			"%s 0x%llx-0x%llx: expected RAM only (e820 type 1)", window->name,
			(unsigned long long)window->start, (unsigned long long)window->end - 1);
	return 0;
}

static bool meets(const struct claim *claim, uint64_t start, uint64_t end)
{
	return claim->start < end && start < claim->end;
}

/* Where a search from above goes on when [start, end) is not free; @end when it is. */
static uint64_t below_taken(const struct layout_view *view, uint64_t start, uint64_t end)
{
	uint64_t next = end;

	for (size_t i = 0; i < view->claim_count; i++) {
		const struct claim *claim = &view->claims[i];

		if (claim->kind != CLAIM_INITRD && claim->kind != CLAIM_DATA &&
			meets(claim, start, end) && claim->start < next)
			next = claim->start;
	}
	if (meets(&view->window, start, end) && view->window.start < next)
		next = view->window.start;
	if (meets(&view->linux_window, start, end) && view->linux_window.start < next)
		next = view->linux_window.start;
	return next;
}

/* The nearest place below @end where RAM ends, or something else than RAM begins. */
static uint64_t below_hole(const struct memory_map *map, uint64_t end)
{
	uint64_t next = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct memory_range *range = &map->range[i];
		uint64_t edge = range->type == 1 ? range->end : range->start;

		if (edge < end && edge > next)
			next = edge;
	}
	return next;
}

/* The highest start of @pages whole pages that end at @end at most; 0 when there is none. */
static uint64_t last_start(uint64_t end, uint64_t pages)
{
	return end >= pages ? (end - pages) / PAGE * PAGE : 0;
}

/*
 * The highest page below @limit, and above 1 MiB, with room for @size bytes; 0 when there is none.
 * All of the last page has to be free, while the limit is about the last byte.
 */
static uint64_t highest(const struct layout_view *view, uint64_t limit, uint64_t size)
{
	const struct memory_map *map = &view->scene->map;
	uint64_t pages = (size + PAGE - 1) / PAGE * PAGE, start = last_start(limit, size);

	for (unsigned step = 0; step < STEPS && start >= HIGH_MEMORY; step++) {
		uint64_t next = below_taken(view, start, start + pages);

		if (next < start + pages)
			start = last_start(next, pages);
		else if (map_is_ram(map, start, start + pages))
			return start;
		else
			start = last_start(below_hole(map, start + pages), pages);
	}
	return 0;
}

int dkboot_initrd(struct layout_view *view)
{
	const struct part *part = view->scene->payload->initrd;
	uint64_t mem = options_memory(view->scene->payload->cmdline), most, want;

	if (!part || !part->size)
		return 0;
	most = view->file.initrd_addr_max + 1;
	want = highest(view, most < mem ? most : mem, part->size);
	if (!want && view->file.xloadflags & LINUX_CAN_BE_ABOVE_4G)
		want = highest(view, mem < FOUR_GIB ? mem : FOUR_GIB, part->size);
	if (view->initrd != want)
		accuse(view, view->initrd, view->initrd + view->initrd_size,
			"ramdisk_image 0x%llx, expected 0x%llx, the highest free page",
			(unsigned long long)view->initrd, (unsigned long long)want);
	return 0;
}
