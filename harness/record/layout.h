/* The cells of one case as lines of symbols, in the first of four layouts that fits. */
#ifndef DKBOOT_RECORD_LAYOUT_H
#define DKBOOT_RECORD_LAYOUT_H

#include "record/ink.h"
#include "record/matrix.h"

/** How one case is drawn: zero-initialise, set the first three. */
struct drawing {
	struct matrix matrix;
	struct ink ink;
	size_t width;  /* of the terminal */
	size_t label;  /* columns of the row names */
	size_t box;    /* columns of a box */
	bool placed;   /* every combination of the inner axes has its place in a box */
	size_t stride; /* columns from one box to the next */
};

/**
 * Draws the matrix. A table with its column names side by side; with the names as stairs; each
 * row's boxes as groups that wrap; or, for hundreds of short rows, all cells in a stream.
 */
void layout_draw(struct drawing *drawing);

#endif
