/* What a case expects to read from a guest. */
#ifndef DKBOOT_CHECK_EXPECT_H
#define DKBOOT_CHECK_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/channel.h"

/** A captured value held against what was asked for: `equals: {crc: "${initrd.crc32}"}`. */
struct comparison {
	char *capture;	/* name of a group of the pattern: (?<crc>[0-9a-f]+) */
	char *expected; /* text; the matcher replaces ${name} in it */
};

enum expect_kind {
	EXPECT_ORDERED,	  /* each behind the line of the one before */
	EXPECT_UNORDERED, /* anywhere */
	EXPECT_FORBIDDEN  /* nowhere */
};

/** One expectation. A pattern is matched against one line at a time, its end of line taken off. */
struct expectation {
	enum expect_kind kind;
	char *pattern;	      /* PCRE2; ${name} is replaced by the variable's text, quoted */
	enum channel channel; /* where to look */
	bool once;	      /* the first boot alone has to meet it, not those after a reset */
	bool prompt;	    /* also match a line that has not ended yet, once the guest is quiet */
	uint32_t within_ms; /* from power-on, scaled; 0 = any time */
	struct comparison *equals; /* all must hold, or the expectation has failed at that line */
	size_t equals_count;
	int line; /* in the case file, for messages; 0 = from the command line */
};

/** A variable that patterns may name. */
struct variable {
	const char *name;  /* "initrd.crc32" */
	const char *value; /* "0a1b2c3d" */
};

#endif
