/* What the ROM of this project promises at a 32-bit or 64-bit entry, as rom/README.md has it. */
#include "check/flat_view.h"

#define CR0_PE	 0x01u
#define CR0_ET	 0x10u /* wired */
#define CR0_PG	 0x80000000u
#define CR4_PAE	 0x20u
#define EFLAGS	 2u
#define CODE	 0x10
#define DATA	 0x18
#define ENTRY_AT 0x40u /* the word that esp points to is among the descriptors */

/* ax, bx and si are the protocols' own. */
int dkboot_flat_registers(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	enum boot_protocol boot = view->scene->payload->boot;
	uint32_t spare = cpu->ecx | cpu->edx | cpu->edi | cpu->ebp;

	spare |= boot == BOOT_LINUX ? cpu->ebx : cpu->esi;
	spare |= boot == BOOT_LINUX || boot == BOOT_PVH ? cpu->eax : 0;
	if (spare || cpu->eflags != EFLAGS)
		accuse(view, 0, 0,
			"eax 0x%x, ebx 0x%x, ecx 0x%x, edx 0x%x, esi 0x%x, edi 0x%x, ebp 0x%x, "
			"eflags 0x%x: expected 0 in all that the protocol does not use, and 2",
			cpu->eax, cpu->ebx, cpu->ecx, cpu->edx, cpu->esi, cpu->edi, cpu->ebp,
			cpu->eflags);
	return 0;
}

int dkboot_flat_segments(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->cs != CODE || cpu->ds != DATA || cpu->es != DATA || cpu->ss != DATA ||
		cpu->fs != DATA || cpu->gs != DATA)
		accuse(view, 0, 0,
			"cs %x, ds %x, es %x, ss %x, fs %x, gs %x: expected %x, and %x in the "
			"others",
			cpu->cs, cpu->ds, cpu->es, cpu->ss, cpu->fs, cpu->gs, CODE, DATA);
	return 0;
}

int dkboot_flat_control(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	bool is_long = view->scene->payload->entry == 64;
	uint32_t cr0 = is_long ? CR0_PE | CR0_PG : CR0_PE, cr4 = is_long ? CR4_PAE : 0;

	if ((cpu->cr0 & ~CR0_ET) != cr0 || cpu->cr4 != cr4)
		accuse(view, 0, 0, "cr0 0x%x, cr4 0x%x: expected 0x%x and 0x%x", cpu->cr0, cpu->cr4,
			cr0, cr4);
	return 0;
}

/* The stack lies in front of the descriptors and the information. */
int dkboot_flat_stack(struct layout_view *view)
{
	uint64_t esp = view->scene->cpu.esp;

	for (size_t i = 0; i < view->claim_count; i++)
		if (view->claims[i].kind == CLAIM_INFO && esp >= view->claims[i].start &&
			esp + ENTRY_AT <= view->claims[i].end)
			return 0;
	accuse(view, esp, esp + 1, "esp 0x%llx: expected in front of the boot information",
		(unsigned long long)esp);
	return 0;
}

#define ENTRY  "rom/README.md, Entry"
#define RANGES "rom/README.md, Memory"

const struct layout_rule layout_rules_dkboot_flat[] = {
	{"F1a", "registers that the protocol does not use are 0, eflags is 2", ENTRY, 0, RULE_ANY,
		RULE_ENTRY, dkboot_flat_registers, true},
	{"F1b", "cs is 0x10, all other segments are 0x18", ENTRY, 0, RULE_ANY, RULE_ENTRY,
		dkboot_flat_segments, true},
	{"F1c", "of cr0 only PE is set, cr4 is 0 (at the 64-bit entry PG and PAE besides)", ENTRY,
		0, RULE_ANY, RULE_ENTRY, dkboot_flat_control, true},
	{"F1d", "esp lies in the ROM's stack in front of the information", RANGES, 0, RULE_ANY,
		RULE_ENTRY, dkboot_flat_stack, true},
	{"F11", "the work area 0x8000-0x97ff is zero", RANGES, 0, RULE_ANY, RULE_FULL,
		dkboot_footprint, true},
	{0},
};
