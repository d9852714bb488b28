#include "refuse.h"

/* One string of strings: a table of pointers would need relocations, and the ROM has none. */
#define REFUSE_TEXT(name, text) text "\0"
static const char texts[] = REFUSALS(REFUSE_TEXT);
static const char names[] = ITEMS(REFUSE_TEXT);

struct sink {
	void (*put)(char c, void *context);
	void *context;
};

int refuse(struct refusal *why, enum refusal_code code, uint32_t a, uint32_t b, uint32_t c)
{
	why->code = code;
	why->number[0] = a;
	why->number[1] = b;
	why->number[2] = c;
	return -1;
}

static const char *nth(const char *strings, uint32_t n)
{
	while (n--)
		while (*strings++)
			;
	return strings;
}

static void put_string(const struct sink *to, const char *s)
{
	while (*s)
		to->put(*s++, to->context);
}

static void put_number(const struct sink *to, uint32_t value, uint32_t base)
{
	char digits[11], *d = digits + sizeof(digits) - 1;

	*d = 0;
	do
		*--d = "0123456789abcdef"[value % base];
	while (value /= base);
	if (base == 16)
		put_string(to, "0x");
	put_string(to, d);
}

void refusal_text(const struct refusal *why, void (*put)(char c, void *context), void *context)
{
	const struct sink to = {put, context};
	const uint32_t *number = why->number;

	for (const char *c = nth(texts, why->code); *c; c++) {
		if (*c != '%')
			put(*c, context);
		else if (*++c == 's')
			put_string(&to, nth(names, *number++));
		else
			put_number(&to, *number++, *c == 'x' ? 16 : 10);
	}
}
