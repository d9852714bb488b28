#include "record/layout.h"

#include <string.h>

#include "base/cleanup.h"

#define MARGIN	     2	/* columns on the left */
#define BOX_LIMIT    16 /* combinations of the inner axes that still get a place each */
#define COLUMN_LIMIT 24 /* columns of a table */
#define ROW_LIMIT    40 /* rows of a table that is nearly empty */
#define NAMED_VALUES 8	/* values of an inner axis that are listed */

static void add_label(struct drawing *drawing, const char *text)
{
	ink_blanks(&drawing->ink, MARGIN);
	ink_padded(&drawing->ink, text, drawing->label);
}

static size_t longest(const char **texts, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(texts[i]);

		most = length > most ? length : most;
	}
	return most;
}

static bool same_box(const struct matrix *matrix, size_t a, size_t b)
{
	for (size_t i = 0; i < 2 && i < matrix->axis_count; i++) {
		if (matrix->cells[a].at[i] != matrix->cells[b].at[i])
			return false;
	}
	return true;
}

static bool same_row(const struct matrix *matrix, size_t a, size_t b)
{
	return !matrix->axis_count || matrix->cells[a].at[0] == matrix->cells[b].at[0];
}

/* Number of cells of the box or row that begins with cell @from. */
static size_t run_length(const struct matrix *matrix, size_t from,
	bool (*same)(const struct matrix *matrix, size_t a, size_t b))
{
	size_t length = 1;

	while (from + length < matrix->count && same(matrix, from, from + length))
		length++;
	return length;
}

/* A cell's place among the combinations of the inner axes. */
static size_t place_of(const struct matrix *matrix, const struct matrix_cell *cell)
{
	size_t place = 0;

	for (size_t i = 2; i < matrix->axis_count; i++)
		place = place * matrix->axes[i].count + cell->at[i];
	return place;
}

static void measure(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t combinations = 1, length;

	for (size_t i = 2; i < matrix->axis_count && combinations <= BOX_LIMIT; i++)
		combinations *= matrix->axes[i].count;
	drawing->placed = combinations <= BOX_LIMIT;
	drawing->box = drawing->placed ? combinations : 1;
	for (size_t i = 0; i < matrix->count; i += length) {
		length = run_length(matrix, i, same_box);
		if (length > drawing->box)
			drawing->box = length;
	}
	if (matrix->axis_count) {
		size_t name = strlen(matrix->axes[0].name);

		drawing->label = longest(matrix->axes[0].values, matrix->axes[0].count);
		drawing->label = (name > drawing->label ? name : drawing->label) + 2;
	}
}

/* A box, padded to its width. */
static void add_box(struct drawing *drawing, size_t from, size_t length)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t column = 0;

	for (size_t i = from; i < from + length; i++) {
		size_t place = place_of(matrix, &matrix->cells[i]);

		if (drawing->placed && place > column) {
			ink_blanks(&drawing->ink, place - column);
			column = place;
		}
		ink_symbol(&drawing->ink, symbol_of(matrix->cells[i].result));
		column++;
	}
	ink_blanks(&drawing->ink, drawing->stride > column ? drawing->stride - column : 0);
}

static void add_table_row(struct drawing *drawing, size_t from, size_t length)
{
	const struct matrix *matrix = &drawing->matrix;
	unsigned column = 0;

	add_label(drawing, matrix->axes[0].values[matrix->cells[from].at[0]]);
	for (size_t i = from, size; i < from + length; i += size) {
		unsigned at = matrix->axis_count > 1 ? matrix->cells[i].at[1] : 0;

		size = run_length(matrix, i, same_box);
		ink_blanks(&drawing->ink, (at - column) * drawing->stride);
		add_box(drawing, i, size);
		column = at + 1;
	}
	ink_end_line(&drawing->ink);
}

static void add_table_rows(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;

	for (size_t i = 0, length; i < matrix->count; i += length) {
		length = run_length(matrix, i, same_row);
		add_table_row(drawing, i, length);
	}
}

