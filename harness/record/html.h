/* The parts of the HTML report, put together by report_html(). */
#ifndef DKBOOT_RECORD_HTML_H
#define DKBOOT_RECORD_HTML_H

#include "record/report.h"

/** Bytes of one log or one map that are embedded; and of all of them in one page. */
#define HTML_PIECE_LIMIT (64u << 10)
#define HTML_PAGE_LIMIT	 (24u << 20)

/**
 * Appends the run as JSON, one object: what was run, and a line a cell. See page/base.js for its
 * reader.
 */
void html_add_data(
	const struct journal *journal, const struct html_source *source, struct buffer *out);

/**
 * Appends what the folder of cell @index holds: <script id="d7"> with its logs, command and
 * violations, <template id="m7"> with its memory map. Nothing of what cannot be read, or is too
 * large.
 * @return bytes appended
 */
size_t html_add_cell(const struct journal *journal, const struct html_source *source, size_t index,
	struct buffer *out);

/** Appends what the page says without its script: cells that are not as expected, and reasons. */
void html_add_plain(
	const struct journal *journal, const struct html_source *source, struct buffer *out);

/** Files of a cell's folder that are linked to, in the order of the bits of html_files(). */
extern const char *const html_file_names[];

/** Which of them there are, a bit each. */
unsigned html_files(const char *run_folder, const char *cell_folder);

#endif
