#include "case/index.h"

#include <string.h>

#include "base/cleanup.h"
#include "case/grow.h"
#include "case/random.h"

static bool same(const struct cell *a, const struct cell *b)
{
	return a->from == b->from && !memcmp(a->at, b->at, sizeof(a->at));
}

static uint64_t hash(const struct cell *cell)
{
	uint64_t state = (uint64_t)(uintptr_t)cell->from;

	for (unsigned axis = 0; axis < AXES; axis++) {
		state += cell->at[axis];
		state = random_next(&state);
	}
	return state;
}

/* Open addressing, at most half full: where the cell is, or the free slot that it would get. */
static size_t *slot_of(struct cell_index *index, const struct cell *cell)
{
	size_t at = hash(cell) & index->mask;

	while (index->slots[at]) {
		index->looked++;
		if (same(&index->list->cells[index->slots[at] - 1], cell))
			break;
		at = (at + 1) & index->mask;
	}
	return &index->slots[at];
}

void cell_index_make(struct cell_index *index, const struct cell_list *list)
{
	*index = (struct cell_index){.list = list, .mask = 1};
	while (index->mask < 2 * list->count)
		index->mask = 2 * index->mask + 1;
	index->slots = allocate(index->mask + 1, sizeof(*index->slots));
	for (size_t i = 0; i < list->count; i++) {
		size_t *slot = slot_of(index, &list->cells[i]);

		if (!*slot) /* the first of two that are equal */
			*slot = i + 1;
	}
}

size_t cell_index_find(struct cell_index *index, const struct cell *cell)
{
	size_t place = *slot_of(index, cell);

	return place ? place - 1 : index->list->count;
}

void cell_index_free(struct cell_index *index)
{
	free(index->slots);
	*index = (struct cell_index){0};
}

size_t cells_leaders(const struct cell_list *list, size_t *leaders)
{
	struct cell_index index;
	size_t looked;

	cell_index_make(&index, list);
	for (size_t i = 0; i < list->count; i++) {
		struct cell mate;
		size_t at = cell_mate(&list->cells[i], &mate) ? cell_index_find(&index, &mate) : i;

		leaders[i] = at < i ? at : i;
	}
	looked = index.looked;
	cell_index_free(&index);
	return looked;
}