/* Column names side by side, above their boxes. */
static bool draw_table(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;
	const struct matrix_axis *columns = &matrix->axes[1];
	size_t name = longest(columns->values, columns->count);

	drawing->stride = (name > drawing->box ? name : drawing->box) + 2;
	if (columns->count > COLUMN_LIMIT ||
		MARGIN + drawing->label + columns->count * drawing->stride - 2 > drawing->width)
		return false;
	add_label(drawing, "");
	buffer_add_text(drawing->ink.out, columns->name);
	ink_end_line(&drawing->ink);
	add_label(drawing, matrix->axes[0].name);
	for (size_t i = 0; i < columns->count; i++)
		ink_padded(&drawing->ink, columns->values[i], drawing->stride);
	ink_end_line(&drawing->ink);
	add_table_rows(drawing);
	return true;
}

/* Column names as stairs, each with a rail down to its boxes: for names that are wider. */
static bool draw_stairs(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;
	const struct matrix_axis *columns = &matrix->axes[1];
	size_t left = MARGIN + drawing->label;

	drawing->stride = drawing->box + 1;
	if (columns->count > COLUMN_LIMIT || columns->count > matrix->axes[0].count + 4 ||
		left + columns->count * drawing->stride > drawing->width)
		return false;
	for (size_t i = 0; i < columns->count; i++) {
		if (left + i * drawing->stride + strlen(columns->values[i]) > drawing->width)
			return false;
	}
	add_label(drawing, "");
	buffer_add_text(drawing->ink.out, columns->name);
	ink_end_line(&drawing->ink);
	for (size_t i = 0; i < columns->count; i++) {
		add_label(drawing, i + 1 == columns->count ? matrix->axes[0].name : "");
		for (size_t j = 0; j < i; j++)
			ink_padded(&drawing->ink, "|", drawing->stride);
		buffer_add_text(drawing->ink.out, columns->values[i]);
		ink_end_line(&drawing->ink);
	}
	add_table_rows(drawing);
	return true;
}

/* Columns beside the row names, never too few to get on. */
static size_t stream_room(const struct drawing *drawing)
{
	size_t left = MARGIN + drawing->label;

	return drawing->width > left + 10 ? drawing->width - left : 10;
}

/* Cells from @from on, as many lines as they need. */
static void add_stream(struct drawing *drawing, size_t from, size_t length)
{
	size_t room = stream_room(drawing);

	for (size_t i = 0; i < length; i++) {
		if (i && i % room == 0) {
			ink_end_line(&drawing->ink);
			add_label(drawing, "");
		}
		ink_symbol(&drawing->ink, symbol_of(drawing->matrix.cells[from + i].result));
	}
	ink_end_line(&drawing->ink);
}

/* True when all cells of a row are alike. */
static bool is_uniform(const struct matrix *matrix, size_t from, size_t length)
{
	int symbol = symbol_of(matrix->cells[from].result);

	while (--length) {
		if (symbol_of(matrix->cells[from + length].result) != symbol)
			return false;
	}
	return true;
}

/* A row's boxes in a group each, as many lines as they need; ". x 200" for a long row of equals. */
static void add_groups(struct drawing *drawing, size_t from, size_t length)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t room = stream_room(drawing), column = 0;

	if (length > room && is_uniform(matrix, from, length)) {
		ink_symbol(&drawing->ink, symbol_of(matrix->cells[from].result));
		ink_light(&drawing->ink, NULL);
		buffer_printf(drawing->ink.out, " x %zu", length);
		ink_end_line(&drawing->ink);
		return;
	}
	for (size_t i = from, size; i < from + length; i += size) {
		size = run_length(matrix, i, same_box);
		if (column && column + drawing->box > room) {
			ink_end_line(&drawing->ink);
			add_label(drawing, "");
			column = 0;
		}
		add_box(drawing, i, size);
		column += drawing->stride;
	}
	ink_end_line(&drawing->ink);
}

