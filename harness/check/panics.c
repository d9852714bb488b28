#include "check/panics.h"

#include <string.h>

#include "base/cleanup.h"
#include "check/pattern.h"

#define ROWS_LIMIT 64

/* The table, compiled: kept for the life of the process, as every cell uses it. */
static struct {
	/* Bit g of trio[n][byte]: an anchor of group g has this byte at place n. */
	unsigned char trio[3][256];
	struct pattern *any_anchor; /* the second look */
	struct pattern *row[ROWS_LIMIT];
} compiled;

/* Heads of lines that repeat a command line. "ommand line" stands for Linux ("Kernel command
 * line:", "Unknown kernel command line parameters") and for Xen ("Command line:"); the blanks for
 * words that Linux does not know and lists, indented by four, as arguments and environment of init.
 */
static const char *const echoes[] = {"ommand line", "dkinit: ", "dkprobe: ", "]     "};
#define INDENTED "    " /* the same list without time stamps */

/* Anchors go into eight groups by turns. A place behind an anchor's end may hold any byte. */
static void note_anchor(size_t index, const char *anchor)
{
	unsigned char group = (unsigned char)(1u << index % 8);
	size_t length = strlen(anchor);

	for (size_t place = 0; place < 3; place++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			if (place >= length || byte == (unsigned char)anchor[place])
				compiled.trio[place][byte] |= group;
		}
	}
}

/* The first look, a few instructions a byte, that hardly a line gets past. */
static bool may_hold_anchor(const struct line *line)
{
	const unsigned char *at = (const unsigned char *)line->bytes;

	for (size_t i = 2; i < line->size; i++, at++) {
		if (compiled.trio[0][at[0]] & compiled.trio[1][at[1]] & compiled.trio[2][at[2]])
			return true;
	}
	return false;
}

static int compile_anchors(const struct panic_row *rows, size_t count, struct error *error)
{
	autobuffer struct buffer text = {0};

	for (size_t i = 0; i < count; i++) {
		note_anchor(i, rows[i].anchor);
		buffer_printf(&text, "%s\\Q%s\\E", i ? "|" : "", rows[i].anchor);
	}
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

	if (!may_hold_anchor(line) ||
		pattern_match(compiled.any_anchor, line->bytes, line->size) == MATCH_NO)
		return false;
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].channels & 1u << channel) && row_matches(i, line, hit)) {
			hit->row = &rows[i];
			return true;
		}
	}
	return false;
}
