/* One regular expression, compiled, with limits that turn a stall into an error. */
#ifndef DKBOOT_CHECK_PATTERN_H
#define DKBOOT_CHECK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct pattern;

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_LIMIT /* more backtracking than PATTERN_MATCH_LIMIT allows, or than its stack holds */
};

/** Steps of one match, as PCRE2 counts them: some milliseconds of machine code. */
#define PATTERN_MATCH_LIMIT 1000000

/**
 * Compiles a PCRE2 pattern over bytes (UTF off) to machine code. Patterns share one stack: all of
 * them belong to one thread. Without the just-in-time compiler there is no bound on the time of a
 * match, so that its absence is an error.
 * @param text the pattern, NUL behind it
 * @return NULL with what is wrong and at which byte of @text
 */
struct pattern *pattern_new(const char *text, struct error *error);

/** Releases a pattern; NULL is fine. */
void pattern_free(struct pattern *pattern);

/** Looks for the pattern in @size bytes; any byte may occur in them. */
enum match pattern_match(struct pattern *pattern, const char *bytes, size_t size);

/** Number of the group of that name, or -1 if there is none or several. */
int pattern_group(const struct pattern *pattern, const char *name);

/**
 * What a group captured in the last match that was MATCH_YES.
 * @param group 0 is the whole match
 * @param start offset of its first byte
 * @return false when the group does not exist or took no part in the match
 */
bool pattern_captured(const struct pattern *pattern, unsigned group, size_t *start, size_t *size);

#endif
