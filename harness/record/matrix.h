/* The cells of one case, put in order for a table: which axes vary, which become rows and columns.
 */
#ifndef DKBOOT_RECORD_MATRIX_H
#define DKBOOT_RECORD_MATRIX_H

#include "record/journal.h"

/** An axis with more than one value among the cells. */
struct matrix_axis {
	const char *name;
	const char **values; /* in natural order: 64m before 512m before 5g, a2 before a10 */
	size_t count;
};

/** One cell and its place. */
struct matrix_cell {
	const struct result *result;
	const unsigned *at; /* index of the value on each of the matrix's axes */
};

/** The varying axes, most values first: 0 gives the rows, 1 the columns, the others the place
 * within a box. */
struct matrix {
	struct matrix_axis *axes;
	size_t axis_count;
	struct matrix_cell *cells; /* ordered by row, column, then the other axes in turn */
	size_t count;
	unsigned *places; /* what the cells' @at point into */
};

/**
 * Sorts the cells of the case that results[first] belongs to.
 * @param done marks the results that were taken; journal->count of them
 */
void matrix_make(struct matrix *matrix, const struct journal *journal, size_t first, bool *done);

void matrix_free(struct matrix *matrix);

/** Natural order of two values' names: sizes by size, numbers in them by number. */
int compare_values(const char *a, const char *b);

#endif
