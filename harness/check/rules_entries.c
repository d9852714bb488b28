/* The 32-bit and the 64-bit entry of Linux (boot.rst; zero-page.rst). */
#include <string.h>

#include "check/flat_view.h"

#define CR0_PE	    0x00000001u
#define CR0_PG	    0x80000000u
#define CR4_PAE	    0x20u
#define EFER_LMA    0x400u
#define EFLAGS_IF   0x200u
#define CODE	    0x10 /* __BOOT_CS */
#define DATA	    0x18 /* __BOOT_DS */
#define ENTRY_64    0x200
#define PAGE	    0x1000
#define MAP_COUNT   0x1e8
#define MAP_AT	    0x2d0
#define MAP_ENTRY   20
#define MAP_MOST    128
#define SCREEN_END  0x40
#define PRESENT	    1u
#define LARGE	    0x80u
#define ADDRESS	    0x000ffffffffff000ull
#define TABLE_STEPS 4

static bool is_long(const struct layout_view *view)
{
	return view->scene->payload->entry == 64;
}

static uint64_t number(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

int entries_place(struct layout_view *view)
{
	uint64_t want = view->load + (is_long(view) ? ENTRY_64 : 0);

	if (view->scene->cpu.eip != want)
		accuse(view, 0, 0, "eip 0x%x, expected 0x%llx", view->scene->cpu.eip,
			(unsigned long long)want);
	if (view->real % 4 || view->real + PAGE > CONVENTIONAL_END)
		accuse(view, view->real, view->real + PAGE,
			"esi 0x%llx: expected boot_params in low memory",
			(unsigned long long)view->real);
	return 0;
}

int entries_mode(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	bool paging = cpu->cr0 & CR0_PG;

	if (!(cpu->cr0 & CR0_PE) || paging != is_long(view) || cpu->eflags & EFLAGS_IF)
		accuse(view, 0, 0, "cr0 0x%x, eflags 0x%x: expected PE set, PG %s, IF clear",
			cpu->cr0, cpu->eflags, is_long(view) ? "set" : "clear");
	if (is_long(view) && (!(cpu->efer & EFER_LMA) || !(cpu->cr4 & CR4_PAE)))
		accuse(view, 0, 0, "efer 0x%x, cr4 0x%x: expected long mode", cpu->efer, cpu->cr4);
	return 0;
}

int entries_segments(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->cs != CODE || cpu->ds != DATA || cpu->es != DATA || cpu->ss != DATA)
		accuse(view, 0, 0, "cs %x, ds %x, es %x, ss %x: expected %x, and %x in the others",
			cpu->cs, cpu->ds, cpu->es, cpu->ss, CODE, DATA);
	return 0;
}

int entries_registers(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (!is_long(view) && cpu->ebp | cpu->edi | cpu->ebx)
		accuse(view, 0, 0, "ebp 0x%x, edi 0x%x, ebx 0x%x: expected 0 in all", cpu->ebp,
			cpu->edi, cpu->ebx);
	return 0;
}

/* Where a loader that knows nothing else writes: the screen, the map, and the header. */
static bool is_filled(const struct layout_view *view, size_t at)
{
	size_t header_end = 0x202u + view->setup_guest[0x201];
	size_t map_end = MAP_AT + MAP_ENTRY * (size_t)view->setup_guest[MAP_COUNT];

	return at < SCREEN_END || at == MAP_COUNT || (at >= MAP_AT && at < map_end) ||
	       (at >= LINUX_HEADER_FIRST && at < header_end);
}

int entries_page(struct layout_view *view)
{
	static const uint8_t zero[SHOWN_BYTES];

	for (size_t at = 0; at < view->setup_seen; at++)
		if (view->setup_guest[at] && !is_filled(view, at)) {
			accuse_bytes(view, view->real + at, view->real + at + 1, zero,
				view->setup_guest + at, "boot_params");
			return 0;
		}
	return 0;
}

