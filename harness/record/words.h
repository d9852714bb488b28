/* Pieces of text that several reports share. */
#ifndef DKBOOT_RECORD_WORDS_H
#define DKBOOT_RECORD_WORDS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "record/journal.h"

/** Appends a text of whatever origin as one harmless line; NULL is nothing. */
void add_plain(struct buffer *out, const char *text);

/** Appends why a cell was skipped or was expected to fail: "why (bug)". */
void add_declared(struct buffer *out, const struct result *result);

/** Appends what is wrong with a cell that is not as expected, its class and rule in front. */
void add_trouble(struct buffer *out, const struct result *result);

/** Appends the same for one attempt. */
void add_attempt(struct buffer *out, const struct attempt *attempt);

/** Fail, xpass and broken: what turns a run red. */
bool is_trouble(enum outcome outcome);

/** Appends "57 of 120 cells are done" for a run that did not come to its end. */
void add_unfinished(struct buffer *out, const struct journal *journal);

/** Appends a line with the command that repeats a cell; nothing when nothing was booted. */
void add_again(struct buffer *out, const struct result *result, const char *run_folder);

#endif
