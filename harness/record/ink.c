#include "record/ink.h"

#include <string.h>

static const struct {
	char symbol;
	const char *word, *colour;
} symbols[SYMBOLS] = {
	[OUTCOME_PASS] = {'.', "pass", "\033[32m"},
	[OUTCOME_FAIL] = {'F', "fail", "\033[1;31m"},
	[OUTCOME_XFAIL] = {'x', "expected failure", "\033[33m"},
	[OUTCOME_XPASS] = {'X', "passed against expectation", "\033[1;35m"},
	[OUTCOME_SKIP] = {'s', "skip", "\033[36m"},
	[OUTCOME_BROKEN] = {'B', "broken", "\033[1;41;37m"},
	[SYMBOL_FLAKY] = {'~', "flaky", "\033[1;33m"},
};

int symbol_of(const struct result *result)
{
	if (result->flaky && result->outcome == OUTCOME_PASS)
		return SYMBOL_FLAKY;
	return (int)result->outcome;
}

const char *symbol_word(int symbol)
{
	return symbols[symbol].word;
}

void ink_light(struct ink *ink, const char *colour)
{
	if (!ink->colour || ink->lit == colour)
		return;
	if (ink->lit)
		buffer_add_text(ink->out, "\033[0m");
	if (colour)
		buffer_add_text(ink->out, colour);
	ink->lit = colour;
}

void ink_symbol(struct ink *ink, int symbol)
{
	ink_light(ink, symbols[symbol].colour);
	buffer_add(ink->out, &symbols[symbol].symbol, 1);
}

void ink_blanks(struct ink *ink, size_t count)
{
	ink_light(ink, NULL);
	buffer_fill(ink->out, ' ', count);
}

void ink_padded(struct ink *ink, const char *text, size_t columns)
{
	size_t length = strlen(text);

	buffer_add_text(ink->out, text);
	ink_blanks(ink, length < columns ? columns - length : 0);
}

void ink_end_line(struct ink *ink)
{
	struct buffer *out = ink->out;

	ink_light(ink, NULL);
	while (out->size && out->data[out->size - 1] == ' ')
		out->size--;
	buffer_add_text(out, "\n");
}
