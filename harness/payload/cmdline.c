#include <string.h>

#include "base/text.h"
#include "base/buffer.h"
#include "payload/cmdline.h"

char *cmdline_make(const struct cmdline_spec *spec, struct error *error)
{
	const char *text = spec->text ? spec->text : "";
	const char *word = *text ? " pad=" : "pad=";
	size_t length = strlen(text);
	size_t least = length + strlen(word) + 1;
	struct buffer out = {0};

	if (!spec->pad_to || spec->pad_to == length)
		return copy_text(text);
	if (spec->pad_to < least) {
		fail(error,
			"pad_to: %zu is too short for a command line of %zu bytes: expected %zu or "
			"more",
			spec->pad_to, length, least);
		return NULL;
	}
	buffer_add_text(&out, text);
	buffer_add_text(&out, word);
	buffer_fill(&out, 'x', spec->pad_to - least + 1);
	return buffer_take(&out);
}
