/* Multiboot 2, specification 2.0: what its information says, and the rules of it alone. */
#include <string.h>

#include "check/flat_view.h"

#define MAGIC 0x36d76289u

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMORY = 4,
	TAG_MAP = 6,
	TAG_SECTIONS = 9,
	TAG_BASE = 21
};

static void read_map(struct layout_view *view, size_t tag, size_t size)
{
	const struct flat_view *flat = view->flat;
	size_t step = (size_t)flat_number(flat, tag + 8, 4);

	for (size_t at = tag + 16; step >= 24 && at + step <= tag + size; at += step) {
		flat_range(view, flat_number(flat, at, 8), flat_number(flat, at + 8, 8),
			(uint32_t)flat_number(flat, at + 16, 4));
		view->flat->map_reserved |= flat_number(flat, at + 20, 4);
	}
}

/* ELF: section headers of symbols and strings that are in memory. 0 behind the last of the tag. */
struct section {
	uint64_t address, offset, size;
};

enum { SYMBOLS = 2, STRINGS = 3, WIDE = 64 };

static bool section_at(
	const struct flat_view *flat, size_t tag, size_t index, struct section *section)
{
	size_t step = (size_t)flat_number(flat, tag + 12, 4), at = tag + 20 + index * step;
	unsigned width = step == WIDE ? 8 : 4;
	size_t field = step == WIDE ? 16 : 12;

	if (step < 40 || index >= flat_number(flat, tag + 8, 4))
		return false;
	*section = (struct section){0};
	if (flat_number(flat, at + 4, 4) != SYMBOLS && flat_number(flat, at + 4, 4) != STRINGS)
		return true;
	*section = (struct section){flat_number(flat, at + field, width),
		flat_number(flat, at + field + width, width),
		flat_number(flat, at + field + 2 * width, width)};
	return true;
}

/* What no segment has loaded is put into memory in one piece. */
static void claim_symbols(struct layout_view *view, size_t tag)
{
	uint64_t start = UINT64_MAX, end = 0, load = view->load;
	struct section section;

	view->flat->sections = tag;
	for (size_t i = 0; section_at(view->flat, tag, i, &section); i++) {
		if (!section.address || !section.size ||
			(section.address >= load && section.address < load + view->file.image_size))
			continue;
		start = section.address < start ? section.address : start;
		end = section.address + section.size > end ? section.address + section.size : end;
	}
	layout_claim(view, CLAIM_MODULE, "symbols", start, end);
}

static int read_tag(struct layout_view *view, size_t tag, size_t size)
{
	struct flat_view *flat = view->flat;
	uint64_t first = flat_number(flat, tag + 8, 4), second = flat_number(flat, tag + 12, 4);

	switch (flat_number(flat, tag, 4)) {
	case TAG_CMDLINE:
		return flat_text(view, "command line", flat->info + tag + 8, false, &flat->cmdline);
	case TAG_LOADER:
		return flat_text(
			view, "boot loader name", flat->info + tag + 8, false, &flat->loader);
	case TAG_MODULE:
		flat_module(view, first, second);
		return flat_text(view, "module's string", flat->info + tag + 16, false,
			&flat->modules[flat->module_count - 1].arguments);
	case TAG_MEMORY:
		flat->memory_told = true;
		flat->lower = first;
		flat->upper = second;
		return 0;
	case TAG_MAP:
		read_map(view, tag, size);
		return 0;
	case TAG_SECTIONS:
		claim_symbols(view, tag);
		return 0;
	case TAG_BASE:
		flat->base_told = true;
		flat->base = first;
		return 0;
	}
	return 0;
}

/* The next tag, or 0 behind the last. */
static size_t next_tag(const struct flat_view *flat, size_t tag)
{
	uint64_t size = flat_number(flat, tag + 4, 4);

	if (size < 8 || flat_number(flat, tag, 4) == TAG_END || size > flat->info_size - tag)
		return 0;
	return tag + (size + 7) / 8 * 8 < flat->info_size ? tag + (size + 7) / 8 * 8 : 0;
}

int look_at_multiboot2(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	int status = flat_read(view, "the information", flat->info, flat->bytes, 8);

	flat->info_size = 8;
	if (!status) {
		size_t size = (size_t)flat_number(flat, 0, 4);

		size = size < INFO_LIMIT ? size : INFO_LIMIT;
		status = flat_read(view, "the information", flat->info, flat->bytes, size);
		flat->info_size = status ? 8 : size;
	}
	if (status)
		return status < 0 ? -1 : 0;
	layout_claim(view, CLAIM_INFO, "Multiboot 2 information", flat->info,
		flat->info + flat->info_size);
	for (size_t tag = 8; tag && tag + 8 <= flat->info_size; tag = next_tag(flat, tag))
		if (flat->module_count < MODULE_LIMIT &&
			read_tag(view, tag, (size_t)flat_number(flat, tag + 4, 4)) < 0)
			return -1;
	return 0;
}

