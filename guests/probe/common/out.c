/* Text to COM1 and to port 0xe9, a line at a time. */
#include "io.h"
#include "out.h"
#include "xen.h"

#define COM1	   0x3f8
#define IIR_FIFO   0xc0
#define LSR_THRE   0x20
#define DEBUG_PORT 0xe9
#define LSR_TEMT   0x40
#define PATIENCE   4000000 /* polls: seconds, for a reader that is late */
#define IMPATIENCE 1000	   /* a port that hung once must not stop the report again and again */

void out_open(struct out *out)
{
	static const uint8_t setup[][2] = {
		{3, 0x80},	   /* LCR: the divisor is next */
		{0, 1},		   /* 115200 */
		{1, 0}, {3, 0x03}, /* 8n1 */
		{1, 0},		   /* no interrupts */
		{2, 0x07},	   /* FIFO on and empty */
		{4, 0x03},	   /* DTR, RTS */
	};

	for (uint32_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++)
		out8(COM1 + setup[i][0], setup[i][1]);
	out->burst = (in8(COM1 + 2) & IIR_FIFO) == IIR_FIFO ? 16 : 1;
	out->used = 0;
	out->patience = PATIENCE;
	out->aloud = 1;
	out->lines = 0;
}

/* Bounded: a port that is not there, or hangs, must not stop the report. */
static void wait_for(struct out *out, uint8_t bit)
{
	for (uint32_t i = 0; i < out->patience; i++)
		if (in8(COM1 + 5) & bit)
			return;
	out->patience = IMPATIENCE;
}

static void flush(struct out *out)
{
	out_bytes(DEBUG_PORT, out->text, out->used);
	for (uint32_t done = 0, step; out->aloud && done < out->used; done += step) {
		wait_for(out, LSR_THRE);
		step = out->used - done;
		if (step > out->burst)
			step = out->burst;
		out_bytes(COM1, out->text + done, step);
	}
	out->used = 0;
}

static void out_byte(struct out *out, char byte)
{
	if (out->used == sizeof(out->text))
		flush(out);
	out->text[out->used++] = byte;
}

void out_aloud(struct out *out)
{
	out->aloud = 1;
}

void out_text(struct out *out, const char *text)
{
	while (*text)
		out_byte(out, *text++);
}

void out_begin(struct out *out, const char *text)
{
	out_text(out, "dkprobe: ");
	out_text(out, text);
}

void out_hex(struct out *out, const char *label, uint64_t value, uint32_t digits)
{
	out_text(out, label);
	while (digits--)
		out_byte(out, "0123456789abcdef"[value >> 4 * digits & 15]);
}

void out_decimal(struct out *out, const char *label, uint32_t value)
{
	char digits[11], *at = digits + sizeof(digits) - 1;

	*at = 0;
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	out_text(out, label);
	out_text(out, at);
}

void out_shown(struct out *out, uint8_t byte)
{
	if (byte < ' ' || byte == 0x7f)
		out_hex(out, "\\x", byte, 2);
	else
		out_byte(out, (char)byte);
}

void out_end(struct out *out)
{
	out_byte(out, '\n');
	flush(out);
	if (out->lines++ == 0 && on_xen())
		out->aloud = 0;
}

void out_drain(struct out *out)
{
	wait_for(out, LSR_TEMT);
}
