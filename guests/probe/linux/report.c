/* The 32-bit half of the Linux probe: says what arrived, line by line (guests/README.md), then
 * acts. */
#include "act.h"
#include "crc.h"
#include "facts.h"
#include "header.h"
#include "params.h"
#include "say.h"
#include "xen.h"
#include "../../../harness/payload/spec.h"

#define BEATS	    250
#define LOW_IMAGE   0x10000
#define STACK_SPARE 1024 /* bytes that crc_of() and the report need beside the tables */

/** All that a line may need. */
struct report {
	struct say say;
	const uint8_t *setup;
	const struct probe_params *params;
	const struct facts *facts;
	const struct e820_entry *map; /* last entry first */
};

static void say_begin(struct report *report)
{
	out_begin(&report->say.out, "begin linux protocol=");
	if (report->params->protocol)
		out_hex(&report->say.out, "", report->params->protocol, 4);
	else
		out_text(&report->say.out, "none");
	out_end(&report->say.out);
}

static void say_entry(struct report *report)
{
	const struct facts *facts = report->facts;
	struct out *out = &report->say.out;

	out_begin(out, "entry");
	out_hex(out, " cs=", facts->cs, 4);
	out_hex(out, " ds=", facts->ds, 4);
	out_hex(out, " es=", facts->es, 4);
	out_hex(out, " fs=", facts->fs, 4);
	out_hex(out, " gs=", facts->gs, 4);
	out_hex(out, " ss=", facts->ss, 4);
	out_hex(out, " sp=", facts->esp + 4, 8);
	out_hex(out, " ip=", facts->ip - IP_BIAS, 4);
	out_hex(out, " eflags=", facts->eflags, 8);
	out_hex(out, " cr0=", facts->cr0, 8);
	out_end(out);
}

static void say_registers(struct report *report)
{
	const struct facts *facts = report->facts;
	struct out *out = &report->say.out;

	out_begin(out, "regs");
	out_hex(out, " eax=", facts->eax, 8);
	out_hex(out, " ebx=", facts->ebx, 8);
	out_hex(out, " ecx=", facts->ecx, 8);
	out_hex(out, " edx=", facts->edx, 8);
	out_hex(out, " esi=", facts->esi, 8);
	out_hex(out, " edi=", facts->edi, 8);
	out_hex(out, " ebp=", facts->ebp, 8);
	out_end(out);
}

static void say_clock(struct report *report)
{
	out_begin(&report->say.out, "clock");
	out_hex(&report->say.out, " tsc=", report->facts->tsc, 16);
	out_end(&report->say.out);
}

static void say_memory(struct report *report)
{
	const struct facts *facts = report->facts;
	const struct e820_entry *entry = (const struct e820_entry *)facts;
	struct out *out = &report->say.out;

	out_begin(out, "int12");
	out_decimal(out, " kib=", facts->int12);
	out_end(out);
	out_begin(out, "e801");
	if (facts->e801_refused)
		out_text(out, " refused");
	out_hex(out, " ax=", facts->e801_ax, 4);
	out_hex(out, " bx=", facts->e801_bx, 4);
	out_hex(out, " cx=", facts->e801_cx, 4);
	out_hex(out, " dx=", facts->e801_dx, 4);
	out_end(out);
	while (entry-- > report->map)
		say_e820(out, entry->base, entry->size, entry->type);
}

/* Linux boot protocol, "The kernel command line". 0 = none. */
static uint32_t cmdline_at(const struct report *report)
{
	if (report->params->protocol >= 0x202)
		return header_word(report->setup, 0x228, 4);
	if (header_word(report->setup, 0x20, 2) != 0xa33f)
		return 0;
	return (uint32_t)report->setup + header_word(report->setup, 0x22, 2);
}

static void say_initrd(struct report *report)
{
	if (report->params->protocol)
		say_range(&report->say, "initrd", header_word(report->setup, 0x218, 4),
			header_word(report->setup, 0x21c, 4));
	else
		say_range(&report->say, "initrd", 0, 0);
}

static void say_image(struct report *report)
{
	uint32_t at = report->params->flags & PARAMS_LOW ? LOW_IMAGE
							 : header_word(report->setup, 0x214, 4);

	say_range(&report->say, "image", at, report->params->image_size);
}

/* While somebody moves the guest to and fro. COM1 hears nothing of it under Xen. */
static void beat(struct report *report)
{
	uint32_t at = header_word(report->setup, 0x218, 4);
	uint32_t size = header_word(report->setup, 0x21c, 4);

	for (uint32_t i = 1; i <= BEATS; i++) {
		out_begin(&report->say.out, "beat ");
		out_decimal(&report->say.out, "", i);
		out_hex(&report->say.out,
			" crc32=", crc_of(report->say.crc, report->say.crc_tables, at, size), 8);
		out_end(&report->say.out);
		act_pause();
	}
}

static void say_all(struct report *report)
{
	say_begin(report);
	say_entry(report);
	say_registers(report);
	say_clock(report);
	say_tables(&report->say.out, &report->facts->gdt, &report->facts->idt);
	say_header(&report->say.out, report->setup);
	say_fields(&report->say.out, report->setup, report->params->protocol);
	say_memory(report);
	say_xen(&report->say.out);
	say_string(&report->say, "cmdline", cmdline_at(report));
	say_initrd(report);
	say_image(report);
	say_tail(&report->say.out, report->setup);
	if (report->params->act == PROBE_BEAT)
		beat(report);
	say_end(&report->say.out);
}

/* The tables are the only big thing on the stack, and a long command line may have left little of
 * it. */
static __attribute__((noinline)) void report_fast(struct report *report)
{
	uint32_t table[CRC_FAST][256];

	report->say.crc = table;
	report->say.crc_tables = CRC_FAST;
	crc_prepare(table, CRC_FAST);
	say_all(report);
}

static __attribute__((noinline)) void report_small(struct report *report)
{
	uint32_t table[1][256];

	report->say.crc = table;
	report->say.crc_tables = 1;
	crc_prepare(table, 1);
	say_all(report);
}

void probe_linux(const uint8_t *setup, const struct e820_entry *map, const struct facts *facts)
{
	struct report report;
	uint32_t room;

	report.setup = setup;
	report.params = (const struct probe_params *)(setup + PARAMS_AT);
	report.map = map;
	report.facts = facts;
	room = (uint32_t)&report - (uint32_t)setup - report.params->setup_size;
	out_open(&report.say.out);
	if ((int32_t)room >= (int32_t)(CRC_FAST * sizeof(uint32_t[256]) + STACK_SPARE))
		report_fast(&report);
	else
		report_small(&report);
	act(&report.say.out, report.params->act);
}
