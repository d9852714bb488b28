/* One planted fault for every rule about protected and long mode; and nothing is wrong without. */
#include "test_check_layout_flat.h"

#define CPU(name, statement)                                                                       \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		struct cpu_state *cpu = &guest->scene.cpu;                                         \
		statement;                                                                         \
	}

CPU(nothing, (void)cpu)
CPU(entry_off, cpu->eip += 4)
CPU(real_mode, cpu->cr0 = 0x10)
CPU(paging, cpu->cr0 |= 1u << 31)
CPU(interrupts, cpu->eflags |= 0x200)
CPU(wrong_eax, cpu->eax ^= 1)
CPU(odd_info, cpu->eax = 0)
CPU(write_protect, cpu->cr0 |= 1u << 16)
CPU(wrong_edx, cpu->edx = 1)
CPU(wrong_ebp, cpu->ebp = 1)
CPU(wrong_fs, cpu->fs = 0)
CPU(wrong_es, cpu->es = 0x20)
CPU(stack_elsewhere, cpu->esp = 0x7000)
CPU(no_long_mode, cpu->efer = 0)

#define FLIP(name, address)                                                                        \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		flip(guest, address);                                                              \
	}

FLIP(image_byte, IMAGE + IMAGE_SIZE - 1)
FLIP(zero_byte, IMAGE + IMAGE_ALL - 1)
FLIP(module_byte, MODULE + MODULE_LEN - 1)
FLIP(string_byte, STRING + 9)
FLIP(cmdline_byte, CMDLINE + 3)
FLIP(cmdline_behind_name, CMDLINE + 9)
FLIP(firmware_byte, guest->wish.memory - FIRMWARE + 0x100)
FLIP(high_byte, 0x2000000)
FLIP(vector_15, 0x15 * 4)
FLIP(work_byte, 0x9000)
FLIP(page_byte, ZERO_PAGE + 0x100)
FLIP(symbol_byte, 0x400000 + 99)
FLIP(rsdp_byte, RSDP + 12)

#define PUT(name, address, value)                                                                  \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		poke_number(guest, address, value, 4);                                             \
	}

PUT(cmdline_nowhere, INFO + 16, 0xf0000000)
PUT(map_type, MAP + 16, 2)
PUT(module_into_image, LIST, IMAGE + 0x1000)
PUT(module_into_roms, LIST, 0xf0000)
PUT(module_beyond_ram, LIST, 0x3fdf000)
PUT(no_flags, INFO, 0x4d)
PUT(lower_640, INFO + 4, 640)
PUT(reserved_info, INFO + 52, 1)
PUT(wrong_magic, INFO, 0x336ec579)
PUT(two_reserved, INFO + 4, 1)
PUT(table_type, ZERO_PAGE + 0x2d0 + 16, 3)
PUT(directory_gone, TABLES + 0x2000, 0)

static void rsdp_in_ebda(struct guest *guest)
{
	memcpy(guest->ram + EBDA_RSDP, guest->ram + RSDP, 20);
	guest->ram[RSDP] = 0;
	poke_number(guest, INFO + 32, 0, 8);
}

/* The tag of a type in the information of Multiboot 2. */
static uint64_t tag_of(const struct guest *guest, uint8_t type)
{
	uint64_t at = INFO + 8;

	while (guest->ram[at] != type)
		at += (guest->ram[at + 4] + 256 * guest->ram[at + 5] + 7) / 8 * 8;
	return at;
}

#define TAG(name, type, offset, value)                                                             \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		poke_number(guest, tag_of(guest, type) + (offset), value, 4);                      \
	}

TAG(no_loader, 2, 0, 77)
TAG(base_wrong, 21, 8, IMAGE + PAGE)
TAG(upper_wrong, 4, 12, 1)
TAG(no_end, 0, 0, 78)