int entries_map(struct layout_view *view)
{
	const struct memory_map *map = &view->scene->map;
	size_t count = view->setup_guest[MAP_COUNT];
	size_t want = map->count < MAP_MOST ? map->count : MAP_MOST;

	if (count != want)
		accuse(view, view->real + MAP_COUNT, view->real + MAP_COUNT + 1,
			"e820_entries %zu, expected %zu", count, want);
	for (size_t i = 0; i < count && i < want; i++) {
		const uint8_t *entry = view->setup_guest + MAP_AT + i * MAP_ENTRY;
		uint64_t start = number(entry, 8), end = start + number(entry + 8, 8);
		const struct memory_range *range = &map->range[i];

		if (start != range->start || end != range->end ||
			number(entry + 16, 4) != range->type)
			accuse(view, view->real + MAP_AT + i * MAP_ENTRY,
				view->real + MAP_AT + (i + 1) * MAP_ENTRY,
				"e820_table[%zu]: expected 0x%llx-0x%llx type %u, found "
				"0x%llx-0x%llx type %llu",
				i, (unsigned long long)range->start,
				(unsigned long long)range->end - 1, range->type,
				(unsigned long long)start, (unsigned long long)end - 1,
				(unsigned long long)number(entry + 16, 4));
	}
	return 0;
}

/* What the page tables say of an address (Intel SDM volume 3, 4.5); UINT64_MAX: nothing. */
static int translate(struct layout_view *view, uint64_t at, uint64_t *out)
{
	uint64_t table = view->scene->cpu.cr3, entry = 0;
	unsigned shift = 39;
	uint8_t bytes[8];

	*out = UINT64_MAX;
	for (unsigned level = 0; level < TABLE_STEPS; level++, shift -= 9) {
		if (layout_read(view, (table & ADDRESS) + (at >> shift & 511) * 8, bytes, 8))
			return -1;
		entry = number(bytes, 8);
		if (!(entry & PRESENT))
			return 0;
		if (level == TABLE_STEPS - 1 || (level && entry & LARGE))
			break;
		table = entry;
	}
	*out = (entry & ADDRESS & ~((1ull << shift) - 1)) | (at & ((1ull << shift) - 1));
	return 0;
}

static int check_identity(struct layout_view *view, uint64_t start, uint64_t end)
{
	uint64_t found;

	for (; start < end; start = (start / PAGE + 1) * PAGE) {
		if (translate(view, start, &found))
			return -1;
		if (found == start)
			continue;
		accuse(view, start, start + 1, "0x%llx is not mapped one to one",
			(unsigned long long)start);
		return 0;
	}
	return 0;
}

int entries_identity(struct layout_view *view)
{
	const struct claim *window = &view->linux_window;

	if (!is_long(view))
		return 0;
	if (check_identity(view, view->real, view->real + PAGE) ||
		check_identity(view, view->load, view->load + view->file.image_size) ||
		(view->cmdline && check_identity(view, view->cmdline,
					  view->cmdline + view->cmdline_size + 1)))
		return -1;
	return check_identity(view, window->start, window->end);
}

#define BITS32 "boot.rst, 32-bit Boot Protocol; 64-bit Boot Protocol"

const struct layout_rule layout_rules_entries[] = {
	{"L1a", "the kernel is entered at its load address, or 0x200 behind it; esi is boot_params",
		BITS32, 0, RULE_ANY, RULE_ENTRY, entries_place, true},
	{"L1b", "paging is off; at the 64-bit entry the processor is in long mode; IF is clear",
		BITS32, 0, RULE_ANY, RULE_ENTRY, entries_mode, true},
	{"L1c", "cs is 0x10, ds, es and ss are 0x18", BITS32, 0, RULE_ANY, RULE_ENTRY,
		entries_segments, true},
	{"L1d", "ebp, edi and ebx are 0 at the 32-bit entry", BITS32, 0, RULE_ANY, RULE_ENTRY,
		entries_registers, true},
	{"L2", "boot_params is zero but for the screen, the map and the header", BITS32, 0,
		RULE_ANY, RULE_ENTRY, entries_page, true},
	{"L5", "the e820 table is the firmware's, entry by entry, 128 of them at most",
		"zero-page.rst", 0, RULE_ANY, RULE_FULL, entries_map, true},
	{"L6",
		"boot_params, image, command line and the kernel's run-time memory are mapped one "
		"to one at the 64-bit entry",
		BITS32, 0, RULE_ANY, RULE_FULL, entries_identity, true},
	{0},
};
