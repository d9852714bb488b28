#include "case/pattern.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "case/case.h"
#include "check/pattern.h"
#include "check/substitute.h"

const char *const case_variables[] = {"cmdline", "cmdline.size", "cmdline.crc32", "initrd.size",
	"initrd.crc32", "blob.size", "blob.crc32", "kernel.crc32", "image.size", "image.crc32",
	"protocol", "memory", "vcpus", "resets", "engine", "machine", "firmware", "rom", "via",
	"source", "cpu", "devices", "kernel", "initrd", "entry", NULL};

#define VARIABLES (sizeof(case_variables) / sizeof(case_variables[0]) - 1)

/* The text with a harmless letter for every variable. */
static int replace_variables(
	const char *text, enum quoting quoting, struct buffer *out, struct error *error)
{
	struct variable variables[VARIABLES];

	for (size_t i = 0; i < VARIABLES; i++)
		variables[i] = (struct variable){.name = case_variables[i], .value = "x"};
	return substitute(text, variables, VARIABLES, quoting, out, error);
}

int variables_check(const char *text, struct error *error)
{
	autobuffer struct buffer replaced = {0};

	return replace_variables(text, QUOTE_NONE, &replaced, error);
}

static int check_compiled(
	struct pattern *pattern, const char *const *groups, size_t group_count, struct error *error)
{
	if (pattern_match(pattern, "", 0) == MATCH_YES)
		return fail(error, "it matches an empty line, expected a pattern that can fail");
	for (size_t i = 0; i < group_count; i++)
		if (pattern_group(pattern, groups[i]) < 0)
			return fail(error, "it has no group \"%s\", expected (?<%s>…) in it",
				groups[i], groups[i]);
	return 0;
}

int pattern_check(
	const char *pattern, const char *const *groups, size_t group_count, struct error *error)
{
	autobuffer struct buffer text = {0};
	struct pattern *compiled;
	int result;

	if (replace_variables(pattern, QUOTE_PATTERN, &text, error))
		return -1;
	compiled = pattern_new(text.data ? text.data : "", error);
	if (!compiled)
		return -1;
	result = check_compiled(compiled, groups, group_count, error);
	pattern_free(compiled);
	return result;
}
