#include "case/cell.h"

#include <string.h>

bool cell_mate(const struct cell *cell, struct cell *mate)
{
	const struct pairing *comparison = &cell->from->comparison;

	*mate = *cell;
	if (!comparison->line)
		return false;
	mate->at[comparison->axis] = !cell->at[comparison->axis];
	return cell->from->axes[comparison->axis].count == 2;
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->from == b->from && !memcmp(a->at, b->at, sizeof(a->at));
}

size_t cells_find(const struct cell_list *list, const struct cell *cell)
{
	size_t at = 0;

	while (at < list->count && !same(&list->cells[at], cell))
		at++;
	return at;
}
