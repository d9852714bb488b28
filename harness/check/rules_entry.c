/* I1: registers at the kernel's first instruction (boot.rst, Running the Kernel). */
#include "check/layout_rule.h"

#define CR0_PE	  0x00000001u
#define CR0_PG	  0x80000000u
#define EFLAGS_IF 0x200u
#define EFLAGS_DF 0x400u
#define EFLAGS_VM 0x20000u

int rule_code_segment(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	unsigned cs = (unsigned)(view->real >> 4) + 0x20;

	if (cpu->cs != cs || cpu->eip)
		accuse(view, 0, 0, "cs:ip is %04x:%04x, expected %04x:0000 for a setup at 0x%llx",
			cpu->cs, cpu->eip, cs, (unsigned long long)view->real);
	if (view->real & 15)
		accuse(view, view->real, view->real + 1,
			"the setup at 0x%llx does not begin a segment",
			(unsigned long long)view->real);
	return 0;
}

int rule_data_segments(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	unsigned want = (unsigned)(view->real >> 4);

	if (cpu->ds != want || cpu->es != want || cpu->ss != want)
		accuse(view, 0, 0, "ds %04x, es %04x, ss %04x: expected %04x in all", cpu->ds,
			cpu->es, cpu->ss, want);
	return 0;
}

int rule_real_mode(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->cr0 & (CR0_PE | CR0_PG) || cpu->eflags & EFLAGS_VM)
		accuse(view, 0, 0, "cr0 0x%x, eflags 0x%x: expected PE, PG and VM clear", cpu->cr0,
			cpu->eflags);
	return 0;
}

int rule_interrupts_off(struct layout_view *view)
{
	if (view->scene->cpu.eflags & EFLAGS_IF)
		accuse(view, 0, 0, "eflags 0x%x: expected IF (0x200) clear",
			view->scene->cpu.eflags);
	return 0;
}

int rule_stack(struct layout_view *view)
{
	uint64_t most = view->heap_end;

	if (view->stack_top > most || view->stack_top <= view->file.setup_size)
		accuse(view, view->real, view->real + view->file.setup_size,
			"sp 0x%04x: expected behind the setup (0x%llx) and at most the end of the "
			"heap (0x%llx)",
			view->scene->cpu.esp & 0xffff, (unsigned long long)view->file.setup_size,
			(unsigned long long)most);
	return 0;
}

/* 2.00 and 2.01 move themselves to 0x90000, so they may be elsewhere. */
int rule_setup_place(struct layout_view *view)
{
	unsigned long long real = view->real;

	if (!view->high && real != OLD_SETUP)
		accuse(view, real, real + view->file.setup_size,
			"the setup is at 0x%llx, expected 0x%x: this image is no bzImage", real,
			OLD_SETUP);
	else if (real < LOW_IMAGE)
		accuse(view, real, real + view->file.setup_size,
			"the setup is at 0x%llx, expected 0x%x or above", real, LOW_IMAGE);
	return 0;
}

int rule_spare_segments(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->fs != cpu->ds || cpu->gs != cpu->ds)
		accuse(view, 0, 0, "fs %04x, gs %04x: expected %04x, as in ds", cpu->fs, cpu->gs,
			cpu->ds);
	return 0;
}

int rule_direction(struct layout_view *view)
{
	if (view->scene->cpu.eflags & EFLAGS_DF)
		accuse(view, 0, 0, "eflags 0x%x: expected DF (0x400) clear",
			view->scene->cpu.eflags);
	return 0;
}
