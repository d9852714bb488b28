/* A strict reader of TAP version 14: reads standard input, prints the counts, and ends with 1 and
 * the line's number at the first thing that the specification (testanything.org) does not promise.
 * It takes less than the specification allows: no subtests, no pragmas, no lines of other text. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

struct tap {
	unsigned line; /* number of the line that is looked at */
	bool has_version, has_plan, plan_is_last, bailed_out;
	bool may_have_yaml; /* the line before was a test point */
	bool in_yaml;
	struct buffer yaml;
	size_t planned, points, ok, not_ok, skip, todo;
};

/* Takes a number without leading zeros off the front of @text. */
static bool take_number(const char **text, size_t *number)
{
	size_t digits = strspn(*text, "0123456789");

	if (!digits || digits > 9 || (**text == '0' && digits > 1))
		return false;
	*number = strtoul(*text, NULL, 10);
	*text += digits;
	return true;
}

static int read_version(struct tap *tap, const char *text, struct error *error)
{
	if (strcmp(text, "TAP version 14"))
		return fail(error, "expected \"TAP version 14\"");
	tap->has_version = true;
	return 0;
}

static int read_plan(struct tap *tap, const char *text, struct error *error)
{
	text += strlen("1..");
	if (tap->has_plan)
		return fail(error, "a second plan");
	if (!take_number(&text, &tap->planned) || (*text && strncmp(text, " # ", 3)))
		return fail(error, "expected \"1..N\" or \"1..N # reason\"");
	tap->has_plan = true;
	tap->plan_is_last = tap->points != 0;
	return 0;
}

/* The first '#' that no backslash escapes, or NULL. */
static int find_directive(const char *text, const char **directive, struct error *error)
{
	*directive = NULL;
	for (; *text; text++) {
		if (*text == '#') {
			*directive = text;
			return 0;
		}
		if (*text == '\\' && text[1] != '\\' && text[1] != '#')
			return fail(error, "a lone backslash, expected \\\\ or \\#");
		text += *text == '\\';
	}
	return 0;
}

static int read_directive(
	struct tap *tap, const char *from, const char *text, bool ok, struct error *error)
{
	bool skip = !strncasecmp(text, "# SKIP ", 7), todo = !strncasecmp(text, "# TODO ", 7);

	if (text > from && text[-1] != ' ')
		return fail(error, "no blank before the directive");
	if (!skip && !todo)
		return fail(error, "expected \"# SKIP reason\" or \"# TODO reason\"");
	if (!text[7])
		return fail(error, "a directive without its reason");
	if (skip && !ok)
		return fail(error, "a skipped test point has to be \"ok\"");
	tap->skip += skip;
	tap->todo += todo;
	return 0;
}

static int read_point(struct tap *tap, const char *text, struct error *error)
{
	bool ok = !strncmp(text, "ok", 2);
	const char *directive;
	size_t number;

	text += ok ? strlen("ok ") : strlen("not ok ");
	if (tap->plan_is_last)
		return fail(error, "a test point behind the plan at the end");
	if (!take_number(&text, &number) || number != tap->points + 1)
		return fail(error, "expected number %zu", tap->points + 1);
	if (strncmp(text, " - ", 3) || !text[3] || text[3] == ' ')
		return fail(error, "expected \" - description\" behind the number");
	text += 3;
	if (find_directive(text, &directive, error))
		return -1;
	if (directive && read_directive(tap, text, directive, ok, error))
		return -1;
	tap->points++;
	tap->ok += ok;
	tap->not_ok += !ok;
	tap->may_have_yaml = true;
	return 0;
}

static int check_yaml(const struct buffer *yaml, struct error *error)
{
	yaml_parser_t parser;
	yaml_document_t document;
	int result = 0;

	if (!yaml_parser_initialize(&parser))
		return fail(error, "no memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml->data, yaml->size);
	if (!yaml_parser_load(&parser, &document)) {
		result = fail(error, "the YAML block above: %s, in its line %zu", parser.problem,
			parser.problem_mark.line + 1);
	} else {
		const yaml_node_t *root = yaml_document_get_root_node(&document);

		if (!root || root->type != YAML_MAPPING_NODE)
			result = fail(error, "the YAML block above is no mapping");
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return result;
}

static int read_yaml(struct tap *tap, const char *text, struct error *error)
{
	if (!tap->in_yaml) {
		if (!tap->may_have_yaml)
			return fail(error, "a YAML block that follows no test point");
		tap->in_yaml = true;
		tap->may_have_yaml = false;
		buffer_clear(&tap->yaml);
		return 0;
	}
	if (strcmp(text, "  ...")) {
		if (strncmp(text, "  ", 2))
			return fail(error, "expected two blanks in front of YAML, or \"  ...\"");
		buffer_printf(&tap->yaml, "%s\n", text + 2);
		return 0;
	}
	tap->in_yaml = false;
	return check_yaml(&tap->yaml, error);
}

static int read_line(struct tap *tap, const char *text, struct error *error)
{
	if (tap->bailed_out)
		return fail(error, "text behind \"Bail out!\"");
	if (!tap->has_version)
		return read_version(tap, text, error);
	if (tap->in_yaml || !strcmp(text, "  ---"))
		return read_yaml(tap, text, error);
	tap->may_have_yaml = false;
	if (!strncmp(text, "1..", 3))
		return read_plan(tap, text, error);
	if (!strncmp(text, "ok ", 3) || !strncmp(text, "not ok ", 7))
		return read_point(tap, text, error);
	if (text[0] == '#')
		return 0;
	if (strncmp(text, "Bail out!", 9))
		return fail(error, "neither test point, plan, comment, YAML block nor Bail out!");
	tap->bailed_out = true;
	return 0;
}

/* The line holds nothing that a terminal would obey, and is UTF-8. */
static int check_bytes(const char *text, size_t size, struct error *error)
{
	autobuffer struct buffer printable = {0};

	buffer_add(&printable, "", 0);
	add_printable(&printable, text, size, size);
	if (printable.size != size || memcmp(printable.data, text, size))
		return fail(error, "control bytes, or no UTF-8: \"%s\"", printable.data);
	return 0;
}

static int read_all(struct tap *tap, FILE *in, struct error *error)
{
	autofree char *text = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&text, &room, in)) > 0) {
		tap->line++;
		if (text[size - 1] != '\n')
			return fail(error, "the last line has no newline");
		text[--size] = '\0';
		if (check_bytes(text, (size_t)size, error) || read_line(tap, text, error))
			return -1;
	}
	return 0;
}

static int check_end(const struct tap *tap, struct error *error)
{
	if (tap->in_yaml)
		return fail(error, "a YAML block without \"  ...\"");
	if (!tap->has_version || (!tap->has_plan && !tap->bailed_out))
		return fail(error, "no version line or no plan");
	if (tap->points > tap->planned || (tap->points < tap->planned && !tap->bailed_out))
		return fail(error, "%zu test points, the plan says %zu", tap->points, tap->planned);
	return 0;
}

int main(void)
{
	struct tap tap = {0};
	struct error error;
	int result = read_all(&tap, stdin, &error);

	if (!result)
		result = check_end(&tap, &error);
	buffer_free(&tap.yaml);
	if (result) {
		fprintf(stderr, "tap14: line %u: %s\n", tap.line, error.text);
		return 1;
	}
	printf("%zu planned, %zu ok, %zu not ok, %zu skip, %zu todo%s\n", tap.planned, tap.ok,
		tap.not_ok, tap.skip, tap.todo, tap.bailed_out ? ", bailed out" : "");
	return 0;
}
