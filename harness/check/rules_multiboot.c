/* Multiboot 0.6.96: what its information says, and the rules of it alone. */
#include "check/flat_view.h"

#define MAGIC	    0x2badb002u
#define INFO_SIZE   88
#define HAS_MEMORY  0x001u
#define HAS_CMDLINE 0x004u
#define HAS_MODULES 0x008u
#define HAS_MAP	    0x040u
#define HAS_LOADER  0x200u
#define MODULE_SIZE 16

static uint32_t flags_of(const struct layout_view *view)
{
	return (uint32_t)flat_number(view->flat, 0, 4);
}

/* Each entry begins with the size of what follows of it. */
static int read_map(struct layout_view *view)
{
	uint64_t at = flat_number(view->flat, 48, 4), end = at + flat_number(view->flat, 44, 4);
	uint8_t entry[24];

	layout_claim(view, CLAIM_INFO, "Multiboot memory map", at, end);
	while (at + sizeof(entry) <= end) {
		struct flat_view part = {.info_size = sizeof(entry)};
		int status = flat_read(view, "an entry of mmap", at, entry, sizeof(entry));

		if (status)
			return status < 0 ? -1 : 0;
		for (size_t i = 0; i < sizeof(entry); i++)
			part.bytes[i] = entry[i];
		flat_range(view, flat_number(&part, 4, 8), flat_number(&part, 12, 8),
			(uint32_t)flat_number(&part, 20, 4));
		at += flat_number(&part, 0, 4) + 4;
	}
	return 0;
}

static int read_modules(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	uint64_t at = flat_number(flat, 24, 4), count = flat_number(flat, 20, 4);
	uint32_t words[4];

	layout_claim(view, CLAIM_INFO, "table of modules", at, at + count * MODULE_SIZE);
	for (uint64_t i = 0; i < count && i < MODULE_LIMIT; i++) {
		int status = flat_read(
			view, "an entry of mods", at + i * MODULE_SIZE, words, sizeof(words));

		if (status)
			return status < 0 ? -1 : 0;
		flat_module(view, words[0], words[1]);
		if (flat_text(view, "module's string", words[2], true,
			    &flat->modules[i].arguments) < 0)
			return -1;
	}
	return 0;
}

int look_at_multiboot(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	int status = flat_read(view, "the information", flat->info, flat->bytes, INFO_SIZE);
	uint32_t flags;

	if (status)
		return status < 0 ? -1 : 0;
	flat->info_size = INFO_SIZE;
	flags = flags_of(view);
	layout_claim(view, CLAIM_INFO, "Multiboot information", flat->info, flat->info + INFO_SIZE);
	flat->memory_told = flags & HAS_MEMORY;
	flat->lower = flat_number(flat, 4, 4);
	flat->upper = flat_number(flat, 8, 4);
	if ((flags & HAS_CMDLINE && flat_text(view, "command line", flat_number(flat, 16, 4), true,
					    &flat->cmdline) < 0) ||
		(flags & HAS_LOADER && flat_text(view, "boot loader name", flat_number(flat, 64, 4),
					       true, &flat->loader) < 0))
		return -1;
	if (flags & HAS_MODULES && read_modules(view) < 0)
		return -1;
	return flags & HAS_MAP ? read_map(view) : 0;
}

int multiboot_magic(struct layout_view *view)
{
	if (view->scene->cpu.eax != MAGIC)
		accuse(view, 0, 0, "eax 0x%08x, expected 0x%08x", view->scene->cpu.eax, MAGIC);
	return 0;
}

int multiboot_flags(struct layout_view *view)
{
	uint32_t want = HAS_MEMORY | HAS_CMDLINE | HAS_MAP | HAS_LOADER;

	want |= view->scene->payload->module_count ? HAS_MODULES : 0;
	if ((flags_of(view) & want) != want)
		accuse(view, view->flat->info, view->flat->info + 4,
			"flags 0x%x: expected memory, command line, map, loader name%s (0x%x)",
			flags_of(view), want & HAS_MODULES ? " and modules" : "", want);
	return 0;
}

const struct layout_rule layout_rules_multiboot[] = {
	{"M1", "eax holds 0x2badb002", "Multiboot 0.6.96, 3.2", 0, RULE_ANY, RULE_ENTRY,
		multiboot_magic, false},
	{"M2", "memory, command line, map, loader name and modules are there, by the flags",
		"Multiboot 0.6.96, 3.3", 0, RULE_ANY, RULE_ENTRY, multiboot_flags, false},
	{"M3", "mem_lower is int 12h, mem_upper the RAM from 1 MiB to its first hole",
		"Multiboot 0.6.96, 3.3", 0, RULE_ANY, RULE_FULL, flat_memory, false},
	{"M4", "modules begin pages", "Multiboot 0.6.96, 3.1.2 (flag 0)", 0, RULE_ANY, RULE_ENTRY,
		flat_pages, false},
	{0},
};