/* For boxes that do not fit beside each other. */
static void draw_rows(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;

	drawing->stride = drawing->box + 1;
	add_label(drawing, matrix->axes[0].name);
	ink_end_line(&drawing->ink);
	for (size_t i = 0, length; i < matrix->count; i += length) {
		length = run_length(matrix, i, same_row);
		add_label(drawing, matrix->axes[0].values[matrix->cells[i].at[0]]);
		if (drawing->box > stream_room(drawing))
			add_stream(drawing, i, length);
		else
			add_groups(drawing, i, length);
	}
}

/* Long lines of symbols, each with the row that its first cell is in: for hundreds of short rows.
 */
static void draw_packed(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t room = stream_room(drawing);

	add_label(drawing, matrix->axes[0].name);
	buffer_add_text(drawing->ink.out, "(from ... on)");
	ink_end_line(&drawing->ink);
	for (size_t i = 0; i < matrix->count; i += room) {
		size_t left = matrix->count - i;

		add_label(drawing, matrix->axes[0].values[matrix->cells[i].at[0]]);
		add_stream(drawing, i, left < room ? left : room);
	}
}

/* "initrd (none, small)", or "initrd (12 values)" where the names are too many for a line */
static void add_axis(struct buffer *out, const struct matrix_axis *axis, size_t room)
{
	size_t before = out->size;

	buffer_printf(out, "%s (", axis->name);
	for (size_t i = 0; i < axis->count && i <= NAMED_VALUES; i++)
		buffer_printf(out, "%s%s", i ? ", " : "", axis->values[i]);
	if (axis->count > NAMED_VALUES || out->size - before >= room) {
		out->size = before;
		buffer_printf(out, "%s (%zu values", axis->name, axis->count);
	}
	buffer_add_text(out, ")");
}

/* Which axes lie within a box or row, in what order: "  each box: initrd (none, small) x ..." */
static void add_inner_axes(struct drawing *drawing, size_t from, const char *before)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t indent = MARGIN + strlen(before) + 1, column = indent;

	if (from >= matrix->axis_count)
		return;
	ink_light(&drawing->ink, "\033[2m");
	buffer_printf(drawing->ink.out, "%*s%s ", MARGIN, "", before);
	for (size_t i = from; i < matrix->axis_count; i++) {
		autobuffer struct buffer axis = {0};

		add_axis(&axis, &matrix->axes[i],
			drawing->width > indent ? drawing->width - indent : 0);
		if (i > from && column + 3 + axis.size > drawing->width) {
			buffer_printf(drawing->ink.out, "\n%*sx ", (int)indent, "");
			column = indent + 2;
		} else if (i > from) {
			buffer_add_text(drawing->ink.out, " x ");
			column += 3;
		}
		buffer_add(drawing->ink.out, axis.data, axis.size);
		column += axis.size;
	}
	ink_end_line(&drawing->ink);
}

void layout_draw(struct drawing *drawing)
{
	const struct matrix *matrix = &drawing->matrix;
	size_t rows = matrix->axis_count ? matrix->axes[0].count : 1;

	drawing->label = 0;
	measure(drawing);
	if (!matrix->axis_count) {
		ink_blanks(&drawing->ink, MARGIN);
		add_stream(drawing, 0, matrix->count);
	} else if (rows > ROW_LIMIT && matrix->count < rows * 8) {
		draw_packed(drawing);
		add_inner_axes(drawing, 1, "in each:");
	} else if (matrix->axis_count == 1) {
		drawing->stride = drawing->box;
		add_label(drawing, matrix->axes[0].name);
		ink_end_line(&drawing->ink);
		add_table_rows(drawing);
	} else if (draw_table(drawing) || draw_stairs(drawing)) {
		add_inner_axes(drawing, 2, drawing->placed ? "each box:" : "in each box:");
	} else {
		draw_rows(drawing);
		add_inner_axes(drawing, 1, "in each row:");
	}
}