static void module_off_page(struct guest *guest)
{
	memmove(guest->ram + MODULE + 16, guest->ram + MODULE, MODULE_LEN);
	memset(guest->ram + MODULE, 0, 16);
	if (guest->payload.boot == BOOT_MULTIBOOT2) {
		poke_number(guest, tag_of(guest, 3) + 8, MODULE + 16, 4);
		poke_number(guest, tag_of(guest, 3) + 12, MODULE + 16 + MODULE_LEN, 4);
		return;
	}
	poke_number(guest, LIST, MODULE + 16, 4);
	poke_number(guest, LIST + 4, MODULE + 16 + MODULE_LEN, 4);
}

#define MB                                                                                         \
	{                                                                                          \
		BOOT_MULTIBOOT, 0, LOADER_OTHER, false                                             \
	}
#define MB2                                                                                        \
	{                                                                                          \
		BOOT_MULTIBOOT2, 0, LOADER_OTHER, false                                            \
	}
#define PVH                                                                                        \
	{                                                                                          \
		BOOT_PVH, 0, LOADER_OTHER, false                                                   \
	}
#define BITS_32                                                                                    \
	{                                                                                          \
		BOOT_LINUX, 32, LOADER_OTHER, false                                                \
	}
#define BITS_64                                                                                    \
	{                                                                                          \
		BOOT_LINUX, 64, LOADER_OTHER, false                                                \
	}
#define OURS(boot)                                                                                 \
	{                                                                                          \
		boot, 0, LOADER_DKBOOT, false                                                      \
	}

static const struct fault {
	const char *what, *rules;
	void (*plant)(struct guest *guest);
	struct flat_wish wish;
} faults[] = {
	{"Multiboot", "", nothing, MB},
	{"Multiboot 2", "", nothing, MB2},
	{"PVH", "", nothing, PVH},
	{"32 bits", "", nothing, BITS_32},
	{"64 bits", "", nothing, BITS_64},
	{"our Multiboot", "", nothing, OURS(BOOT_MULTIBOOT)},
	{"our Multiboot 2", "", nothing, OURS(BOOT_MULTIBOOT2)},
	{"our PVH", "", nothing, OURS(BOOT_PVH)},
	{"our 64 bits", "", nothing, {BOOT_LINUX, 64, LOADER_DKBOOT, false}},

	{"entry", "K1a", entry_off, MB},
	{"real mode", "K1b", real_mode, MB},
	{"paging", "K1b", paging, MB2},
	{"IF", "K1c", interrupts, PVH},
	{"image", "K2", image_byte, MB},
	{"zeros", "K3", zero_byte, PVH},
	{"command line in nowhere", "K4 K9 K11b", cmdline_nowhere, MB},
	{"map", "K5", map_type, PVH},
	{"module over image", "K6a K8a", module_into_image, MB},
	{"module over ROMs", "K6a K6b K7 K8a", module_into_roms, MB},
	{"module over ACPI tables", "K7 K11b", module_beyond_ram, PVH},
	{"module", "K8a", module_byte, MB2},
	{"string", "K8b", string_byte, MB},
	{"command line", "K9", cmdline_byte, PVH},
	{"command line behind the name", "K9", cmdline_behind_name, MB},
	{"firmware", "K11a", firmware_byte, MB},
	{"nobody's", "K11b", high_byte, MB2},
	{"vector", "K12a", vector_15, PVH},
	{"eax", "M1", wrong_eax, MB},
	{"no loader name", "K11b M2", no_flags, MB},
	{"mem_lower", "M3", lower_640, MB},
	{"module within a page", "M4", module_off_page, MB},
	{"eax", "N1", odd_info, MB2},
	{"no end", "N2", no_end, MB2},
	{"reserved word", "N2", two_reserved, MB2},
	{"no loader name", "N3", no_loader, MB2},
	{"mem_upper", "N4", upper_wrong, MB2},
	{"module within a page", "N5", module_off_page, MB2},
	{"load base", "N6", base_wrong, MB2},
	{"symbols", "N7", symbol_byte, MB2},
	{"magic", "K5 K8a K9 K11b P1 P3", wrong_magic, PVH},
	{"WP", "P2", write_protect, PVH},
	{"RSDP", "P3", rsdp_byte, PVH},
	{"RSDP in the EBDA", "P3", rsdp_in_ebda, PVH},
	{"reserved word", "P4", reserved_info, PVH},
	{"entry", "L1a", entry_off, BITS_32},
	{"paging", "L1b", paging, BITS_32},
	{"no long mode", "L1b", no_long_mode, BITS_64},
	{"es", "L1c", wrong_es, BITS_32},
	{"ebp", "L1d", wrong_ebp, BITS_32},
	{"boot_params", "L2", page_byte, BITS_64},
	{"e820_table", "L5", table_type, BITS_32},
	{"no such page", "L6", directory_gone, BITS_64},
	{"edx", "F1a", wrong_edx, OURS(BOOT_MULTIBOOT)},
	{"fs", "F1b", wrong_fs, OURS(BOOT_PVH)},
	{"WP", "F1c", write_protect, OURS(BOOT_MULTIBOOT2)},
	{"esp", "F1d", stack_elsewhere, OURS(BOOT_MULTIBOOT)},
	{"work area", "K11b F11", work_byte, OURS(BOOT_MULTIBOOT)},
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static int judge_fault(const struct fault *fault)
{
	autofree char *rules = NULL;
	struct layout_verdict verdict;
	struct guest guest;
	int wrong;

	flat_make(&guest, &fault->wish);
	fault->plant(&guest);
	judge_guest(&guest, &verdict);
	rules = broken_rules(&verdict);
	wrong = strcmp(rules, fault->rules) != 0;
	if (wrong) {
		print_message("%s: expected %s, found %s\n", fault->what, fault->rules, rules);
		for (size_t i = 0; i < verdict.violation_count; i++)
			print_message(
				"%s: %s\n", verdict.violations[i].rule, verdict.violations[i].text);
	}
	layout_verdict_free(&verdict);
	flat_free(&guest);
	return wrong;
}

static void test_each_fault_breaks_its_rule(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < FAULTS; i++)
		wrong += judge_fault(&faults[i]);
	assert_int_equal(wrong, 0);
}

