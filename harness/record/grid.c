/* The grid of a run: a heading a case, its cells, and what the symbols mean. */
#include "record/report.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "record/layout.h"

#define DEFAULT_WIDTH 80

/* "gate  12 cells: 11 pass, 1 fail" */
static void add_heading(struct drawing *drawing)
{
	const char *id = drawing->matrix.cells[0].result->id, *separator = ": ";
	size_t counts[SYMBOLS] = {0}, count = drawing->matrix.count;

	for (size_t i = 0; i < count; i++)
		counts[symbol_of(drawing->matrix.cells[i].result)]++;
	ink_light(&drawing->ink, "\033[1m");
	buffer_printf(drawing->ink.out, "%.*s", (int)id_case_length(id), id);
	ink_light(&drawing->ink, NULL);
	buffer_printf(drawing->ink.out, "  %zu cell%s", count, count == 1 ? "" : "s");
	for (int i = 0; i < SYMBOLS; i++) {
		if (!counts[i])
			continue;
		buffer_printf(drawing->ink.out, "%s%zu %s", separator, counts[i], symbol_word(i));
		separator = ", ";
	}
	ink_end_line(&drawing->ink);
}

static void add_legend(struct drawing *drawing, const struct journal *journal)
{
	bool seen[SYMBOLS] = {false}, first = true;

	for (size_t i = 0; i < journal->count; i++)
		seen[symbol_of(&journal->results[i])] = true;
	for (int i = 0; i < SYMBOLS; i++) {
		if (!seen[i])
			continue;
		buffer_add_text(drawing->ink.out, first ? "" : "   ");
		ink_symbol(&drawing->ink, i);
		ink_light(&drawing->ink, NULL);
		buffer_printf(drawing->ink.out, " %s", symbol_word(i));
		first = false;
	}
	if (!first)
		ink_end_line(&drawing->ink);
}

void report_grid(const struct journal *journal, bool colour, unsigned width, struct buffer *out)
{
	struct drawing drawing = {
		.ink = {.out = out, .colour = colour}, .width = width ? width : DEFAULT_WIDTH};
	autofree bool *done = calloc(journal->count + 1, sizeof(*done));

	if (!done)
		abort();
	buffer_add(out, "", 0);
	for (size_t i = 0; i < journal->count; i++) {
		if (done[i])
			continue;
		matrix_make(&drawing.matrix, journal, i, done);
		add_heading(&drawing);
		layout_draw(&drawing);
		buffer_add_text(out, "\n");
		matrix_free(&drawing.matrix);
	}
	add_legend(&drawing, journal);
}
