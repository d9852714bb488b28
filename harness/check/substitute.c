#include "check/substitute.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"

static const char *find_value(
	const char *name, size_t size, const struct variable *variables, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(variables[i].name) == size && !memcmp(variables[i].name, name, size))
			return variables[i].value;
	}
	return NULL;
}

static int fail_unknown(const char *name, size_t size, const struct variable *variables,
	size_t count, struct error *error)
{
	autobuffer struct buffer known = {0};

	for (size_t i = 0; i < count; i++)
		buffer_printf(&known, "%s%s", i ? ", " : "", variables[i].name);
	return fail(error, "unknown variable ${%.*s}, expected one of: %s", (int)size, name,
		count ? known.data : "(there are none)");
}

/* \xNN is the one spelling that means the same inside and outside a class, and in (?x) mode. Bytes
 * above 0x7f are no letters to PCRE2 without UTF, and stay. */
static void add_escaped(struct buffer *out, const char *value)
{
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (isalnum(byte) || byte >= 0x80)
			buffer_add(out, value, 1);
		else
			buffer_printf(out, "\\x%02x", byte);
	}
}

static void add_value(struct buffer *out, const char *value, enum quoting quoting, bool in_quote)
{
	if (quoting != QUOTE_PATTERN) {
		buffer_add_text(out, value);
		return;
	}
	if (in_quote)
		buffer_add_text(out, "\\E");
	add_escaped(out, value);
	if (in_quote)
		buffer_add_text(out, "\\Q");
}

/* Length of the escape at @text ("\$", "\Q", ...) in a pattern, 0 if there is none; keeps track of
 * \Q and \E. */
static size_t escape_length(const char *text, enum quoting quoting, bool *in_quote)
{
	if (quoting == QUOTE_NONE || text[0] != '\\' || !text[1])
		return 0;
	if (text[1] == 'E' || text[1] == 'Q')
		*in_quote = text[1] == 'Q' || (*in_quote && text[1] != 'E');
	else if (*in_quote)
		return 1;
	return 2;
}

int substitute(const char *text, const struct variable *variables, size_t count,
	enum quoting quoting, struct buffer *out, struct error *error)
{
	bool in_quote = false;

	buffer_add(out, "", 0);
	while (*text) {
		size_t escape = escape_length(text, quoting, &in_quote);
		const char *end, *value;

		if (escape || strncmp(text, "${", 2)) {
			buffer_add(out, text, escape ? escape : 1);
			text += escape ? escape : 1;
			continue;
		}
		text += 2;
		end = strchr(text, '}');
		if (!end)
			return fail(error, "\"${%s\" has no end, expected ${name}", text);
		value = find_value(text, (size_t)(end - text), variables, count);
		if (!value)
			return fail_unknown(text, (size_t)(end - text), variables, count, error);
		add_value(out, value, quoting, in_quote);
		text = end + 1;
	}
	return 0;
}
