/* One planted fault for every rule of the oracle: exactly that rule fires, or those listed. */
#include "test_check_layout.h"

#define MODERN		      .kernel = {.protocol = 0x20f, .image_size = 20000}
#define VERSION(number, size) .kernel = {.protocol = number, .image_size = size}
#define FIELD(number, which, value)                                                                \
	.kernel = {.protocol = number,                                                             \
		.image_size = 20000,                                                               \
		.given = 1u << (which),                                                            \
		.field = {[which] = value}}

/* A register. */
#define CPU(name, statement)                                                                       \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		struct cpu_state *cpu = &guest->scene.cpu;                                         \
		statement;                                                                         \
	}

CPU(wrong_cs, (cpu->cs -= 0x10, cpu->eip = 0x100))
CPU(nowhere, (cpu->cs = 0xf000, cpu->eip = 0xfff0))
CPU(wrong_es, cpu->es = 0)
CPU(protected_mode, cpu->cr0 |= 1)
CPU(interrupts_on, cpu->eflags |= 0x200)
CPU(direction, cpu->eflags |= 0x400)
CPU(stack_in_setup, cpu->esp = 0x200)
CPU(stack_off, cpu->esp -= 4)
CPU(wrong_fs, cpu->fs = 0)
CPU(wrong_ebx, cpu->ebx = 1)
CPU(wrong_esi, cpu->esi = 1)
CPU(high_esp, cpu->esp |= 0x10000)

/* A header field. */
#define SET(name, field, value)                                                                    \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		set(guest, field, value);                                                          \
	}

SET(write_syssize, "syssize", 1)
SET(low_flag, "loadflags", get(guest, "loadflags") ^ LINUX_LOADED_HIGH)
SET(heap_flag, "loadflags", get(guest, "loadflags") ^ LINUX_CAN_USE_HEAP)
SET(vid_mode, "vid_mode", 5)
SET(subarch, "hardware_subarch", 2)
SET(no_cmdline, "cmd_line_ptr", 0)
SET(cmdline_above, "cmd_line_ptr", 0x200000)
SET(initrd_short, "ramdisk_size", guest->wish.initrd - 1)
SET(initrd_unasked, "ramdisk_image", 0x3fe0000)
SET(no_type, "type_of_loader", 0)
SET(type_qemu, "type_of_loader", 0xb0)
SET(type_undefined, "type_of_loader", 0xff)
SET(heap_into_cmdline, "heap_end_ptr", get(guest, "heap_end_ptr") + 16)
SET(heap_beyond, "heap_end_ptr", 0xfff0)
SET(root_dev, "root_dev", 0x301)
SET(data_nowhere, "setup_data", 0xf0000000)

/* A byte of memory. */
#define FLIP(name, address)                                                                        \
	static void name(struct guest *guest)                                                      \
	{                                                                                          \
		flip(guest, address);                                                              \
	}

FLIP(setup_byte, guest->wish.real + 0x300)
FLIP(lacking_byte, guest->wish.real + 0x22c)
FLIP(first_image_byte, guest->wish.load)
FLIP(last_image_byte, guest->wish.load + guest->header.image_size - 1)
FLIP(behind_image, guest->wish.load + guest->header.image_size)
FLIP(first_initrd_byte, guest->wish.ramdisk)
FLIP(last_initrd_byte, guest->wish.ramdisk + guest->wish.initrd - 1)
FLIP(cmdline_byte, guest->wish.command + 3)
FLIP(no_magic, guest->wish.real + 0x20)
FLIP(firmware_byte, guest->wish.memory - FIRMWARE + 0x100)
FLIP(high_byte, 0x2000000)
FLIP(low_byte, 0x9000)
FLIP(rom_byte, 0xc0321)
FLIP(vector_15, 0x15 * 4)
FLIP(vector_40, 0x40 * 4)

static void cut_cmdline(struct guest *guest)
{
	poke_number(guest, guest->wish.command + strlen(guest->wish.cmdline) - 1, 0, 1);
}

static void endless_cmdline(struct guest *guest)
{
	uint64_t at = guest->wish.command + strlen(guest->wish.cmdline);

	memset(guest->ram + at, 'x', 0xa0000 - at);
	touch(guest, at, 0xa0000 - at);
}

static void data_circle(struct guest *guest)
{
	set(guest, "setup_data", 0x30000);
	poke_number(guest, 0x30000, 0x30000, 8);
	poke_number(guest, 0x3000c, 32, 4);
}

