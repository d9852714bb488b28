/* Lines about the machine at a 32-bit or 64-bit entry. */
#include "say.h"

static void say_entry(struct out *out, const struct machine *machine)
{
	out_begin(out, "entry");
	out_decimal(out, " bits=", machine->bits);
	out_hex(out, " cs=", machine->cs, 4);
	out_hex(out, " ds=", machine->ds, 4);
	out_hex(out, " es=", machine->es, 4);
	out_hex(out, " fs=", machine->fs, 4);
	out_hex(out, " gs=", machine->gs, 4);
	out_hex(out, " ss=", machine->ss, 4);
	out_hex(out, " tr=", machine->tr, 4);
	out_hex(out, " sp=", machine->esp, 8);
	out_hex(out, " eflags=", machine->eflags, 8);
	out_hex(out, " cr0=", machine->cr0, 8);
	out_hex(out, " cr3=", machine->cr3, 8);
	out_hex(out, " cr4=", machine->cr4, 8);
	out_hex(out, " efer=", machine->efer, 8);
	out_end(out);
}

static void say_registers(struct out *out, const struct machine *machine)
{
	out_begin(out, "regs");
	out_hex(out, " eax=", machine->eax, 8);
	out_hex(out, " ebx=", machine->ebx, 8);
	out_hex(out, " ecx=", machine->ecx, 8);
	out_hex(out, " edx=", machine->edx, 8);
	out_hex(out, " esi=", machine->esi, 8);
	out_hex(out, " edi=", machine->edi, 8);
	out_hex(out, " ebp=", machine->ebp, 8);
	out_end(out);
	out_begin(out, "clock");
	out_hex(out, " tsc=", machine->tsc, 16);
	out_end(out);
}

/*
 * The descriptor that a selector names now. What the processor has loaded may be another one: only
 * an emulator can tell. access and flags as in the descriptor: type, DPL, present; AVL, L, D, G.
 */
static void say_segment(
	struct out *out, const struct machine *machine, const char *name, uint32_t selector)
{
	const uint32_t offset = selector & ~7u;
	const uint32_t *words = (const uint32_t *)(machine->gdt.base + offset);
	uint32_t limit;

	out_begin(out, "segment ");
	out_text(out, name);
	out_hex(out, " selector=", selector, 4);
	if (!offset || offset + 7 > machine->gdt.limit) {
		out_text(out, " none");
		out_end(out);
		return;
	}
	limit = (words[0] & 0xffff) | (words[1] & 0xf0000);
	if (words[1] & 0x800000)
		limit = limit << 12 | 0xfff;
	out_hex(out, " base=", words[0] >> 16 | (words[1] & 0xff) << 16 | (words[1] & 0xff000000),
		8);
	out_hex(out, " limit=", limit, 8);
	out_hex(out, " access=", words[1] >> 8 & 0xff, 2);
	out_hex(out, " flags=", words[1] >> 20 & 15, 1);
	out_end(out);
}

void say_machine(struct out *out, const struct machine *machine)
{
	say_entry(out, machine);
	say_registers(out, machine);
	say_tables(out, &machine->gdt, &machine->idt);
	say_segment(out, machine, "cs", machine->cs);
	say_segment(out, machine, "ds", machine->ds);
	say_segment(out, machine, "es", machine->es);
	say_segment(out, machine, "fs", machine->fs);
	say_segment(out, machine, "gs", machine->gs);
	say_segment(out, machine, "ss", machine->ss);
	say_segment(out, machine, "tr", machine->tr);
}
