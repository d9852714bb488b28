#include "check/panics.h"

#include <string.h>

#include "base/cleanup.h"
#include "check/pattern.h"

#define ROWS_LIMIT 64

/* The table, compiled: kept for the life of the process, as every cell uses it. */
static struct {
	struct pattern *any_anchor; /* one look that most lines do not get past */
	struct pattern *row[ROWS_LIMIT];
} compiled;

/* Heads of lines that repeat a command line. "ommand line" stands for Linux ("Kernel command
 * line:", "Unknown kernel command line parameters") and for Xen ("Command line:"); the blanks for
 * words that Linux does not know and lists, indented by four, as arguments and environment of init.
 */
static const char *const echoes[] = {"ommand line", "dkinit: ", "dkprobe: ", "]     "};
#define INDENTED "    " /* the same list without time stamps */

static int compile_anchors(const struct panic_row *rows, size_t count, struct error *error)
{
	autobuffer struct buffer text = {0};

	for (size_t i = 0; i < count; i++)
		buffer_printf(&text, "%s\\Q%s\\E", i ? "|" : "", rows[i].anchor);
	compiled.any_anchor = pattern_new(text.data, error);
	return compiled.any_anchor ? 0 : fail_within(error, "anchors of the panic table");
}

int panics_prepare(struct error *error)
{
	size_t count;
	const struct panic_row *rows = panic_rows(&count);

	if (compiled.any_anchor)
		return 0;
	if (count > ROWS_LIMIT)
		return fail(error, "the panic table has %zu rows, at most %d", count, ROWS_LIMIT);
	for (size_t i = 0; i < count; i++) {
		if (!compiled.row[i])
			compiled.row[i] = pattern_new(rows[i].pattern, error);
		if (!compiled.row[i])
			return fail_within(error, "panic table, \"%s\"", rows[i].name);
	}
	return compile_anchors(rows, count, error);
}

static bool is_echo(const struct line *line, size_t size)
{
	if (size >= strlen(INDENTED) && !memcmp(line->bytes, INDENTED, strlen(INDENTED)))
		return true;
	for (size_t i = 0; i < sizeof(echoes) / sizeof(echoes[0]); i++) {
		if (memmem(line->bytes, size, echoes[i], strlen(echoes[i])))
			return true;
	}
	return false;
}

static bool row_matches(size_t index, const struct line *line, struct panic_hit *hit)
{
	struct pattern *pattern = compiled.row[index];
	size_t start = 0, size = 0;

	if (pattern_match(pattern, line->bytes, line->size) != MATCH_YES)
		return false;
	pattern_captured(pattern, 0, &start, &size);
	if (is_echo(line, start))
		return false;
	if (!pattern_captured(pattern, 1, &start, &size)) {
		start = 0;
		size = line->size;
	}
	hit->words = line->bytes + start;
	hit->size = size;
	return true;
}

bool panics_search(enum channel channel, const struct line *line, struct panic_hit *hit)
{
	size_t count;
	const struct panic_row *rows = panic_rows(&count);

	if (pattern_match(compiled.any_anchor, line->bytes, line->size) == MATCH_NO)
		return false;
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].channels & 1u << channel) && row_matches(i, line, hit)) {
			hit->row = &rows[i];
			return true;
		}
	}
	return false;
}
