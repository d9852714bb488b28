#include "boot/cmdline.h"

/* A piece of the command line: what is left of it, or one word. */
struct text {
	const char *at, *end;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cut the next word off rest; false at the end. A quote that opens the word is dropped. */
static bool next_word(struct text *rest, struct text *word)
{
	bool quoted = false;

	while (rest->at < rest->end && is_space(*rest->at))
		rest->at++;
	if (rest->at == rest->end)
		return false;
	word->at = rest->at;
	while (rest->at < rest->end && (quoted || !is_space(*rest->at)))
		if (*rest->at++ == '"')
			quoted = !quoted;
	word->end = rest->at;
	if (*word->at == '"') {
		word->at++;
		if (word->end > word->at && word->end[-1] == '"')
			word->end--;
	}
	return true;
}

/* Does text begin with prefix? Then go past it. */
static bool skip(struct text *text, const char *prefix)
{
	const char *at = text->at;

	for (; *prefix; prefix++)
		if (at == text->end || *at++ != *prefix)
			return false;
	text->at = at;
	return true;
}

static bool equals(struct text text, const char *s)
{
	return skip(&text, s) && text.at == text.end;
}

/* The value of an option may have quotes of its own. */
static void unquote(struct text *value)
{
	if (value->at < value->end && *value->at == '"') {
		value->at++;
		if (value->at < value->end && value->end[-1] == '"')
			value->end--;
	}
}

static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) : 16;
}

/* A number in C notation, saturated; text goes past its digits. False if there is no digit. */
static bool number(struct text *text, uint64_t *value)
{
	unsigned int base = 10;
	const char *first;

	if (text->end - text->at > 2 && text->at[0] == '0' && (text->at[1] | 0x20) == 'x' &&
		digit_of(text->at[2]) < 16) {
		base = 16;
		text->at += 2;
	} else if (text->at < text->end && *text->at == '0') {
		base = 8;
	}
	first = text->at;
	for (*value = 0; text->at < text->end && digit_of(*text->at) < base; text->at++) {
		if (*value >> 60)
			*value = UINT64_MAX >> 8;
		*value = *value * base + digit_of(*text->at);
	}
	return text->at > first;
}

static void scan_mem(struct text value, struct cmdline_options *options)
{
	static const char suffixes[] = "kmgtpe";
	uint64_t limit;

	if (!number(&value, &limit))
		return;
	for (unsigned int i = 0; value.at < value.end && suffixes[i]; i++) {
		if ((*value.at | 0x20) != suffixes[i])
			continue;
		for (unsigned int shift = 10 * (i + 1); shift; shift--)
			limit = limit >> 63 ? UINT64_MAX : limit << 1;
	}
	if (limit && limit < options->mem_limit)
		options->mem_limit = limit;
}

static void scan_vga(struct text value, struct cmdline_options *options)
{
	uint64_t mode;

	if (equals(value, "normal"))
		options->vga = 0xffff;
	else if (equals(value, "ext"))
		options->vga = 0xfffe;
	else if (equals(value, "ask"))
		options->vga = 0xfffd;
	else if (number(&value, &mode) && value.at == value.end && mode <= 0xffff)
		options->vga = (int32_t)mode;
}

static bool occurs(struct text text, const char *s)
{
	for (; text.at < text.end; text.at++) {
		struct text here = text;

		if (skip(&here, s))
			return true;
	}
	return false;
}

void cmdline_scan(const char *s, uint32_t length, struct cmdline_options *options)
{
	struct text rest = {s, s + length}, word;

	options->mem_limit = UINT64_MAX;
	options->vga = -1;
	options->vga_anywhere = occurs(rest, "vga=");
	while (next_word(&rest, &word) && !equals(word, "--")) {
		if (skip(&word, "mem=")) {
			unquote(&word);
			scan_mem(word, options);
		} else if (skip(&word, "vga=")) {
			unquote(&word);
			scan_vga(word, options);
		}
	}
}
