#include "record/words.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

void add_plain(struct buffer *out, const char *text)
{
	if (text)
		add_printable(out, text, strlen(text), strlen(text));
}

void add_declared(struct buffer *out, const struct result *result)
{
	add_plain(out, result->why ? result->why : "no reason given");
	if (result->bug) {
		buffer_add_text(out, " (");
		add_plain(out, result->bug);
		buffer_add_text(out, ")");
	}
}

static void add_failure(struct buffer *out, enum failure failure, const char *rule)
{
	if (failure == FAILURE_NONE)
		return;
	buffer_add_text(out, failure_name(failure));
	if (rule) {
		buffer_add_text(out, " ");
		add_plain(out, rule);
	}
	buffer_add_text(out, ": ");
}

void add_trouble(struct buffer *out, const struct result *result)
{
	if (result->outcome == OUTCOME_XPASS && !result->reason) {
		buffer_add_text(out, "expected to fail, and did not: ");
		add_declared(out, result);
		return;
	}
	add_failure(out, result->failure, result->rule);
	add_plain(out, result->reason ? result->reason : "no reason given");
}

void add_attempt(struct buffer *out, const struct attempt *attempt)
{
	add_failure(out, attempt->failure, NULL);
	add_plain(out, attempt->reason ? attempt->reason : outcome_name(attempt->outcome));
}

bool is_trouble(enum outcome outcome)
{
	return outcome == OUTCOME_FAIL || outcome == OUTCOME_XPASS || outcome == OUTCOME_BROKEN;
}

void add_unfinished(struct buffer *out, const struct journal *journal)
{
	buffer_printf(out, "the run did not come to its end: %zu of %zu cells are done",
		journal->count, journal->facts.planned);
}

/* A path as a word of a shell's command line. */
static void add_word(struct buffer *out, const char *text)
{
	bool plain =
		*text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_./:=,+@%-")] == '\0';

	if (!plain)
		buffer_add_text(out, "'");
	for (; *text; text++) {
		if (*text == '\'')
			buffer_add_text(out, "'\\''");
		else
			buffer_add(out, text, 1);
	}
	if (!plain)
		buffer_add_text(out, "'");
}

void add_again(struct buffer *out, const struct result *result, const char *run_folder)
{
	autobuffer struct buffer path = {0}, word = {0};

	if (!result->folder)
		return;
	buffer_printf(&path, "%s/%s", run_folder, result->folder);
	add_word(&word, path.data);
	buffer_add_text(out, "        again: dkboot repro ");
	add_plain(out, word.data);
	buffer_add_text(out, "\n");
}
