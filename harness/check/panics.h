/* What a kernel, a hypervisor, a firmware or an emulator prints when it cannot go on: a table,
 * apart from the cases. */
#ifndef DKBOOT_CHECK_PANICS_H
#define DKBOOT_CHECK_PANICS_H

#include "base/channel.h"
#include "base/error.h"
#include "check/failure.h"
#include "check/line.h"

/** One row of the table. */
struct panic_row {
	const char *name;    /* what it is, for the reason of a verdict */
	unsigned channels;   /* bit per enum channel: where it can be said */
	const char *anchor;  /* literal text that is part of every match: the quick first look; best
			 if it  begins with a byte that is rare in logs */
	const char *pattern; /* PCRE2; a first group, where there is one, holds the words */
	enum failure failure; /* FAILURE_REFUSED rows are no panics: a case may ask for a refusal */
	const char *example;  /* a line that matches */
	const char *near_miss; /* a line that holds the anchor and must not match */
};

/** A row that matched a line. */
struct panic_hit {
	const struct panic_row *row;
	const char *words; /* the pattern's first group, or the whole line; not NUL-terminated */
	size_t size;
};

/** The table's rows, for tests and for `--help`. */
const struct panic_row *panic_rows(size_t *count);

/**
 * Compiles the table, once in a process. Call before panics_search().
 * @return 0, or -1 when a row does not compile
 */
int panics_prepare(struct error *error);

/**
 * Looks a line up in the table. A line that repeats a command line (a kernel's own report of it, or
 * our guests') is no panic, whatever words it holds behind its head.
 * @return false when no row matches
 */
bool panics_search(enum channel channel, const struct line *line, struct panic_hit *hit);

#endif
