#include "crc.h"
#include "say.h"

#define TEXT_MOST   57344    /* bytes of a string shown: a line of 64 KiB is cut by its reader */
#define STRING_MOST 0x100000 /* bytes looked through for the NUL */

void say_range(struct say *say, const char *name, uint32_t at, uint32_t size)
{
	struct out *out = &say->out;

	out_begin(out, name);
	out_hex(out, " at=", at, 8);
	out_decimal(out, " size=", size);
	if (size && at + (size - 1) < at)
		out_text(out, " crc32=none, it does not fit below 4 GiB");
	else
		out_hex(out, " crc32=", size ? crc_of(say->crc, say->crc_tables, at, size) : 0, 8);
	out_end(out);
}

void say_string(struct say *say, const char *name, uint32_t at)
{
	const uint8_t *text = (const uint8_t *)at;
	struct out *out = &say->out;
	uint32_t size = 0;

	if (!at) {
		out_begin(out, name);
		out_text(out, " none");
		out_end(out);
		return;
	}
	while (size < STRING_MOST && text[size])
		size++;
	say_range(say, name, at, size);
	out_begin(out, name);
	out_text(out, " text=");
	for (uint32_t i = 0; i < size && i < TEXT_MOST; i++)
		out_shown(out, text[i]);
	out_end(out);
}

void say_e820(struct out *out, uint64_t base, uint64_t size, uint32_t type)
{
	out_begin(out, "e820");
	out_hex(out, " ", base, 16);
	out_hex(out, " ", size, 16);
	out_decimal(out, " ", type);
	out_end(out);
}

void say_end(struct out *out)
{
	out_aloud(out);
	out_begin(out, "end");
	out_end(out);
}

/* With A20 off, a byte 1 MiB above ours is ours. */
static uint32_t a20_is_on(void)
{
	volatile uint32_t mine = 0x12345678;
	volatile uint32_t *other = (volatile uint32_t *)((uint32_t)&mine ^ 0x100000);

	if (*other != mine)
		return 1;
	mine = ~mine;
	return *other != mine;
}

void say_tables(struct out *out, const struct table *gdt, const struct table *idt)
{
	const volatile uint32_t *vector = (const volatile uint32_t *)4 - 1;

	__asm__("" : "+r"(vector)); /* address 0 is an address */
	out_begin(out, "tables");
	out_hex(out, " gdt=", gdt->base, 8);
	out_hex(out, "/", gdt->limit, 4);
	out_hex(out, " idt=", idt->base, 8);
	out_hex(out, "/", idt->limit, 4);
	out_hex(out, " int13=", vector[0x13], 8);
	out_hex(out, " int15=", vector[0x15], 8);
	out_hex(out, " int19=", vector[0x19], 8);
	out_decimal(out, " a20=", a20_is_on());
	out_end(out);
}
