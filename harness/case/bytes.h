/* Which bytes may be in a case file at all, looked at before any parser sees them. */
#ifndef DKBOOT_CASE_BYTES_H
#define DKBOOT_CASE_BYTES_H

#include <stddef.h>

#include "base/error.h"

/** The 1-based line of a byte. */
int line_of(const char *bytes, size_t size, size_t offset);

/**
 * Takes well-formed UTF-8 (RFC 3629) without tabs and control bytes other than line ends.
 * @param path for the message
 * @return 0, or -1 with "path:line: what, and what was expected"
 */
int check_bytes(const char *path, const char *bytes, size_t size, struct error *error);

#endif
