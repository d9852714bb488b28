#include "record/json_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define LONGEST 4096 /* bytes of a text */

void json_set_shown(json_t *object, const char *key, const char *text)
{
	autobuffer struct buffer shown = {0};

	if (!text)
		return;
	add_printable(&shown, text, strlen(text), LONGEST);
	json_object_set_new(object, key, json_string(shown.data ? shown.data : ""));
}

void json_add_line(struct buffer *out, json_t *object)
{
	autofree char *text =
		json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));

	json_decref(object);
	if (!text)
		abort();
	buffer_add_text(out, text);
	buffer_add_text(out, "\n");
}
