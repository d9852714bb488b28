#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "case/cell.h"
#include "case/grow.h"

/* A cell's place in its list and its cost. */
struct entry {
	size_t index;
	uint32_t cost;
};

static int longer_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct entry *sorted(const struct cell_list *list)
{
	struct entry *entries = allocate(list->count, sizeof(*entries));

	for (size_t i = 0; i < list->count; i++)
		entries[i] = (struct entry){.index = i, .cost = cell_cost(&list->cells[i])};
	qsort(entries, list->count, sizeof(*entries), longer_first);
	return entries;
}

void cells_longest_first(struct cell_list *list)
{
	autofree struct entry *entries = sorted(list);
	struct cell *cells = allocate(list->count, sizeof(*cells));

	for (size_t i = 0; i < list->count; i++)
		cells[i] = list->cells[entries[i].index];
	free(list->cells);
	list->cells = cells;
	list->room = list->count;
}

static unsigned lightest(const uint64_t *loads, unsigned of)
{
	unsigned least = 0;

	for (unsigned i = 1; i < of; i++)
		if (loads[i] < loads[least])
			least = i;
	return least;
}

/* The longest cell still free goes to the lightest shard: at most a third over the best split
 * (Graham, 1969), and the same on every machine. */
void cells_shard(struct cell_list *list, unsigned index, unsigned of)
{
	autofree struct entry *entries = sorted(list);
	autofree uint64_t *loads = allocate(of, sizeof(*loads));
	autofree bool *ours = allocate(list->count, sizeof(*ours));
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		unsigned shard = lightest(loads, of);

		loads[shard] += entries[i].cost;
		ours[entries[i].index] = shard + 1 == index;
	}
	for (size_t i = 0; i < list->count; i++)
		if (ours[i])
			list->cells[kept++] = list->cells[i];
	list->count = kept;
}
