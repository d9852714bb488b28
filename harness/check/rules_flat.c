/* What Multiboot, Multiboot 2 and PVH have in common: a flat 32-bit entry, an image, modules, a
 * map.
 */
#include <stdio.h>
#include <string.h>

#include "check/flat_view.h"

#define CR0_PE	  0x00000001u
#define CR0_PG	  0x80000000u
#define EFLAGS_TF 0x100u
#define EFLAGS_IF 0x200u
#define EFLAGS_VM 0x20000u
#define PAGE	  4096
#define SHOWN	  60

#define MACHINE "Multiboot 0.6.96, 3.2; Multiboot 2.0, 3.2; Xen, docs/misc/pvh.pandoc"
#define LOADING "Multiboot 0.6.96, 3.1.3; Multiboot 2.0, 3.1.5; ELF"
#define TOLD	"Multiboot 0.6.96, 3.3; Multiboot 2.0, 3.6; Xen, arch-x86/hvm/start_info.h"
#define E820	"ACPI 6.5, 15.4 (types of address ranges)"

int flat_entry(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->eip != view->flat->image.entry)
		accuse(view, 0, 0, "eip 0x%x, expected 0x%llx, the entry of the file", cpu->eip,
			(unsigned long long)view->flat->image.entry);
	return 0;
}

int flat_mode(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (!(cpu->cr0 & CR0_PE) || cpu->cr0 & CR0_PG)
		accuse(view, 0, 0, "cr0 0x%x: expected PE set, PG clear", cpu->cr0);
	return 0;
}

int flat_flags(struct layout_view *view)
{
	uint32_t flags = view->scene->cpu.eflags;

	if (flags & (EFLAGS_IF | EFLAGS_VM | EFLAGS_TF))
		accuse(view, 0, 0, "eflags 0x%x: expected IF, TF and VM clear", flags);
	return 0;
}

static bool in_ram(const struct layout_view *view, uint64_t start, uint64_t size)
{
	return map_is_ram(&view->scene->map, start, start + size);
}

int flat_image(struct layout_view *view)
{
	const struct executable *image = &view->flat->image;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segment[i];

		if (in_ram(view, segment->address, segment->memory) &&
			layout_compare_file(view, view->scene->payload->kernel, segment->offset,
				segment->size, segment->address, "the kernel image"))
			return -1;
	}
	return 0;
}

static int accuse_dirty(struct layout_view *view, uint64_t start, uint64_t end)
{
	static const uint8_t zero[SHOWN_BYTES];

	while (start < end) {
		size_t size = end - start < CHUNK ? (size_t)(end - start) : CHUNK, at = 0;

		if (layout_read(view, start, view->chunk, size))
			return -1;
		while (at < size && !view->chunk[at])
			at++;
		if (at < size) {
			accuse_bytes(view, start + at, start + at + 1, zero, view->chunk + at,
				"zeros behind the image");
			return 0;
		}
		start += size;
	}
	return 0;
}

int flat_zeros(struct layout_view *view)
{
	const struct executable *image = &view->flat->image;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segment[i];

		if (in_ram(view, segment->address, segment->memory) &&
			accuse_dirty(view, segment->address + segment->size,
				segment->address + segment->memory))
			return -1;
	}
	return 0;
}

int flat_information(struct layout_view *view)
{
	if (view->flat->wrong[0])
		accuse(view, view->flat->info, view->flat->info + 1,
			"%s cannot be read, or does not end", view->flat->wrong);
	return 0;
}

static int accuse_map(struct layout_view *view, const struct memory_map *told)
{
	const struct memory_map *map = &view->scene->map;

	if (told->count != map->count)
		accuse(view, 0, 0, "the kernel is told of %zu ranges, expected %zu", told->count,
			map->count);
	for (size_t i = 0; i < map->count && i < told->count; i++) {
		const struct memory_range *want = &map->range[i], *found = &told->range[i];

		if (want->start != found->start || want->end != found->end ||
			want->type != found->type)
			accuse(view, 0, 0,
				"range %zu: expected 0x%llx-0x%llx type %u, found 0x%llx-0x%llx "
				"type %u",
				i, (unsigned long long)want->start,
				(unsigned long long)want->end - 1, want->type,
				(unsigned long long)found->start,
				(unsigned long long)found->end - 1, found->type);
	}
	return 0;
}

int flat_map(struct layout_view *view)
{
	return accuse_map(view, &view->flat->map);
}

int flat_modules(struct layout_view *view)
{
	const struct payload *payload = view->scene->payload;
	const struct flat_view *flat = view->flat;
	char what[48];

	if (flat->module_count != payload->module_count)
		accuse(view, 0, 0, "%zu modules, expected %zu", flat->module_count,
			payload->module_count);
	for (size_t i = 0; i < flat->module_count && i < payload->module_count; i++) {
		const struct told_module *module = &flat->modules[i];
		uint64_t size = payload->modules[i].part->size;

		snprintf(what, sizeof(what), "module %zu", i);
		if (module->end - module->start != size)
			accuse(view, module->start, module->end,
				"%s has 0x%llx bytes, expected 0x%llx", what,
				(unsigned long long)(module->end - module->start),
				(unsigned long long)size);
		else if (in_ram(view, module->start, size) &&
			 layout_compare_file(
				 view, payload->modules[i].part, 0, size, module->start, what))
			return -1;
	}
	return 0;
}