int multiboot2_magic(struct layout_view *view)
{
	if (view->scene->cpu.eax != MAGIC || view->scene->cpu.ebx % 8)
		accuse(view, 0, 0, "eax 0x%08x, ebx 0x%08x: expected 0x%08x, and 8-byte alignment",
			view->scene->cpu.eax, view->scene->cpu.ebx, MAGIC);
	return 0;
}

int multiboot2_tags(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;
	size_t tag = 8, last = 8;

	for (; tag && tag + 8 <= flat->info_size; tag = next_tag(flat, tag))
		last = tag;
	if (flat_number(flat, last, 4) != TAG_END || flat_number(flat, last + 4, 4) != 8 ||
		last + 8 != flat->info_size || flat_number(flat, 4, 4))
		accuse(view, flat->info, flat->info + flat->info_size,
			"%zu bytes of information, reserved 0x%llx: expected tags up to one of "
			"type 0 and size 8 at their end, and 0; the last is of type %llu at %zu",
			flat->info_size, (unsigned long long)flat_number(flat, 4, 4),
			(unsigned long long)flat_number(flat, last, 4), last);
	return 0;
}

int multiboot2_wanted(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;

	if (!flat->map_told || !flat->memory_told || !flat->loader.there || !flat->cmdline.there)
		accuse(view, flat->info, flat->info + flat->info_size,
			"map %d, basic memory %d, loader name %d, command line %d: expected all "
			"of them",
			flat->map_told, flat->memory_told, flat->loader.there, flat->cmdline.there);
	if (flat->map_reserved)
		accuse(view, flat->info, flat->info + flat->info_size,
			"reserved words of the map hold 0x%llx: expected 0",
			(unsigned long long)flat->map_reserved);
	return 0;
}

/* One step through the window, up or down; a window of 4 GiB in pages is a million of them. */
uint64_t layout_place(const struct executable *image, const struct memory_map *map)
{
	uint64_t start, end, size, low, high, align = image->align ? image->align : 1;

	executable_span(image, &start, &end);
	size = end - start;
	low = (image->min > HIGH_MEMORY ? image->min : HIGH_MEMORY);
	low = (low + align - 1) / align * align;
	high = image->max < map_low_end(map) ? image->max + 1 : map_low_end(map);
	if (high < size || low > high - size)
		return 0;
	high = (high - size) / align * align;
	for (; low <= high; image->low ? (low += align) : (high -= align))
		if (map_is_ram(map, image->low ? low : high, (image->low ? low : high) + size))
			return image->low ? low : high;
	return 0;
}

int multiboot2_base(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;
	const struct executable *file = &view->scene->payload->executable;
	uint64_t start = view->load, end = start + view->file.image_size;

	if (flat->base_told && flat->base != start)
		accuse(view, start, end, "load base 0x%llx, expected 0x%llx",
			(unsigned long long)flat->base, (unsigned long long)start);
	if (file->relocatable && (start % file->align || start < file->min || end - 1 > file->max))
		accuse(view, start, end,
			"the image was moved to 0x%llx: expected a multiple of 0x%llx in "
			"0x%llx-0x%llx",
			(unsigned long long)start, (unsigned long long)file->align,
			(unsigned long long)file->min, (unsigned long long)file->max);
	return 0;
}

int multiboot2_symbols(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;
	struct section section;

	for (size_t i = 0; flat->sections && section_at(flat, flat->sections, i, &section); i++)
		if (section.address && section.offset <= view->scene->payload->kernel->size &&
			map_is_ram(&view->scene->map, section.address,
				section.address + section.size) &&
			layout_compare_file(view, view->scene->payload->kernel, section.offset,
				section.size, section.address, "a section of symbols or strings"))
			return -1;
	return 0;
}

const struct layout_rule layout_rules_multiboot2[] = {
	{"N1", "eax holds 0x36d76289, ebx is a multiple of 8", "Multiboot 2.0, 3.2, 3.4", 0,
		RULE_ANY, RULE_ENTRY, multiboot2_magic, false},
	{"N2", "the tags end with the information, by one of type 0", "Multiboot 2.0, 3.4.2", 0,
		RULE_ANY, RULE_ENTRY, multiboot2_tags, false},
	{"N3", "command line, loader name, basic memory and map are there; reserved words are 0",
		"Multiboot 2.0, 3.6", 0, RULE_ANY, RULE_ENTRY, multiboot2_wanted, false},
	{"N4", "mem_lower is int 12h, mem_upper the RAM from 1 MiB to its first hole",
		"Multiboot 2.0, 3.6.4", 0, RULE_ANY, RULE_FULL, flat_memory, false},
	{"N5", "modules begin pages", "Multiboot 2.0, 3.1.10", 0, RULE_ANY, RULE_ENTRY, flat_pages,
		false},
	{"N6", "a relocatable image lies in its window, aligned; the load base is where it lies",
		"Multiboot 2.0, 3.1.11, 3.6.19", 0, RULE_ANY, RULE_ENTRY, multiboot2_base, false},
	{"N7", "symbols and strings are where their section headers say, byte for byte",
		"Multiboot 2.0, 3.6.7", 0, RULE_ANY, RULE_FULL, multiboot2_symbols, false},
	{0},
};
