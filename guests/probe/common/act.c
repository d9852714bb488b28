/* What the probe does after its report: the ends, good and bad, that a harness has to tell apart.
 */
#include "act.h"
#include "io.h"
#include "../../../harness/payload/spec.h"

#define S5	    0x2000 /* SLP_EN, SLP_TYP 0: soft off on both machines */
#define PM1A_QEMU   0x604  /* pc and q35, where SeaBIOS puts it */
#define PM1A_XEN    0xb004 /* where hvmloader puts it */
#define RESET_PORT  0xcf9
#define PIC1_MASK   0x21
#define PIC2_MASK   0xa1
#define PAUSE_LOOPS 10000000 /* some tens of milliseconds under TCG */

static _Noreturn void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Asleep, not busy: the emulator ends a little later, and would have to share the host with us
 * until then. */
static _Noreturn void power_off(void)
{
	out16(PM1A_QEMU, S5);
	out16(PM1A_XEN, S5);
	halt();
}

static _Noreturn void spin(void)
{
	/* No handlers: the interrupts that the flag lets in are masked where they come from. */
	out8(PIC1_MASK, 0xff);
	out8(PIC2_MASK, 0xff);
	__asm__ volatile("sti");
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static _Noreturn void reset(void)
{
	out8(RESET_PORT, 0x02);
	out8(RESET_PORT, 0x06);
	halt();
}

static _Noreturn void triple_fault(void)
{
	static const uint8_t no_table[6];

	__asm__ volatile("lidt %0; int3" : : "m"(no_table));
	halt();
}

static _Noreturn void panic(struct out *out)
{
	out_text(out, "Kernel panic - not syncing: dkprobe was asked to panic");
	out_end(out);
	halt();
}

void act_pause(void)
{
	for (uint32_t i = 0; i < PAUSE_LOOPS; i++)
		__asm__ volatile("");
}

static _Noreturn void chatter(struct out *out)
{
	for (;;) {
		out_begin(out, "still here");
		out_end(out);
		act_pause();
	}
}

void act(struct out *out, uint8_t what)
{
	out_drain(out);
	if (what == PROBE_POWEROFF)
		power_off();
	if (what == PROBE_SPIN)
		spin();
	if (what == PROBE_RESET || what == PROBE_BEAT)
		reset();
	if (what == PROBE_TRIPLE)
		triple_fault();
	if (what == PROBE_PANIC)
		panic(out);
	if (what == PROBE_CHATTER)
		chatter(out);
	halt();
}
