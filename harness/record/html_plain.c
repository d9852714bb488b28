/* What a page says where no script runs: a table of what is not as expected, and the reasons of the
 * rest. */
#include <string.h>

#include "base/cleanup.h"
#include "record/html.h"
#include "record/html_text.h"
#include "record/words.h"

#define SHOWN_AT_MOST 200

static void add_words(struct buffer *out, const struct result *result)
{
	autobuffer struct buffer words = {0};

	buffer_add_text(&words, "");
	if (is_trouble(result->outcome))
		add_trouble(&words, result);
	else
		add_declared(&words, result);
	add_markup(out, words.data);
}

static void add_row(struct buffer *out, const struct result *result)
{
	buffer_printf(out, "<tr><td>%s</td><td>", outcome_name(result->outcome));
	add_markup(out, result->id);
	buffer_add_text(out, "</td><td>");
	add_words(out, result);
	buffer_add_text(out, "</td></tr>\n");
}

static void add_rows(struct buffer *out, const struct journal *journal, bool trouble, size_t *shown)
{
	for (size_t i = 0; i < journal->count && *shown < SHOWN_AT_MOST; i++) {
		const struct result *result = &journal->results[i];

		if (result->outcome == OUTCOME_PASS || is_trouble(result->outcome) != trouble)
			continue;
		add_row(out, result);
		++*shown;
	}
}

void html_add_plain(
	const struct journal *journal, const struct html_source *source, struct buffer *out)
{
	const struct summary *summary = &journal->summary;
	size_t shown = 0, wanted = journal->count - summary->count[OUTCOME_PASS];

	buffer_add_text(out, "<p>");
	for (int i = 0; i < OUTCOMES; i++)
		buffer_printf(out, "%s%u %s", i ? ", " : "", summary->count[i],
			outcome_name((enum outcome)i));
	buffer_add_text(out, ". Grid, logs and maps of this page need its script.</p>\n"
			     "<table class=\"plain\">\n");
	add_rows(out, journal, true, &shown);
	add_rows(out, journal, false, &shown);
	buffer_add_text(out, "</table>\n");
	if (shown < wanted) {
		buffer_printf(out, "<p>%zu more are in <code>", wanted - shown);
		add_markup(out, source->folder);
		buffer_add_text(out, "/journal.jsonl</code>.</p>\n");
	}
}
