#include "run/quote.h"

#include <string.h>

static const char plain[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";

void add_quoted(struct buffer *out, const char *word)
{
	if (*word && !word[strspn(word, plain)]) {
		buffer_add_text(out, word);
		return;
	}
	buffer_add_text(out, "'");
	for (; *word; word++) {
		if (*word == '\'')
			buffer_add_text(out, "'\\''");
		else
			buffer_add(out, word, 1);
	}
	buffer_add_text(out, "'");
}
