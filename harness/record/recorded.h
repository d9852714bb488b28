/* What is recorded of a run, in whatever form it is at hand. */
#ifndef DKBOOT_RECORD_RECORDED_H
#define DKBOOT_RECORD_RECORDED_H

#include "record/journal.h"

/**
 * Reads the record of a run: a run folder, a journal or a JUnit file, told apart by what they are.
 * @param folder set when @path is a run folder; may be NULL
 * @return 0, or -1 with one line: where, and what is wrong
 */
int recorded_read(const char *path, struct journal *out, bool *folder, struct error *error);

/**
 * Reads JUnit XML, ours or another's, into a journal: `classname:name` is a cell. Skipped is skip,
 * or xfail where our writer says so; failure is fail or xpass; error is broken.
 * @param name what the bytes are called in messages
 * @return 0, or -1 with "name:line: what" for what is no JUnit, torn, hostile (a DTD) or has a cell
 * twice
 */
int junit_read(
	const char *name, const struct buffer *text, struct journal *out, struct error *error);

#endif
