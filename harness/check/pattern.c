#include "check/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdint.h>
#include <stdlib.h>

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
};

#define HEAP_LIMIT_KIB	 16384
#define DEPTH_LIMIT	 100000
#define STACK_FIRST_SIZE 32768
#define STACK_LIMIT_SIZE (1024 * 1024)

/* PCRE2's context of limits, with the stack of the machine code in it; made at first use and kept:
 * a pattern is compiled for every cell, a stack need not be. */
static pcre2_match_context *limits;

static int make_limits(struct error *error)
{
	pcre2_jit_stack *stack;

	if (limits)
		return 0;
	limits = pcre2_match_context_create(NULL);
	stack = pcre2_jit_stack_create(STACK_FIRST_SIZE, STACK_LIMIT_SIZE, NULL);
	if (!limits || !stack)
		return fail(error, "no memory for the stack of patterns");
	pcre2_jit_stack_assign(limits, NULL, stack);
	pcre2_set_match_limit(limits, PATTERN_MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
	return 0;
}

static int fail_pcre2(struct error *error, int code, const char *before)
{
	PCRE2_UCHAR message[256];

	pcre2_get_error_message(code, message, sizeof(message));
	return fail(error, "%s%s", before, (const char *)message);
}

static int compile(struct pattern *pattern, const char *text, struct error *error)
{
	const uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOLLAR_ENDONLY;
	PCRE2_UCHAR message[256];
	PCRE2_SIZE at;
	int code;

	pattern->code =
		pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
	if (!pattern->code) {
		pcre2_get_error_message(code, message, sizeof(message));
		return fail(error, "%s, at byte %zu", (const char *)message, (size_t)at);
	}
	code = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	if (code)
		return fail_pcre2(error, code, "PCRE2 cannot compile it to machine code: ");
	pattern->data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	return pattern->data ? 0 : fail(error, "no memory for a pattern");
}

struct pattern *pattern_new(const char *text, struct error *error)
{
	struct pattern *pattern;

	if (make_limits(error))
		return NULL;
	pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		abort();
	if (compile(pattern, text, error)) {
		pattern_free(pattern);
		return NULL;
	}
	return pattern;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	free(pattern);
}

enum match pattern_match(struct pattern *pattern, const char *bytes, size_t size)
{
	/* pcre2_jit_match(): pcre2_match() without its checks, a third of the time of a short
	 * line. */
	int found = pcre2_jit_match(
		pattern->code, (PCRE2_SPTR)bytes, size, 0, 0, pattern->data, limits);

	if (found >= 0)
		return MATCH_YES;
	return found == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_LIMIT;
}

int pattern_group(const struct pattern *pattern, const char *name)
{
	int group = pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);

	return group > 0 ? group : -1;
}

bool pattern_captured(const struct pattern *pattern, unsigned group, size_t *start, size_t *size)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(pattern->data);

	if (group >= pcre2_get_ovector_count(pattern->data) || offsets[2 * group] == PCRE2_UNSET)
		return false;
	/* \K within a lookahead can put the start behind the end. */
	if (offsets[2 * group] > offsets[2 * group + 1])
		return false;
	*start = offsets[2 * group];
	*size = offsets[2 * group + 1] - *start;
	return true;
}
