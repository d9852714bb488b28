/* Cells found by what they are: a list of 100,000 is not walked through for each of its pairs. */
#ifndef DKBOOT_CASE_INDEX_H
#define DKBOOT_CASE_INDEX_H

#include "case/cell.h"

/** Zeroed, or made. */
struct cell_index {
	const struct cell_list *list; /* not owned; must not change */
	size_t *slots;		      /* place in the list + 1; 0 = free */
	size_t mask;		      /* slots - 1, a power of two less one */
	size_t looked;		      /* cells that were looked at, ever: what tests count */
};

void cell_index_make(struct cell_index *index, const struct cell_list *list);

/** The place of a cell in the list, or the list's count. */
size_t cell_index_find(struct cell_index *index, const struct cell *cell);

void cell_index_free(struct cell_index *index);

/**
 * Which cell decides where a cell goes: the first of its pair, or itself.
 * @param leaders room for one place a cell of the list
 * @return cells looked at on the way
 */
size_t cells_leaders(const struct cell_list *list, size_t *leaders);

#endif
