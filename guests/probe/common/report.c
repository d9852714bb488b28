/* The frame of a report by a probe that has an image and a stack of its own. */
#include "act.h"
#include "crc.h"
#include "params.h"
#include "say.h"

/* The linker knows them; hidden, so that their addresses follow the code. */
#pragma GCC visibility push(hidden)
extern const uint8_t image_start[], image_end[], zeros[], zeros_end[];
extern const struct flat_params params;
#pragma GCC visibility pop

void say_itself(struct say *say)
{
	uint32_t dirty = 0;

	say_range(say, "image", (uint32_t)image_start, (uint32_t)(image_end - image_start));
	for (const uint8_t *byte = zeros; byte < zeros_end; byte++)
		dirty += *byte != 0;
	out_begin(&say->out, "zeros");
	out_hex(&say->out, " at=", (uint32_t)zeros, 8);
	out_decimal(&say->out, " size=", (uint32_t)(zeros_end - zeros));
	out_decimal(&say->out, " dirty=", dirty);
	out_end(&say->out);
}

/* ACPI 6.5, 5.2.5.3. The sum of 20 bytes before revision 2, of length bytes from then on. */
void say_rsdp(struct out *out, uint32_t at)
{
	const uint8_t *rsdp = (const uint8_t *)at;
	uint32_t length = 20;
	uint8_t sum = 0;

	out_begin(out, "rsdp");
	if (!at) {
		out_text(out, " none");
		out_end(out);
		return;
	}
	if (rsdp[15] >= 2)
		length = *(const uint32_t *)(rsdp + 20);
	for (uint32_t i = 0; i < length && i < 4096; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	out_hex(out, " at=", at, 8);
	out_decimal(out, " revision=", rsdp[15]);
	out_decimal(out, " length=", length);
	out_text(out, sum ? " checksum=bad" : " checksum=ok");
	out_text(out, " signature=");
	for (uint32_t i = 0; i < 8; i++)
		out_shown(out, rsdp[i]);
	out_end(out);
}

void say_report(void (*all)(struct say *say, const void *context), const void *context)
{
	uint32_t table[CRC_FAST][256];
	struct say say;

	say.crc = table;
	say.crc_tables = CRC_FAST;
	crc_prepare(table, CRC_FAST);
	out_open(&say.out);
	all(&say, context);
	say_end(&say.out);
	act(&say.out, params.act);
}