static void test_each_rule_has_a_fault(void **state)
{
	static const struct layout_rule *const tables[] = {layout_rules_flat,
		layout_rules_multiboot, layout_rules_multiboot2, layout_rules_pvh,
		layout_rules_entries, layout_rules_dkboot_flat};

	(void)state;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct layout_rule *rule = tables[t]; rule->id; rule++) {
			size_t i = 0;

			while (i < FAULTS && !strstr(faults[i].rules, rule->id))
				i++;
			if (i == FAULTS)
				fail_msg("rule %s was never seen to fail", rule->id);
		}
}

static void test_relocatable_image_has_one_place(void **state)
{
	struct executable image = {.segment = {{IMAGE, 0, PAGE, 3 * PAGE}},
		.segment_count = 1,
		.relocatable = true,
		.min = 0x400000,
		.max = 0xffffffff,
		.align = PAGE};
	struct memory_map map = {.range = {{0, 0x9fc00, 1}, {0x100000, 0x3fe0000, 1},
					 {0x1000000, 0x1001000, 2}, {0x3fe0000, 0x4000000, 2}},
		.count = 4};

	(void)state;
	assert_int_equal(layout_place(&image, &map), 0x3fdd000);
	image.max = 0x1001fff;
	assert_int_equal(layout_place(&image, &map), 0xffd000);
	image.low = true;
	assert_int_equal(layout_place(&image, &map), 0x400000);
	image.min = 0x3fde000;
	image.max = 0xffffffff;
	assert_int_equal(layout_place(&image, &map), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fault_breaks_its_rule),
		cmocka_unit_test(test_each_rule_has_a_fault),
		cmocka_unit_test(test_relocatable_image_has_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
