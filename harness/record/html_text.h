/* Text of whatever origin, made harmless for the places of a page. */
#ifndef DKBOOT_RECORD_HTML_TEXT_H
#define DKBOOT_RECORD_HTML_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"

/** Appends text for a place between tags or in a quoted attribute, of HTML or XML; NULL is nothing.
 * Control bytes and bytes that are no UTF-8 become \xNN. */
void add_markup(struct buffer *out, const char *text);

/** Appends a JSON string, quotes included, that can stand in a <script> element: no '<', '>' or '&'
 * as such (RFC 8259, section 7; HTML, "Restrictions for contents of script elements"). */
void add_json_text(struct buffer *out, const char *text);

/** The same for bytes with line ends, which stay; a carriage return before one goes. */
void add_json_lines(struct buffer *out, const char *bytes, size_t size);

/** Appends ,"key":"text" - nothing if @text is NULL. */
void add_json_member(struct buffer *out, const char *key, const char *text);

/** Appends a path as part of a URL (RFC 3986): all is escaped but letters, digits, '/' and "-._~".
 */
void add_url_path(struct buffer *out, const char *path);

/** True for a path that leads from a run's folder to one inside of it: relative, and without "..".
 */
bool is_inside(const char *path);

#endif
