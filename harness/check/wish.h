/* One expectation, made ready to be held against lines. */
#ifndef DKBOOT_CHECK_WISH_H
#define DKBOOT_CHECK_WISH_H

#include <stdbool.h>

#include "base/error.h"
#include "check/expect.h"
#include "check/line.h"
#include "check/pattern.h"

/** Bytes of a guest's text that a reason shows at most. */
#define SHOWN_LIMIT 200

/** A comparison of a captured value, its ${name}s replaced. */
struct wanted {
	const char *capture;
	unsigned group;
	char *value;
};

/** Zero-initialise, fill with wish_prepare(). */
struct wish {
	const struct expectation *from;
	struct pattern *pattern;
	char *shown; /* "line 12: ", the pattern with plain values: how messages name it */
	struct wanted *wanted;
	size_t wanted_count;
	bool met;
};

enum answer {
	ANSWER_NONE, /* the line does not match */
	ANSWER_MATCH,
	ANSWER_DIFFERS, /* it matches, and a captured value is not what was asked for */
	ANSWER_LIMIT	/* the pattern backtracks too far on this line */
};

/**
 * Compiles an expectation.
 * @return 0, or -1 with the line of the case file, when the pattern does not compile, a variable is
 * unknown, or `equals` names a group that the pattern lacks
 */
int wish_prepare(struct wish *wish, const struct expectation *from,
	const struct variable *variables, size_t variable_count, struct error *error);

/**
 * Holds a line against the wish. Does not set @met.
 * @param why appended to: what differs, for ANSWER_DIFFERS
 */
enum answer wish_ask(struct wish *wish, const struct line *line, struct buffer *why);

/** Appends "line 12: ", or nothing for an expectation of the command line. */
void wish_add_place(struct buffer *out, const struct expectation *from);

/** Appends a line's text between quotation marks, harmless, at most SHOWN_LIMIT bytes of it. */
void add_quoted_line(struct buffer *out, const struct line *line);

/** Releases what wish_prepare() made. */
void wish_free(struct wish *wish);

#endif
