/* Serial bytes in, a finding out: expectations, forbidden text, panics, refusals; line by line, as
 * bytes arrive. */
#ifndef DKBOOT_CHECK_MATCHER_H
#define DKBOOT_CHECK_MATCHER_H

#include "base/error.h"
#include "check/expect.h"
#include "check/failure.h"

/** Bytes of a line that are looked at; what is longer is cut, and said once in the finding or by
 * matcher_cut(). */
#define MATCHER_LINE_LIMIT 65536

/** What went wrong, as one line for a person. Control bytes of the guest are already made harmless.
 */
struct finding {
	enum failure failure; /* FAILURE_NONE while nothing is wrong */
	char *reason;	      /* malloc'ed; NULL when there is none */
};

struct matcher;

/**
 * Compiles expectations (PCRE2 with JIT, UTF off, match and depth limits set).
 * @param expected  pointers to @count expectations; must outlive the matcher
 * @param variables @variable_count variables for ${name}; an unknown name is an error
 * @return NULL with the reason, the case file's line in it, when a pattern does not compile
 */
struct matcher *matcher_new(const struct expectation *const *expected, size_t count,
	const struct variable *variables, size_t variable_count, struct error *error);

void matcher_free(struct matcher *matcher);

/**
 * Takes bytes of one channel as they arrived.
 * @param at_ms milliseconds of scaled time since power-on (for `within`)
 */
void matcher_feed(struct matcher *matcher, enum channel channel, const char *bytes, size_t size,
	uint32_t at_ms);

/** The guest is quiet: unfinished lines are now tried against `prompt` expectations. */
void matcher_idle(struct matcher *matcher, uint32_t at_ms);

/** The guest ended: unfinished lines count as lines. */
void matcher_end(struct matcher *matcher, uint32_t at_ms);

/** Milliseconds (scaled) until the next `within` is missed, or UINT32_MAX. Missing it is
 * FAILURE_SERIAL at the next call. */
uint32_t matcher_deadline(const struct matcher *matcher);

/** True when every ordered and unordered expectation is met. */
bool matcher_met(const struct matcher *matcher);

/** Number of expectations that are met, of those that have to be. */
size_t matcher_progress(const struct matcher *matcher, size_t *of);

/** The first thing that went wrong; stays the same once set. A pattern over its match limit is
 * FAILURE_SERIAL. */
const struct finding *matcher_finding(const struct matcher *matcher);

/** A refusal line that was seen (ROM's words), or NULL. Refusals are kept apart: a case may ask for
 * one. */
const char *matcher_refusal(const struct matcher *matcher);

/** Says what is still missing, as one line ("line 12: expected /x/ ..."). malloc'ed. */
char *matcher_missing(const struct matcher *matcher);

/** Starts over, for the boot after a reset. Findings are kept. */
void matcher_again(struct matcher *matcher);

#endif
