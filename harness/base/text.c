#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits from @text on; leaves @end behind the last one. strtoull() alone would take signs
 * and blanks, and octal. */
static int read_digits(const char *text, uint64_t *value, const char **end)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	const char *from = text + (hexadecimal ? 2 : 0);
	size_t count = strspn(from, digits);

	if (!count)
		return -1;
	errno = 0;
	*value = strtoull(from, NULL, hexadecimal ? 16 : 10);
	*end = from + count;
	return errno ? -1 : 0;
}

int parse_number(const char *text, uint64_t *value)
{
	const char *end;
	uint64_t number;

	if (read_digits(text, &number, &end) || *end)
		return -1;
	*value = number;
	return 0;
}

int parse_size(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "KMG";
	unsigned shift = 0;
	const char *end, *suffix;
	uint64_t number;

	if (read_digits(text, &number, &end))
		return -1;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1])
			return -1;
		shift = 10 * (unsigned)(suffix - suffixes + 1);
	}
	if (number > UINT64_MAX >> shift)
		return -1;
	*bytes = number << shift;
	return 0;
}

int parse_duration(const char *text, uint32_t *milliseconds)
{
	static const struct {
		const char *suffix;
		double factor;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
	size_t whole = strspn(text, "0123456789");
	size_t size = whole;
	double value;

	if (whole && text[size] == '.')
		size += 1 + strspn(text + size + 1, "0123456789");
	if (!whole || text[size - 1] == '.')
		return -1;
	value = strtod(text, NULL);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + size, units[i].suffix))
			continue;
		value = value * units[i].factor + 0.5;
		if (value >= 4294967296.0)
			return -1;
		*milliseconds = (uint32_t)value;
		return 0;
	}
	return -1;
}

const char *format_size(uint64_t bytes, char *out, size_t room)
{
	static const char *const suffixes[] = {"", "K", "M", "G"};
	size_t i = 0;

	for (; bytes && bytes % 1024 == 0 && i < 3; i++)
		bytes /= 1024;
	snprintf(out, room, "%" PRIu64 "%s", bytes, suffixes[i]);
	return out;
}

const char *format_about(uint64_t bytes, char *out, size_t room)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	unsigned unit = 0;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(out, room, unit && value != (double)(uint64_t)value ? "%.1f %s" : "%.0f %s", value,
		units[unit]);
	return out;
}

/* A character that moves the cursor or turns the direction of writing, though well-formed. */
static bool is_unseemly(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* Length of the well-formed UTF-8 sequence (RFC 3629) at @bytes that may be shown, or 0. */
static size_t shown_length(const unsigned char *bytes, size_t size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = bytes[0] < 0x80	  ? 1
			: bytes[0] < 0xc2 ? 0
			: bytes[0] < 0xe0 ? 2
			: bytes[0] < 0xf0 ? 3
			: bytes[0] < 0xf5 ? 4
					  : 0;
	uint32_t code;

	if (!length || length > size)
		return 0;
	code = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return is_unseemly(code) ? 0 : length;
}

void add_printable(struct buffer *out, const char *bytes, size_t size, size_t limit)
{
	size_t taken = size < limit ? size : limit;
	size_t i = 0;

	while (i < taken) {
		const unsigned char *at = (const unsigned char *)bytes + i;
		size_t length = shown_length(at, taken - i);

		if (length)
			buffer_add(out, at, length);
		else
			buffer_printf(out, "\\x%02x", *at);
		i += length ? length : 1;
	}
	if (taken < size)
		buffer_printf(out, "... (%zu more bytes)", size - taken);
}

bool glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

char *copy_text(const char *text)
{
	char *copy;

	if (!text)
		return NULL;
	copy = strdup(text);
	if (!copy)
		abort();
	return copy;
}

char *format_text(const char *format, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size < 0)
		abort();
	return text;
}