/* QEMU puts the name of the file in front of Multiboot's texts, and a blank. */
static const char *behind_name(const struct layout_view *view, const char *text)
{
	if (view->scene->payload->boot != BOOT_MULTIBOOT)
		return text;
	text += strcspn(text, " ");
	return *text ? text + 1 : text;
}

static void accuse_text(
	struct layout_view *view, const char *what, const struct told_text *told, const char *asked)
{
	const char *found = told->there ? behind_name(view, told->text) : "";
	size_t at = 0;

	if (!strcmp(found, asked))
		return;
	while (found[at] == asked[at])
		at++;
	accuse(view, told->start, told->start + 1,
		"%s at 0x%llx has %zu bytes, expected %zu; they differ at 0x%zx: expected "
		"%.*s, found %.*s",
		what, (unsigned long long)told->start, strlen(found), strlen(asked), at, SHOWN,
		asked + at, SHOWN, found + at);
}

int flat_arguments(struct layout_view *view)
{
	const struct payload *payload = view->scene->payload;
	const struct flat_view *flat = view->flat;
	char what[48];

	for (size_t i = 0; i < flat->module_count && i < payload->module_count; i++) {
		snprintf(what, sizeof(what), "the string of module %zu", i);
		accuse_text(view, what, &flat->modules[i].arguments, payload->modules[i].arguments);
	}
	return 0;
}

int flat_cmdline(struct layout_view *view)
{
	accuse_text(view, "the command line", &view->flat->cmdline, view->scene->payload->cmdline);
	return 0;
}

/* How far RAM goes on from 1 MiB, KiB. */
static uint64_t upper_memory(const struct layout_view *view)
{
	uint64_t low = HIGH_MEMORY, high = map_low_end(&view->scene->map);

	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;

		if (map_is_ram(&view->scene->map, HIGH_MEMORY, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return (low - HIGH_MEMORY) / 1024;
}

int flat_memory(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;
	uint64_t lower = view->bios_memory / 1024, upper = upper_memory(view);

	if (flat->memory_told && (flat->lower != lower || flat->upper != upper))
		accuse(view, flat->info, flat->info + 12,
			"mem_lower %llu, mem_upper %llu: expected %llu and %llu KiB",
			(unsigned long long)flat->lower, (unsigned long long)flat->upper,
			(unsigned long long)lower, (unsigned long long)upper);
	return 0;
}

int flat_pages(struct layout_view *view)
{
	for (size_t i = 0; i < view->flat->module_count; i++) {
		const struct told_module *module = &view->flat->modules[i];

		if (module->start % PAGE)
			accuse(view, module->start, module->end,
				"module %zu begins at 0x%llx: expected a page's beginning", i,
				(unsigned long long)module->start);
	}
	return 0;
}

const struct layout_rule layout_rules_flat[] = {
	{"K1a", "the kernel is entered where its file says", LOADING, 0, RULE_ANY, RULE_ENTRY,
		flat_entry, false},
	{"K1b", "the processor is in protected mode, without paging", MACHINE, 0, RULE_ANY,
		RULE_ENTRY, flat_mode, false},
	{"K1c", "interrupts, single steps and virtual 8086 mode are off", MACHINE, 0, RULE_ANY,
		RULE_ENTRY, flat_flags, false},
	{"K2", "the image is where its file says, byte for byte", LOADING, 0, RULE_ANY, RULE_FULL,
		flat_image, false},
	{"K3", "what the file says is zero behind it is zero", LOADING, 0, RULE_ANY, RULE_FULL,
		flat_zeros, false},
	{"K4", "all that the information points to can be read, and ends", TOLD, 0, RULE_ANY,
		RULE_ENTRY, flat_information, false},
	{"K5", "the memory map is the firmware's, entry by entry", TOLD, 0, RULE_ANY, RULE_FULL,
		flat_map, false},
	{"K6a", "image, modules, texts, information do not overlap", TOLD, 0, RULE_ANY, RULE_ENTRY,
		rule_loader_overlap, false},
	{"K6b", "none of them overlaps vectors, BIOS data, EBDA, video memory or ROMs", TOLD, 0,
		RULE_ANY, RULE_ENTRY, rule_firmware_overlap, false},
	{"K7", "all of them are in RAM that the firmware's map gives away", E820, 0, RULE_ANY,
		RULE_FULL, rule_in_ram, false},
	{"K8a", "the modules are those that were asked for, byte for byte", TOLD, 0, RULE_ANY,
		RULE_FULL, flat_modules, false},
	{"K8b", "the modules' strings are what was asked for (of Multiboot behind the file's name)",
		TOLD, 0, RULE_ANY, RULE_ENTRY, flat_arguments, false},
	{"K9", "the command line is what was asked for (of Multiboot behind the file's name)", TOLD,
		0, RULE_ANY, RULE_ENTRY, flat_cmdline, false},
	{"K11a", "nothing is changed in memory that is not RAM by the firmware's map", E820, 0,
		RULE_ANY, RULE_BEFORE, rule_changed_firmware, false},
	{"K11b", "nothing is changed in RAM but what is loaded, and the firmware's own memory",
		TOLD, 0, RULE_ANY, RULE_BEFORE, rule_changed_ram, false},
	{"K12a", "the vectors of int 13h, 15h and 19h are as before", TOLD, 0, RULE_ANY,
		RULE_BEFORE, rule_vectors, false},
	{0},
};
