/* ${name} in what a case says, replaced by what is known of the cell. */
#ifndef DKBOOT_CHECK_SUBSTITUTE_H
#define DKBOOT_CHECK_SUBSTITUTE_H

#include "base/buffer.h"
#include "base/error.h"
#include "check/expect.h"

enum quoting {
	QUOTE_NONE,    /* plain text: every ${name} counts */
	QUOTE_PATTERN, /* a pattern: values are quoted, and `\$` is a dollar and no variable */
	QUOTE_SHOWN    /* a pattern as it is shown to a person: values as they are */
};

/**
 * Appends @text with every ${name} replaced.
 * @param quoting QUOTE_PATTERN makes each byte of a value stand for itself in a PCRE2 pattern, also
 * within a class, with (?x), and between \Q and \E
 * @return 0, or -1 for an unknown name (the known ones are listed) or a "${" without its "}"
 */
int substitute(const char *text, const struct variable *variables, size_t count,
	enum quoting quoting, struct buffer *out, struct error *error);

#endif
