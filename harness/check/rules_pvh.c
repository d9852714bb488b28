/* PVH (Xen, docs/misc/pvh.pandoc, struct hvm_start_info): what it says, and the rules of it alone.
 */
#include <string.h>

#include "check/flat_view.h"

#define MAGIC	    0x336ec578u
#define INFO_SIZE   56
#define ENTRY_SIZE  24
#define MODULE_SIZE 32
#define CR0_PE	    0x01u
#define CR0_ET	    0x10u /* wired */
#define RSDP_AREA   0xe0000u
#define RSDP_SIZE   20
#define EBDA_WORD   0x40eu
#define EBDA_AREA   1024u

static int read_map(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	uint64_t at = flat_number(flat, 40, 8), count = flat_number(flat, 48, 4);
	struct {
		uint64_t start, size;
		uint32_t type, reserved;
	} entry;

	layout_claim(view, CLAIM_INFO, "PVH memory map", at, at + count * ENTRY_SIZE);
	for (uint64_t i = 0; i < count && i < MEMORY_MAP_LIMIT; i++) {
		int status = flat_read(
			view, "an entry of memmap", at + i * ENTRY_SIZE, &entry, ENTRY_SIZE);

		if (status)
			return status < 0 ? -1 : 0;
		flat_range(view, entry.start, entry.size, entry.type);
		flat->map_reserved |= entry.reserved;
	}
	return 0;
}

static int read_modules(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	uint64_t at = flat_number(flat, 16, 8), count = flat_number(flat, 12, 4), words[4];

	layout_claim(view, CLAIM_INFO, "list of modules", at, at + count * MODULE_SIZE);
	for (uint64_t i = 0; i < count && i < MODULE_LIMIT; i++) {
		int status = flat_read(
			view, "an entry of modlist", at + i * MODULE_SIZE, words, MODULE_SIZE);

		if (status)
			return status < 0 ? -1 : 0;
		flat_module(view, words[0], words[0] + words[1]);
		flat->map_reserved |= words[3];
		if (flat_text(view, "module's string", words[2], true,
			    &flat->modules[i].arguments) < 0)
			return -1;
	}
	return 0;
}

int look_at_pvh(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	int status = flat_read(view, "start_info", flat->info, flat->bytes, INFO_SIZE);

	if (status)
		return status < 0 ? -1 : 0;
	flat->info_size = INFO_SIZE;
	layout_claim(view, CLAIM_INFO, "start_info", flat->info, flat->info + INFO_SIZE);
	if (flat_number(flat, 0, 4) != MAGIC)
		return 0;
	flat->rsdp = flat_number(flat, 32, 8);
	if (flat_text(view, "command line", flat_number(flat, 24, 8), true, &flat->cmdline) < 0 ||
		read_modules(view) < 0)
		return -1;
	return read_map(view);
}

int pvh_magic(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;

	if (flat_number(flat, 0, 4) != MAGIC || flat_number(flat, 4, 4) != 1 ||
		flat_number(flat, 8, 4))
		accuse(view, flat->info, flat->info + INFO_SIZE,
			"magic 0x%llx, version %llu, flags 0x%llx: expected 0x%x, 1, 0",
			(unsigned long long)flat_number(flat, 0, 4),
			(unsigned long long)flat_number(flat, 4, 4),
			(unsigned long long)flat_number(flat, 8, 4), MAGIC);
	return 0;
}

int pvh_control(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if ((cpu->cr0 & ~CR0_ET) != CR0_PE || cpu->cr4)
		accuse(view, 0, 0, "cr0 0x%x, cr4 0x%x: expected PE alone, and 0", cpu->cr0,
			cpu->cr4);
	return 0;
}

int pvh_reserved(struct layout_view *view)
{
	const struct flat_view *flat = view->flat;

	if (flat_number(flat, 52, 4) || flat->map_reserved)
		accuse(view, flat->info, flat->info + INFO_SIZE,
			"reserved words hold 0x%llx and 0x%llx: expected 0",
			(unsigned long long)flat_number(flat, 52, 4),
			(unsigned long long)flat->map_reserved);
	return 0;
}

/* ACPI 6.5, 5.2.5.3: the signature, and 20 bytes that add up to 0. */
static bool is_rsdp(const uint8_t *bytes)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < RSDP_SIZE; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return !memcmp(bytes, "RSD PTR ", 8) && !sum;
}

/* The first one on a 16-byte boundary; found stays 0 when there is none. */
static int search_rsdp(struct layout_view *view, uint64_t start, uint64_t size, uint64_t *found)
{
	if (layout_read(view, start, view->chunk, size))
		return -1;
	for (uint64_t at = 0; at + RSDP_SIZE <= size && !*found; at += 16)
		if (is_rsdp(view->chunk + at))
			*found = start + at;
	return 0;
}

/* ACPI 6.5, 5.2.5.1: in the first KiB of the EBDA, or in the BIOS area. */
static int find_rsdp(struct layout_view *view, uint64_t *found)
{
	uint8_t word[2];
	uint64_t ebda;

	*found = 0;
	if (layout_read(view, EBDA_WORD, word, sizeof(word)))
		return -1;
	ebda = (uint64_t)(word[0] | word[1] << 8) << 4;
	if (ebda >= LOW_IMAGE && ebda <= CONVENTIONAL_END - EBDA_AREA &&
		search_rsdp(view, ebda, EBDA_AREA, found))
		return -1;
	return *found ? 0 : search_rsdp(view, RSDP_AREA, HIGH_MEMORY - RSDP_AREA, found);
}

int pvh_rsdp(struct layout_view *view)
{
	uint64_t want, rsdp = view->flat->rsdp;
	uint8_t bytes[RSDP_SIZE] = {0};

	if (find_rsdp(view, &want))
		return -1;
	if (rsdp && rsdp < HIGH_MEMORY && layout_read(view, rsdp, bytes, sizeof(bytes)))
		return -1;
	if (rsdp ? !is_rsdp(bytes) : want != 0)
		accuse(view, rsdp, rsdp + RSDP_SIZE, "rsdp_paddr 0x%llx, expected 0x%llx",
			(unsigned long long)rsdp, (unsigned long long)want);
	return 0;
}

const struct layout_rule layout_rules_pvh[] = {
	{"P1", "start_info has its magic, version 1, no flags", "Xen, arch-x86/hvm/start_info.h", 0,
		RULE_ANY, RULE_ENTRY, pvh_magic, false},
	{"P2", "of cr0 only PE is set, cr4 is 0", "Xen, docs/misc/pvh.pandoc", 0, RULE_ANY,
		RULE_ENTRY, pvh_control, false},
	{"P3", "rsdp_paddr is an RSDP whose sum is right; 0 only if the firmware has none",
		"Xen, arch-x86/hvm/start_info.h; ACPI 6.5, 5.2.5.1", 0, RULE_ANY, RULE_FULL,
		pvh_rsdp, false},
	{"P4", "reserved words are 0", "Xen, arch-x86/hvm/start_info.h", 0, RULE_ANY, RULE_ENTRY,
		pvh_reserved, false},
	{0},
};
