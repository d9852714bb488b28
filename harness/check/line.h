/* A stream of bytes cut into lines. */
#ifndef DKBOOT_CHECK_LINE_H
#define DKBOOT_CHECK_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/** One line: its LF and every CR at its two ends taken off, all other bytes kept, NULs too. */
struct line {
	const char *bytes; /* not NUL-terminated */
	size_t size;	   /* at most the reader's limit */
	bool cut;	   /* it was longer than that */
};

/** Where one stream stands. Zero-initialise, set @limit. */
struct line_reader {
	size_t limit;	    /* bytes of a line that are kept */
	struct buffer rest; /* the line that has not ended yet */
	bool cut;	    /* @rest has lost bytes to the limit */
};

typedef void (*line_taker)(void *context, const struct line *line);

/** Takes bytes as they arrived and hands every line that they end to @take. */
void lines_feed(
	struct line_reader *reader, const char *bytes, size_t size, line_taker take, void *context);

/** The line that has not ended yet. @return false when there is none. */
bool lines_unfinished(const struct line_reader *reader, struct line *line);

/** The stream ended: what is left over, if anything, is handed over as a line. */
void lines_end(struct line_reader *reader, line_taker take, void *context);

/** Releases the reader's memory; it is at the start of a line and usable again. */
void lines_free(struct line_reader *reader);

#endif
