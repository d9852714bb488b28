#include "case/bytes.h"

#include <stdint.h>

int line_of(const char *bytes, size_t size, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < offset && i < size; i++)
		line += bytes[i] == '\n';
	return line;
}

/* First byte's range, and the range of the second: what keeps out overlong forms, surrogates and
 * what lies above U+10FFFF (RFC 3629, section 4). */
static const struct {
	unsigned char first, last, low, high;
	size_t length;
} sequences[] = {
	{0x00, 0x7f, 0x00, 0xff, 1},
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* Length of the character at the start of @at, 0 if it is none. */
static size_t character(const unsigned char *at, size_t left)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		size_t length = sequences[i].length;

		if (at[0] < sequences[i].first || at[0] > sequences[i].last)
			continue;
		if (length > left)
			return 0;
		if (length > 1 && (at[1] < sequences[i].low || at[1] > sequences[i].high))
			return 0;
		for (size_t j = 2; j < length; j++)
			if ((at[j] & 0xc0) != 0x80)
				return 0;
		return length;
	}
	return 0;
}

int check_bytes(const char *path, const char *bytes, size_t size, struct error *error)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t length;
	int line = 1;

	for (size_t i = 0; i < size; i += length) {
		length = character(at + i, size - i);
		if (!length)
			return fail(error, "%s:%d: byte 0x%02x, expected UTF-8", path, line, at[i]);
		if (at[i] == '\t')
			return fail(error,
				"%s:%d: a tab, expected spaces (inside double quotes write \\t)",
				path, line);
		if ((at[i] < 0x20 && at[i] != '\n' && at[i] != '\r') || at[i] == 0x7f)
			return fail(error, "%s:%d: control byte 0x%02x, expected text", path, line,
				at[i]);
		line += at[i] == '\n';
	}
	return 0;
}
