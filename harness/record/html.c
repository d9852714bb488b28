/* The page: head, what it says at once, data, script, and behind it what is looked at later. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/assets.h"
#include "record/html.h"
#include "record/html_text.h"
#include "record/words.h"

/* "'sha256-...'": the only script and style that the page may have (CSP Level 3, 2.3.1), so that
 * nothing else could run even if it got in. */
static void add_hash(struct buffer *out, const char *one, const char *two)
{
	autobuffer struct buffer text = {0};
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char base64[64];

	buffer_add_text(&text, one);
	buffer_add_text(&text, two);
	SHA256((const unsigned char *)text.data, text.size, digest);
	EVP_EncodeBlock((unsigned char *)base64, digest, sizeof(digest));
	buffer_printf(out, "'sha256-%s'", base64);
}

static void add_policy(struct buffer *out)
{
	buffer_add_text(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
		"'none'; base-uri 'none'; form-action 'none'; img-src data:; "
		"require-trusted-types-for 'script'; trusted-types 'none'; style-src ");
	add_hash(out, asset_text(ASSET_STYLE), asset_text(ASSET_MAP_STYLE));
	buffer_add_text(out, "; script-src ");
	add_hash(out, asset_text(ASSET_SCRIPT), "");
	buffer_add_text(out, "\">\n");
}

/* Fails, xpasses and broken cells. */
static unsigned red(const struct summary *summary)
{
	return summary->count[OUTCOME_FAIL] + summary->count[OUTCOME_XPASS] +
	       summary->count[OUTCOME_BROKEN];
}

static void add_head(struct buffer *out, const struct journal *journal)
{
	bool bad = red(&journal->summary) || !journal->complete;

	buffer_add_text(
		out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	add_policy(out);
	buffer_add_text(out, "<meta name=\"viewport\" content=\"width=device-width, "
			     "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
			     "dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
	buffer_printf(out,
		"<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg "
		"xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%%3E%%3Crect width='8' "
		"height='8' rx='2' fill='%%23%s'/%%3E%%3C/svg%%3E\">\n",
		bad ? "c62828" : "2e7d32");
	if (red(&journal->summary))
		buffer_printf(out, "<title>%u of %zu cells not as expected - dkboot</title>\n",
			red(&journal->summary), journal->count);
	else
		buffer_printf(out, "<title>%zu cells%s - dkboot</title>\n", journal->count,
			journal->complete ? ", all as expected" : ", not finished");
	buffer_printf(out, "<style>%s%s</style>\n</head>\n", asset_text(ASSET_STYLE),
		asset_text(ASSET_MAP_STYLE));
}

/* What is said without the script, too. */
static void add_header(
	struct buffer *out, const struct journal *journal, const struct html_source *source)
{
	unsigned bad = red(&journal->summary);

	buffer_printf(
		out, "<header class=\"%s\"><h1>", bad || !journal->complete ? "red" : "green");
	if (bad)
		buffer_printf(out, "%u of %zu cells %s not as expected", bad, journal->count,
			bad == 1 ? "is" : "are");
	else
		buffer_printf(out, "%zu cells, all as expected", journal->count);
	buffer_add_text(out, "</h1>\n<p><code>");
	add_markup(out, source->folder);
	buffer_add_text(out, "</code>");
	if (!journal->complete) {
		buffer_add_text(out, " <strong>This run did not come to its end: ");
		add_unfinished(out, journal);
		buffer_add_text(out, ".</strong>");
	}
	buffer_add_text(out, "</p>\n</header>\n");
}

/* Red cells first, so that they are the last to be left out of a page that grows too large. */
static void add_cells(
	struct buffer *out, const struct journal *journal, const struct html_source *source)
{
	size_t room = HTML_PAGE_LIMIT;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < journal->count && room; i++) {
			enum outcome outcome = journal->results[i].outcome;
			size_t size;

			if (outcome == OUTCOME_PASS || is_trouble(outcome) == (pass == 1))
				continue;
			size = html_add_cell(journal, source, i, out);
			room = size < room ? room - size : 0;
		}
}

void report_html(
	const struct journal *journal, const struct html_source *source, struct buffer *out)
{
	add_head(out, journal);
	buffer_add_text(out, "<body>\n");
	add_header(out, journal, source);
	buffer_add_text(out, "<noscript>\n");
	html_add_plain(journal, source, out);
	buffer_add_text(out, "</noscript>\n<main id=\"main\"></main>\n<dialog id=\"cell\" "
			     "aria-labelledby=\"cell-title\"></dialog>\n"
			     "<script type=\"application/json\" id=\"data\">");
	html_add_data(journal, source, out);
	buffer_printf(out, "</script>\n<script>%s</script>\n", asset_text(ASSET_SCRIPT));
	add_cells(out, journal, source);
	buffer_add_text(out, "</body>\n</html>\n");
}
