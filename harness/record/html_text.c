#include "record/html_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* What stands for a byte that means something. */
struct escape {
	char byte;
	const char *text;
};

/* Appends what add_printable() lets pass, with the table's bytes replaced. */
static void add_escaped(
	struct buffer *out, const char *bytes, size_t size, const struct escape *table)
{
	autobuffer struct buffer plain = {0};
	size_t from = 0;

	add_printable(&plain, bytes, size, size);
	if (!plain.size)
		return;
	for (size_t i = 0; i < plain.size; i++) {
		const struct escape *escape = table;

		while (escape->byte && escape->byte != plain.data[i])
			escape++;
		if (!escape->byte)
			continue;
		buffer_add(out, plain.data + from, i - from);
		buffer_add_text(out, escape->text);
		from = i + 1;
	}
	buffer_add(out, plain.data + from, plain.size - from);
}

void add_markup(struct buffer *out, const char *text)
{
	static const struct escape table[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"},
		{'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};

	if (text)
		add_escaped(out, text, strlen(text), table);
}

static void add_json_bytes(struct buffer *out, const char *bytes, size_t size)
{
	static const struct escape table[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'<', "\\u003c"},
		{'>', "\\u003e"}, {'&', "\\u0026"}, {0, NULL}};

	add_escaped(out, bytes, size, table);
}

void add_json_text(struct buffer *out, const char *text)
{
	buffer_add_text(out, "\"");
	add_json_bytes(out, text, strlen(text));
	buffer_add_text(out, "\"");
}

void add_json_lines(struct buffer *out, const char *bytes, size_t size)
{
	buffer_add_text(out, "\"");
	while (size) {
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) : size;
		size_t shown = length && newline && bytes[length - 1] == '\r' ? length - 1 : length;

		add_json_bytes(out, bytes, shown);
		if (newline)
			buffer_add_text(out, "\\n");
		length += newline != NULL;
		bytes += length;
		size -= length;
	}
	buffer_add_text(out, "\"");
}

void add_json_member(struct buffer *out, const char *key, const char *text)
{
	if (!text)
		return;
	buffer_printf(out, ",\"%s\":", key);
	add_json_text(out, text);
}

void add_url_path(struct buffer *out, const char *path)
{
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("/-._~", *path))
			buffer_add(out, path, 1);
		else
			buffer_printf(out, "%%%02X", (unsigned char)*path);
	}
}

bool is_inside(const char *path)
{
	if (*path == '/' || !*path)
		return false;
	while (path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !memcmp(path, "..", 2))
			return false;
		path = path[length] ? path + length + 1 : NULL;
	}
	return true;
}
