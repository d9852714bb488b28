/* Symbols, colours and blanks on a terminal's lines. */
#ifndef DKBOOT_RECORD_INK_H
#define DKBOOT_RECORD_INK_H

#include <stdbool.h>

#include "base/buffer.h"
#include "record/result.h"

/** A cell's symbol: one for each outcome, and one for a pass that was flaky. */
#define SYMBOL_FLAKY OUTCOMES
#define SYMBOLS	     (OUTCOMES + 1)

/** Where is drawn. */
struct ink {
	struct buffer *out;
	bool colour;
	const char *lit; /* the colour that is on, or NULL */
};

/** The symbol of a result, 0 to SYMBOLS - 1. */
int symbol_of(const struct result *result);

/** What a symbol stands for: "pass", "expected failure", ... */
const char *symbol_word(int symbol);

/** Appends a symbol in its colour. */
void ink_symbol(struct ink *ink, int symbol);

/** Switches to a colour (an escape sequence), or to none with NULL. */
void ink_light(struct ink *ink, const char *colour);

/** Appends blanks, which have no colour. */
void ink_blanks(struct ink *ink, size_t count);

/** Appends text and blanks up to @columns. */
void ink_padded(struct ink *ink, const char *text, size_t columns);

/** Ends a line, without blanks at its end. */
void ink_end_line(struct ink *ink);

#endif
