#include "engine/firmware_call.h"

#include <string.h>

#include "base/cleanup.h"

#define SMAP	    0x534d4150u
#define CARRY	    1u
#define STACK_SAVED 0x200u /* bytes below SP that the call may use, put back afterwards */
#define BUFFER_AT   0x40u  /* the answer lies so far below SP ... */
#define STACK_AT    0x80u  /* ... and the call's own stack below that */
#define STEPS	    5	   /* attempts to get off the call itself */

/* What is changed for the calls, and put back. */
struct borrowed {
	struct cpu_state cpu;
	uint32_t code, stack; /* linear addresses */
	unsigned char code_bytes[2];
	unsigned char stack_bytes[STACK_SAVED];
};

static int borrow(struct rsp *rsp, struct borrowed *borrowed, struct error *error)
{
	static const unsigned char call[] = {0xcd, 0x15}; /* int $0x15 */
	struct cpu_state *cpu = &borrowed->cpu;

	if (rsp_registers(rsp, cpu, error) < 0)
		return -1;
	if (cpu->cr0 & 1)
		return fail(error, "memory map: the machine is not in real mode");
	if ((cpu->esp & 0xffff) < STACK_SAVED)
		return fail(error, "memory map: no room below SP %04x", cpu->esp & 0xffff);
	borrowed->code = cpu->cs * 16u + (cpu->eip & 0xffff);
	borrowed->stack = cpu->ss * 16u + (cpu->esp & 0xffff) - STACK_SAVED;
	if (rsp_memory_read(rsp, borrowed->code, borrowed->code_bytes, sizeof(call), error) < 0 ||
		rsp_memory_read(rsp, borrowed->stack, borrowed->stack_bytes, STACK_SAVED, error) <
			0 ||
		rsp_memory_write(rsp, borrowed->code, call, sizeof(call), error) < 0)
		return -1;
	return rsp_breakpoint(rsp, true, borrowed->code + sizeof(call), error);
}

static int give_back(struct rsp *rsp, const struct borrowed *borrowed, struct error *error)
{
	if (rsp_breakpoint(rsp, false, borrowed->code + sizeof(borrowed->code_bytes), error) < 0 ||
		rsp_memory_write(rsp, borrowed->code, borrowed->code_bytes,
			sizeof(borrowed->code_bytes), error) < 0 ||
		rsp_memory_write(rsp, borrowed->stack, borrowed->stack_bytes, STACK_SAVED, error) <
			0)
		return -1;
	return rsp_registers_write(rsp, &borrowed->cpu, error);
}

/* Runs the call to its end. A breakpoint on the call itself has to be stepped over; under load the
 * stub was seen to stop before the step was done. */
static int run_call(struct rsp *rsp, const struct borrowed *borrowed, struct cpu_state *cpu,
	struct error *error)
{
	autobuffer struct buffer answer = {0};
	uint32_t at = borrowed->code;

	if (rsp_registers_write(rsp, cpu, error) < 0)
		return -1;
	for (int i = 0; i < STEPS && at != borrowed->code + sizeof(borrowed->code_bytes); i++) {
		if (rsp_ask(rsp, "s", &answer, error) < 0 ||
			rsp_ask(rsp, "c", &answer, error) < 0 || rsp_registers(rsp, cpu, error) < 0)
			return -1;
		at = cpu->cs * 16u + (cpu->eip & 0xffff);
		if (at != borrowed->code)
			break;
	}
	if (at != borrowed->code + sizeof(borrowed->code_bytes))
		return fail(error, "memory map: int 15h did not return, it stands at %04x:%04x",
			cpu->cs, cpu->eip);
	return 0;
}

/* One entry. @return 1 when there may be more, 0 after the last, -1 */
static int ask_entry(struct rsp *rsp, const struct borrowed *borrowed, uint32_t *continuation,
	struct memory_map *map, struct error *error)
{
	struct cpu_state cpu = borrowed->cpu;
	uint32_t sp = cpu.esp & 0xffff;
	struct {
		uint64_t start, size;
		uint32_t type;
	} __attribute__((packed)) entry;

	cpu.eax = 0xe820;
	cpu.ebx = *continuation;
	cpu.ecx = sizeof(entry);
	cpu.edx = SMAP;
	cpu.edi = sp - BUFFER_AT;
	cpu.es = cpu.ss;
	cpu.esp = sp - STACK_AT;
	if (run_call(rsp, borrowed, &cpu, error) < 0)
		return -1;
	if (cpu.eflags & CARRY)
		return map->count ? 0
				  : fail(error, "memory map: the firmware knows no int 15h/E820");
	if (cpu.eax != SMAP || cpu.ecx < sizeof(entry))
		return fail(error, "memory map: int 15h/E820 answers EAX %08x ECX %x", cpu.eax,
			cpu.ecx);
	if (rsp_memory_read(rsp, borrowed->stack + STACK_SAVED - BUFFER_AT, &entry, sizeof(entry),
		    error) < 0)
		return -1;
	if (map->count == MEMORY_MAP_LIMIT)
		return fail(error, "memory map: more than %d entries", MEMORY_MAP_LIMIT);
	map->range[map->count++] =
		(struct memory_range){entry.start, entry.start + entry.size, entry.type};
	*continuation = cpu.ebx;
	return cpu.ebx != 0;
}

int firmware_memory_map(struct rsp *rsp, struct memory_map *map, struct error *error)
{
	struct borrowed borrowed;
	uint32_t continuation = 0;
	struct error later;
	int status;

	map->count = 0;
	if (borrow(rsp, &borrowed, error) < 0)
		return -1;
	do {
		status = ask_entry(rsp, &borrowed, &continuation, map, error);
	} while (status > 0);
	if (give_back(rsp, &borrowed, status < 0 ? &later : error) < 0)
		return -1;
	return status;
}
