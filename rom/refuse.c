#include "refuse.h"

/* One string of strings: a table of pointers would need relocations, and the ROM has none. */
#define REFUSE_TEXT(name, text) text "\0"
static const char texts[] = REFUSALS(REFUSE_TEXT);
static const char names[] = ITEMS(REFUSE_TEXT);

struct sink {
	void (*put)(char c, void *context);
	void *context;
};

static const char *nth(const char *strings, unsigned int n)
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

static void put_hex(const struct sink *to, uint64_t value)
{
	int shift = 60;

	put_string(to, "0x");
	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		to->put("0123456789abcdef"[value >> shift & 15], to -> context);
}

static void put_decimal(const struct sink *to, uint32_t value)
{
	char digits[11], *d = digits + sizeof(digits) - 1;

	*d = 0;
	do
		*--d = (char)('0' + value % 10);
	while (value /= 10);
	put_string(to, d);
}

void refusal_text(const struct refusal *why, void (*put)(char c, void *context), void *context)
{
	const struct sink to = {put, context};
	const uint64_t *number = why->number;

	for (const char *c = nth(texts, why->code); *c; c++) {
		if (*c != '%')
			put(*c, context);
		else if (*++c == 's')
			put_string(&to, nth(names, (unsigned int)*number++));
		else if (*c == 'x')
			put_hex(&to, *number++);
		else
			put_decimal(&to, (uint32_t)*number++);
	}
}
