#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "case/cell.h"
#include "case/grow.h"
#include "case/index.h"

/* A cell's place in its list and its cost. */
struct entry {
	size_t index;
	uint64_t cost;
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

/* The cost of a pair is its first cell's, so that the second comes behind it and costs nothing. */
static struct entry *sorted_pairs(const struct cell_list *list, const size_t *leaders)
{
	struct entry *entries = allocate(list->count, sizeof(*entries));

	for (size_t i = 0; i < list->count; i++) {
		entries[i].index = i;
		entries[leaders[i]].cost += cell_cost(&list->cells[i]);
	}
	qsort(entries, list->count, sizeof(*entries), longer_first);
	return entries;
}

/* The longest cell still free goes to the lightest shard: at most a third over the best split
 * (Graham, 1969), and the same on every machine. */
void cells_shard(struct cell_list *list, unsigned index, unsigned of)
{
	autofree size_t *leaders = allocate(list->count, sizeof(*leaders));
	autofree struct entry *entries = NULL;
	autofree uint64_t *loads = allocate(of, sizeof(*loads));
	autofree unsigned *shards = allocate(list->count, sizeof(*shards));
	size_t kept = 0;

	cells_leaders(list, leaders);
	entries = sorted_pairs(list, leaders);
	for (size_t i = 0; i < list->count; i++) {
		size_t first = leaders[entries[i].index];
		unsigned shard = first == entries[i].index ? lightest(loads, of) : shards[first];

		loads[shard] += entries[i].cost;
		shards[entries[i].index] = shard;
	}
	for (size_t i = 0; i < list->count; i++)
		if (shards[i] + 1 == index)
			list->cells[kept++] = list->cells[i];
	list->count = kept;
}