static void nothing(struct guest *guest)
{
	(void)guest;
}

/* The bytes behind syssize were not loaded. */
static void no_signature(struct guest *guest)
{
	last_image_byte(guest);
}

static const struct fault {
	const char *what, *rules;
	void (*plant)(struct guest *guest);
	struct wish wish;
} faults[] = {
	{"entry elsewhere in the segment", "I1a", wrong_cs, {.loader = LOADER_OTHER, MODERN}},
	{"at the reset vector", "I1a", nowhere, {.loader = LOADER_OTHER, MODERN}},
	{"es", "I1b", wrong_es, {.loader = LOADER_OTHER, MODERN}},
	{"PE", "I1c", protected_mode, {.loader = LOADER_OTHER, MODERN}},
	{"IF", "I1d", interrupts_on, {.loader = LOADER_OTHER, MODERN}},
	{"sp", "I1e", stack_in_setup, {.loader = LOADER_OTHER, MODERN}},
	{"setup too low", "I1f", nothing, {.loader = LOADER_OTHER, MODERN, .real = 0x8000}},
	{"old setup elsewhere", "I1f", nothing,
		{.loader = LOADER_OTHER, VERSION(0, 20000), .real = 0x80000}},
	{"code of the setup", "I2a", setup_byte, {.loader = LOADER_OTHER, MODERN}},
	{"a field to read", "I2a", write_syssize, {.loader = LOADER_OTHER, MODERN}},
	{"B3: 0x22c before 2.03", "I2b", lacking_byte,
		{.loader = LOADER_STOCK, VERSION(0x202, 20000)}},
	{"0x22c of a kernel without header", "I2b", lacking_byte,
		{.loader = LOADER_STOCK, VERSION(0, 20000)}},
	{"LOADED_HIGH", "I2c", low_flag, {.loader = LOADER_OTHER, MODERN}},
	{"vid_mode unasked", "I2d", vid_mode, {.loader = LOADER_OTHER, MODERN}},
	{"vid_mode as in another word", "I2d", vid_mode,
		{.loader = LOADER_OTHER, MODERN, .cmdline = "nvga=5 vga=6"}},
	{"vga= not obeyed", "I2d", nothing,
		{.loader = LOADER_OTHER, MODERN, .cmdline = "quiet vga=ask"}},
	{"subarch", "I2e", subarch, {.loader = LOADER_OTHER, MODERN}},
	{"first byte of the image", "I3a", first_image_byte, {.loader = LOADER_OTHER, MODERN}},
	{"last byte of the image", "I3a", last_image_byte,
		{.loader = LOADER_OTHER, VERSION(0x203, 700001)}},
	{"byte behind the image", "I3b", behind_image, {.loader = LOADER_OTHER, MODERN}},
	{"relocated to any page", "I3c", nothing,
		{.loader = LOADER_OTHER, MODERN, .load = 0x301000}},
	{"no command line", "I4a", no_cmdline,
		{.loader = LOADER_OTHER, MODERN, .without_before = true}},
	{"command line in high memory", "I4a", cmdline_above,
		{.loader = LOADER_OTHER, MODERN, .cmdline = "a", .without_before = true}},
	{"command line in the heap", "I4a", nothing,
		{.loader = LOADER_OTHER, MODERN, .command = 0x1e000}},
	{"no magic", "I4b", no_magic,
		{.loader = LOADER_OTHER, VERSION(0x201, 20000), .without_before = true}},
	{"B9: no magic without header", "I4b", no_magic,
		{.loader = LOADER_STOCK, VERSION(0, 20000), .without_before = true}},
	{"a wrong character", "I4c", cmdline_byte, {.loader = LOADER_OTHER, MODERN}},
	{"cut by one", "I4c", cut_cmdline, {.loader = LOADER_OTHER, MODERN}},
	{"no NUL", "I4c I4d I6b I7a", endless_cmdline, {.loader = LOADER_OTHER, MODERN}},
	{"too long", "I4d", nothing,
		{.loader = LOADER_OTHER,
			FIELD(0x206, PROBE_CMDLINE_SIZE, 20),
			.cmdline = "123456789 123456789 1"}},
	{"outside of what is moved", "I4e", nothing,
		{.loader = LOADER_OTHER, VERSION(0x201, 20000), .real = 0x20000}},
	{"initrd's size", "I5a", initrd_short,
		{.loader = LOADER_OTHER, MODERN, .initrd = 70000, .without_before = true}},
	{"initrd unaligned", "I5b", nothing,
		{.loader = LOADER_OTHER, MODERN, .initrd = 70000, .ramdisk = 0x2000200}},
	{"last byte one too high", "I5c", nothing,
		{.loader = LOADER_OTHER,
			VERSION(0x202, 20000),
			.initrd = 0x1001,
			.memory = 1024 * MEBIBYTE,
			.ramdisk = 0x37fff000}},
	{"a limit of its own", "I5c", nothing,
		{.loader = LOADER_OTHER,
			FIELD(0x203, PROBE_INITRD_ADDR_MAX, 0x1ffffff),
			.initrd = 0x1001,
			.ramdisk = 0x1fff000}},
	{"first byte of the initrd", "I5d", first_initrd_byte,
		{.loader = LOADER_OTHER, MODERN, .initrd = 700001}},
	{"last byte of the initrd", "I5d", last_initrd_byte,
		{.loader = LOADER_OTHER, MODERN, .initrd = 700001}},
	{"above mem=", "I5e", nothing,
		{.loader = LOADER_OTHER, MODERN, .initrd = 5000, .cmdline = "mem=1G mem=32m"}},
	{"initrd without header", "I5f", nothing,
		{.loader = LOADER_OTHER,
			VERSION(0, 20000),
			.initrd = 5000,
			.without_before = true}},
	{"heap over command line", "I6a", heap_into_cmdline,
		{.loader = LOADER_OTHER, VERSION(0x201, 20000)}},
	{"initrd over the image", "I3a I6a", nothing,
		{.loader = LOADER_OTHER, MODERN, .initrd = 5000, .ramdisk = 0x101000}},
	{"heap over EBDA", "I6b", nothing,
		{.loader = LOADER_OTHER, MODERN, .kib = 600, .real = 0x90000}},
	{"initrd where the kernel unpacks itself", "I6c", nothing,
		{.loader = LOADER_OTHER,
			FIELD(0x20a, PROBE_INIT_SIZE, 0x1000000),
			.initrd = 5000,
			.ramdisk = 0x11ff000}},
	{"and from pref_address on", "I6d", nothing,
		{.loader = LOADER_OTHER,
			FIELD(0x20f, PROBE_INIT_SIZE, 0x100000),
			.initrd = 5000,
			.ramdisk = 0x10ff000}},
	{"above 0x9a000", "I6e", nothing,
		{.loader = LOADER_OTHER, VERSION(0, 20000), .heap_end = 0xa000}},
	{"setup_data nowhere", "I6f", data_nowhere, {.loader = LOADER_OTHER, MODERN}},
	{"setup_data in a circle", "I6f", data_circle, {.loader = LOADER_OTHER, MODERN}},
	{"initrd in ACPI tables", "I7a", nothing,
		{.loader = LOADER_OTHER, MODERN, .initrd = 5000, .ramdisk = 0x3fdf000}},
	{"init_size beyond RAM", "I7b", nothing,
		{.loader = LOADER_OTHER, FIELD(0x20a, PROBE_INIT_SIZE, 0x4000000)}},
	{"B4: address of no initrd", "I8", initrd_unasked,
		{.loader = LOADER_STOCK, VERSION(0x20f, 20000)}},
	{"no type", "I9", no_type, {.loader = LOADER_OTHER, MODERN}},
	{"heap before 2.01", "I10a", heap_flag, {.loader = LOADER_OTHER, VERSION(0x200, 20000)}},
	{"heap beyond the segment", "I10b", heap_beyond,
		{.loader = LOADER_OTHER, MODERN, .command = 0x30000}},
	{"firmware's memory", "I11a", firmware_byte, {.loader = LOADER_OTHER, MODERN}},
	{"a byte of a ROM", "I11a", rom_byte, {.loader = LOADER_DKBOOT, MODERN}},
	{"a byte of low memory", "I11b", low_byte, {.loader = LOADER_OTHER, MODERN}},
	{"a byte of high memory", "I11b", high_byte, {.loader = LOADER_OTHER, MODERN}},
	{"another vector", "I11b", vector_40, {.loader = LOADER_OTHER, MODERN}},
	{"int 15h", "I12a", vector_15, {.loader = LOADER_OTHER, MODERN}},

	{"ebx", "Q1a", wrong_ebx, {.loader = LOADER_STOCK, MODERN}},
	{"fs", "Q1b", wrong_fs, {.loader = LOADER_STOCK, MODERN}},
	{"DF", "Q1c", direction, {.loader = LOADER_STOCK, MODERN}},
	{"sp", "Q1d", stack_off, {.loader = LOADER_STOCK, MODERN}},
	{"setup elsewhere", "Q1e Q4", nothing, {.loader = LOADER_STOCK, MODERN, .real = 0x20000}},
	{"root_dev", "Q2", root_dev, {.loader = LOADER_STOCK, MODERN}},
	{"signature not loaded", "Q3", no_signature,
		{.loader = LOADER_STOCK, FIELD(0x20f, PROBE_SYSSIZE, 1000)}},
	{"command line elsewhere", "Q4", nothing,
		{.loader = LOADER_STOCK, MODERN, .command = 0x20100}},
	{"initrd a page lower", "Q5", nothing,
		{.loader = LOADER_STOCK, MODERN, .initrd = 4096, .ramdisk = 0x3fde000}},
	{"type", "Q9", type_undefined, {.loader = LOADER_STOCK, MODERN}},
	{"no heap", "Q10", heap_flag, {.loader = LOADER_STOCK, MODERN}},

	{"esi", "D1a", wrong_esi, {.loader = LOADER_DKBOOT, MODERN}},
	{"upper half of esp", "D1a", high_esp, {.loader = LOADER_DKBOOT, MODERN}},
	{"fs", "D1b", wrong_fs, {.loader = LOADER_DKBOOT, MODERN}},
	{"DF", "D1c", direction, {.loader = LOADER_DKBOOT, MODERN}},
	{"sp", "D1d", stack_off, {.loader = LOADER_DKBOOT, MODERN}},
	{"root_dev", "D2", root_dev, {.loader = LOADER_DKBOOT, MODERN}},
	{"signature not loaded", "D3", no_signature,
		{.loader = LOADER_DKBOOT, FIELD(0x20f, PROBE_SYSSIZE, 1000)}},
	{"command line elsewhere", "D4", nothing,
		{.loader = LOADER_DKBOOT, MODERN, .command = 0x20100}},
	{"initrd a page lower", "D5", nothing,
		{.loader = LOADER_DKBOOT, MODERN, .initrd = 4096, .ramdisk = 0x3fde000}},
	{"pref_address beyond RAM", "D7", nothing,
		{.loader = LOADER_DKBOOT, FIELD(0x20f, PROBE_PREF_ADDRESS, 0x10000000)}},
	{"type", "D9", type_qemu, {.loader = LOADER_DKBOOT, MODERN}},
	{"no heap", "D1d D10", heap_flag, {.loader = LOADER_DKBOOT, MODERN}},
	{"work area", "D11", low_byte, {.loader = LOADER_DKBOOT, MODERN, .without_before = true}},
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static int judge_fault(const struct fault *fault)
{
	autofree char *rules = NULL;
	struct layout_verdict verdict;
	struct guest guest;
	int wrong;

	guest_make(&guest, &fault->wish);
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
	guest_free(&guest);
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
	static const struct layout_rule *const tables[] = {
		layout_rules_linux, layout_rules_stock, layout_rules_dkboot};

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

static void test_text_names_address_expected_and_found(void **state)
{
	const struct wish wish = {.loader = LOADER_OTHER, MODERN, .initrd = 9000};
	struct layout_verdict verdict;
	struct guest guest;

	(void)state;
	guest_make(&guest, &wish);
	poke(&guest, guest.wish.ramdisk + 0x1002, "\x01\x02\x03\x04", 4);
	judge_guest(&guest, &verdict);
	assert_int_equal(verdict.violation_count, 1);
	assert_string_equal(verdict.violations[0].text,
		"byte 0x1002 of the initrd at 0x3fde002: expected 0b c7 83 3f fb b6 72 2e ea a6 61 "
		"1d d9 95 51 0c, "
		"found 01 02 03 04 fb b6 72 2e ea a6 61 1d d9 95 51 0c");
	layout_verdict_free(&verdict);
	guest_free(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fault_breaks_its_rule),
		cmocka_unit_test(test_each_rule_has_a_fault),
		cmocka_unit_test(test_text_names_address_expected_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
