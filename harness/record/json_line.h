/* Lines of JSON: one object a line, ASCII only, so that a file that is looked at with cat moves no
 * cursor. */
#ifndef DKBOOT_RECORD_JSON_LINE_H
#define DKBOOT_RECORD_JSON_LINE_H

#include <jansson.h>

#include "base/buffer.h"

/** Sets a key to a text from outside, as a terminal would be shown it; an absent text leaves no
 * key. */
void json_set_shown(json_t *object, const char *key, const char *text);

/** Appends the object and a newline, and lets the object go. */
void json_add_line(struct buffer *out, json_t *object);

#endif
