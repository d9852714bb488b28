/* Serial bytes in, a finding out: expectations, forbidden text, panics, refusals; line by line, as
 * bytes arrive. */
#ifndef DKBOOT_CHECK_MATCHER_H
#define DKBOOT_CHECK_MATCHER_H

#include "base/error.h"
#include "check/expect.h"
#include "check/failure.h"

/** Bytes of a line that are looked at; what is longer is cut, and said: in a finding on such a
 * line, in matcher_missing(), and by matcher_cut(). */
#define MATCHER_LINE_LIMIT 65536

/** What went wrong, as one line for a person. Control bytes of the guest are already made harmless.
 */
struct finding {
	enum failure failure; /* FAILURE_NONE while nothing is wrong */
	char *reason;	      /* malloc'ed; NULL when there is none */
};

struct matcher;

/**
 * Compiles expectations (PCRE2 with JIT, UTF off, match limit set). A forbidden text
 * with `within` is forbidden only until then. Ordered expectations count for each channel apart.
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

/** The first time (scaled, since power-on) at which a `within` is missed, or UINT32_MAX. Missing it
 * is FAILURE_SERIAL, found by any feed, idle or end of that time or later. */
uint32_t matcher_deadline(const struct matcher *matcher);

/** True when every ordered and unordered expectation is met. */
bool matcher_met(const struct matcher *matcher);

/** Number of expectations that are met, of those that have to be. */
size_t matcher_progress(const struct matcher *matcher, size_t *of);

/** The first thing that went wrong; stays the same once set. A pattern over its match limit is
 * FAILURE_SERIAL. */
const struct finding *matcher_finding(const struct matcher *matcher);

/** The words of the first refusal since power-on (of the ROM, the emulator, libxl), or NULL.
 * Refusals are no findings: a case may ask for one. Valid until matcher_again() or matcher_free().
 */
const char *matcher_refusal(const struct matcher *matcher);

/** How many lines of refusal a ROM (or the loader on a disk) has said since power-on, on the
 * channel that heard most of them: it says the same on several. */
unsigned matcher_refusals(const struct matcher *matcher);

/** Says what is still missing, as one line: "line 12: expected /x/ on serial (1 of 3 met)"; empty
 * when all is met. malloc'ed. */
char *matcher_missing(const struct matcher *matcher);

/** Number of lines that were longer than MATCHER_LINE_LIMIT. */
size_t matcher_cut(const struct matcher *matcher);

/**
 * Starts over, for the boot after a reset: unfinished lines are judged as lines, then every
 * expectation is unmet again and the refusal is forgotten. Findings are kept. Times of later calls
 * may count from the reset.
 */
void matcher_again(struct matcher *matcher);

#endif
