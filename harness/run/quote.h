/* Words for a POSIX shell. */
#ifndef DKBOOT_RUN_QUOTE_H
#define DKBOOT_RUN_QUOTE_H

#include "base/buffer.h"

/** Appends one word so that a POSIX shell reads it back unchanged. */
void add_quoted(struct buffer *out, const char *word);

#endif
