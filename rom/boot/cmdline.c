#include "boot/cmdline.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A value ends with its word, or with the quote that closes it. */
static bool is_end(char c)
{
	return !c || c == '"' || is_space(c);
}

/* Behind prefix in s, and behind a quote that follows; NULL when s begins in another way. */
static const char *behind(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return 0;
	return *s == '"' ? s + 1 : s;
}

static uint32_t digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 16;
}

/* A number in C notation, UINT32_MAX if it is larger. Returns what follows, s if that is none. */
static const char *number(const char *s, uint32_t *value)
{
	uint32_t base = 10, digit;

	if (*s == '0') {
		base = 8;
		if ((s[1] | 0x20) == 'x' && digit_of(s[2]) < 16) {
			base = 16;
			s += 2;
		}
	}
	for (*value = 0; (digit = digit_of(*s)) < base; s++)
		if (__builtin_mul_overflow(*value, base, value) ||
			__builtin_add_overflow(*value, digit, value))
			*value = UINT32_MAX;
	return s;
}

static void scan_mem(const char *s, struct cmdline_options *options)
{
	uint32_t end, shift = 0;

	s = number(s, &end);
	switch (*s | 0x20) {
	case 'g':
		shift += 10;
		/* fall through */
	case 'm':
		shift += 10;
		/* fall through */
	case 'k':
		shift += 10;
		break;
	case 't':
	case 'p':
	case 'e':
		if (end)
			end = UINT32_MAX;
	}
	end = end > UINT32_MAX >> shift ? UINT32_MAX : end << shift;
	if (end && end - 1 < options->mem_last)
		options->mem_last = end - 1;
}

static void scan_vga(const char *s, struct cmdline_options *options)
{
	static const char names[] = "ask\0ext\0normal";
	const char *name = names, *end;
	uint32_t mode;

	for (mode = 0xfffd; mode <= 0xffff; mode++) {
		end = behind(s, name);
		if (end && is_end(*end))
			break;
		name += 4;
	}
	if (mode > 0xffff) {
		end = number(s, &mode);
		if (end == s || !is_end(*end) || mode > 0xffff)
			return;
	}
	options->vga = (uint16_t)mode;
}

/* Options that the word at s may be; false for the one that ends the kernel's part. */
static bool scan_word(const char *s, struct cmdline_options *options)
{
	const char *value;

	if (*s == '"')
		s++;
	if ((value = behind(s, "mem=")))
		scan_mem(value, options);
	else if ((value = behind(s, "vga=")))
		scan_vga(value, options);
	else if ((value = behind(s, "--")) && is_end(*value))
		return false;
	return true;
}

/* The inner loop skips what is neither quote nor space nor a possible vga=: lines are long. */
void cmdline_scan(const char *s, struct cmdline_options *options)
{
	bool quoted = false, word = true, ours = true;

	*options = (struct cmdline_options){.mem_last = UINT32_MAX, .vga = 0xffff};
	for (;; s++) {
		if (word && ours)
			ours = scan_word(s, options);
		while (*s > '"' && *s != 'v')
			s++;
		if (!*s)
			return;
		if (behind(s, "vga="))
			options->vga_seen = true;
		if (*s == '"')
			quoted = !quoted;
		word = !quoted && is_space(*s);
	}
}
