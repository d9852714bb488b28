/* What is known of two loaders beyond the protocol: exact values. */
#include "check/layout_rule.h"

#define QEMU	   "QEMU, x86_load_linux() and its linuxboot ROMs"
#define DKBOOT	   "rom/README.md, Entry"
#define RANGES	   "rom/README.md, Memory"
#define RUNNING_FS "boot.rst, Running the Kernel (recommended)"

const struct layout_rule layout_rules_stock[] = {
	{"Q1a", "ebx, ecx, edx, edi and ebp are 0 (eax holds cs, esi anything)", QEMU, 0, RULE_ANY,
		RULE_ENTRY, stock_registers, false},
	{"Q1b", "fs and gs are ds", RUNNING_FS, 0, RULE_ANY, RULE_ENTRY, rule_spare_segments,
		false},
	{"Q1c", "the direction flag is clear (boot.rst does not ask for it)", QEMU, 0, RULE_ANY,
		RULE_ENTRY, rule_direction, false},
	{"Q1d", "sp is 0xfff0, or 16 below the command line in the segment at 0x90000", QEMU, 0,
		RULE_ANY, RULE_ENTRY, stock_stack, false},
	{"Q1e", "the setup is at 0x10000 (bzImage from 2.02 on) or 0x90000", QEMU, 0, RULE_ANY,
		RULE_ENTRY, stock_setup_place, false},
	{"Q2", "of the lawful fields, only those that QEMU knows are written", QEMU, 0, RULE_ANY,
		RULE_ENTRY, stock_writes, false},
	{"Q3", "the whole file behind the setup is loaded, whatever syssize says", QEMU, 0x204,
		RULE_ANY, RULE_FULL, rule_image_whole, false},
	{"Q4", "the command line is at 0x20000, or ends at 0x9a000", QEMU, 0, RULE_ANY, RULE_ENTRY,
		stock_cmdline, false},
	{"Q5", "the initrd is where QEMU puts it, or where int 15h/E801 corrects it to", QEMU,
		0x200, RULE_ANY, RULE_FULL, stock_initrd, false},
	{"Q9", "type_of_loader is 0xb0", QEMU, 0x200, RULE_ANY, RULE_ENTRY, stock_loader_type,
		false},
	{"Q10", "CAN_USE_HEAP is set, the heap ends at 0x10000 or where the command line begins",
		QEMU, 0x201, RULE_ANY, RULE_ENTRY, stock_heap, false},
	{0},
};

const struct layout_rule layout_rules_dkboot[] = {
	{"D1a", "eax, ebx, ecx, edx, esi, edi, ebp and the upper half of esp are 0", DKBOOT, 0,
		RULE_ANY, RULE_ENTRY, dkboot_registers, false},
	{"D1b", "fs and gs are ds", RUNNING_FS, 0, RULE_ANY, RULE_ENTRY, rule_spare_segments,
		false},
	{"D1c", "the direction flag is clear", DKBOOT, 0, RULE_ANY, RULE_ENTRY, rule_direction,
		false},
	{"D1d", "sp is 16 below the end of heap and stack", DKBOOT, 0, RULE_ANY, RULE_ENTRY,
		dkboot_stack, false},
	{"D2", "of the lawful fields, only those that the ROM documents are written", DKBOOT, 0,
		RULE_ANY, RULE_ENTRY, dkboot_writes, false},
	{"D3", "the whole file behind the setup is loaded, whatever syssize says", RANGES, 0x204,
		RULE_ANY, RULE_FULL, rule_image_whole, false},
	{"D4", "the command line is never cut, and is at 0x20000 for a bzImage from 2.02 on",
		RANGES ", Refusals", 0, RULE_ANY, RULE_ENTRY, dkboot_cmdline, true},
	{"D5", "the initrd is in the highest free pages", RANGES, 0x200, RULE_ANY, RULE_FULL,
		dkboot_initrd, true},
	{"D7", "from pref_address on, init_size bytes are RAM too", RANGES, 0x20a, RULE_ANY,
		RULE_FULL, dkboot_window, true},
	{"D9", "type_of_loader is 0xff", DKBOOT, 0x200, RULE_ANY, RULE_ENTRY, dkboot_loader_type,
		true},
	{"D10", "CAN_USE_HEAP is set, the heap ends at 0x10000 or where the command line begins",
		RANGES, 0x201, RULE_ANY, RULE_ENTRY, dkboot_heap, false},
	{"D11", "the work area 0x8000-0x97ff is zero", RANGES, 0, RULE_ANY, RULE_FULL,
		dkboot_footprint, false},
	{0},
};
