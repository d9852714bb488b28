/* I1: registers at the kernel's first instruction (boot.rst, Running the Kernel). */
#include "check/layout_rule.h"

#define CR0_PE	  0x00000001u
#define CR0_PG	  0x80000000u
#define EFLAGS_IF 0x200u
#define EFLAGS_DF 0x400u
#define EFLAGS_VM 0x20000u

int rule_code_segment(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;
	unsigned cs = (unsigned)(judge->real >> 4) + 0x20;

	if (cpu->cs != cs || cpu->eip)
		accuse(judge, 0, 0, "cs:ip is %04x:%04x, expected %04x:0000 for a setup at 0x%llx",
			cpu->cs, cpu->eip, cs, (unsigned long long)judge->real);
	if (judge->real & 15)
		accuse(judge, judge->real, judge->real + 1,
			"the setup at 0x%llx does not begin a segment",
			(unsigned long long)judge->real);
	return 0;
}

int rule_data_segments(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;
	unsigned want = (unsigned)(judge->real >> 4);

	if (cpu->ds != want || cpu->es != want || cpu->ss != want)
		accuse(judge, 0, 0, "ds %04x, es %04x, ss %04x: expected %04x in all", cpu->ds,
			cpu->es, cpu->ss, want);
	return 0;
}

int rule_real_mode(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;

	if (cpu->cr0 & (CR0_PE | CR0_PG) || cpu->eflags & EFLAGS_VM)
		accuse(judge, 0, 0, "cr0 0x%x, eflags 0x%x: expected PE, PG and VM clear", cpu->cr0,
			cpu->eflags);
	return 0;
}

int rule_interrupts_off(struct judge *judge)
{
	if (judge->scene->cpu.eflags & EFLAGS_IF)
		accuse(judge, 0, 0, "eflags 0x%x: expected IF (0x200) clear",
			judge->scene->cpu.eflags);
	return 0;
}

int rule_stack(struct judge *judge)
{
	uint64_t most = judge->heap_end;

	if (judge->stack_top > most || judge->stack_top <= judge->file.setup_size)
		accuse(judge, judge->real, judge->real + judge->file.setup_size,
			"sp 0x%04x: expected behind the setup (0x%llx) and at most the end of the "
			"heap (0x%llx)",
			judge->scene->cpu.esp & 0xffff, (unsigned long long)judge->file.setup_size,
			(unsigned long long)most);
	return 0;
}

/* 2.00 and 2.01 move themselves to 0x90000, so they may be elsewhere. */
int rule_setup_place(struct judge *judge)
{
	unsigned long long real = judge->real;

	if (!judge->high && real != OLD_SETUP)
		accuse(judge, real, real + judge->file.setup_size,
			"the setup is at 0x%llx, expected 0x%x: this image is no bzImage", real,
			OLD_SETUP);
	else if (real < LOW_IMAGE)
		accuse(judge, real, real + judge->file.setup_size,
			"the setup is at 0x%llx, expected 0x%x or above", real, LOW_IMAGE);
	return 0;
}

int rule_spare_segments(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;

	if (cpu->fs != cpu->ds || cpu->gs != cpu->ds)
		accuse(judge, 0, 0, "fs %04x, gs %04x: expected %04x, as in ds", cpu->fs, cpu->gs,
			cpu->ds);
	return 0;
}

int rule_direction(struct judge *judge)
{
	if (judge->scene->cpu.eflags & EFLAGS_DF)
		accuse(judge, 0, 0, "eflags 0x%x: expected DF (0x400) clear",
			judge->scene->cpu.eflags);
	return 0;
}
