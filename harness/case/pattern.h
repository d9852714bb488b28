/* Patterns of a case file, tried at load so that a wrong one costs no boot. */
#ifndef DKBOOT_CASE_PATTERN_H
#define DKBOOT_CASE_PATTERN_H

#include <stddef.h>

#include "base/error.h"

/**
 * Checks a PCRE2 pattern as the matcher will compile it, every ${name} replaced by a harmless
 * letter.
 * @param groups named groups that it must have; may be NULL when @group_count is 0
 * @return 0, or -1 with the reason: an unknown variable, a pattern that does not compile, one that
 * matches an empty line (a check that cannot fail), a group that it does not have
 */
int pattern_check(
	const char *pattern, const char *const *groups, size_t group_count, struct error *error);

/** Checks that every ${name} of a text is one of case_variables. @return 0, or -1 with the reason
 */
int variables_check(const char *text, struct error *error);

#endif
