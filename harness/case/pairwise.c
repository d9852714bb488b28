/* A pairwise cover, one cell at a time: each begins with a pair that no cell has yet, and takes on
 * every other axis the value that brings most pairs that are missing (Cohen and others, "The AETG
 * system", 1997), without a random choice anywhere. What `except` leaves out is asked before every
 * step, so that a cell that was begun can always be ended. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "case/axis.h"
#include "case/grow.h"
#include "case/pick.h"

#define PAIR_LIMIT    4000000
#define SEARCH_BUDGET 200000

struct cover {
	const struct test_case *test_case;
	const struct exclusion *exclusion;
	size_t first[AXES][AXES]; /* of the pairs of two axes, the lower one first, in @done */
	size_t pairs;
	bool *done;	      /* covered, or in no allowed cell */
	size_t *used[AXES];   /* cells that have a value, so that ties spread evenly */
	unsigned order[AXES]; /* axes, those with most values first */
	bool exhausted;	      /* a search for a completion was given up */
};

static size_t values(const struct cover *cover, unsigned axis)
{
	return cover->test_case->axes[axis].count;
}

/* The place of a pair in @done, whichever axis comes first. */
static size_t pair(const struct cover *cover, unsigned a, uint16_t i, unsigned b, uint16_t j)
{
	if (a > b)
		return pair(cover, b, j, a, i);
	return cover->first[a][b] + i * values(cover, b) + j;
}

static bool completable(struct cover *cover, uint16_t *at)
{
	uint64_t budget = SEARCH_BUDGET;
	bool found = exclusion_completable(cover->exclusion, at, &budget);

	cover->exhausted |= !found && !budget;
	return found;
}

static int number_pairs(struct cover *cover, struct error *error)
{
	for (unsigned a = 0; a < AXES; a++)
		for (unsigned b = a + 1; b < AXES; b++) {
			cover->first[a][b] = cover->pairs;
			cover->pairs += values(cover, a) * values(cover, b);
		}
	if (cover->pairs > PAIR_LIMIT)
		return fail(error,
			"%s: pick: pairwise over %zu pairs of values, expected at most %d",
			cover->test_case->file, cover->pairs, PAIR_LIMIT);
	cover->done = allocate(cover->pairs, sizeof(*cover->done));
	return 0;
}

static void order_axes(struct cover *cover)
{
	for (unsigned axis = 0; axis < AXES; axis++) {
		unsigned at = axis;

		for (; at && values(cover, cover->order[at - 1]) < values(cover, axis); at--)
			cover->order[at] = cover->order[at - 1];
		cover->order[at] = axis;
		cover->used[axis] = allocate(values(cover, axis), sizeof(**cover->used));
	}
}

/* Calls @visit for each pair in the order of @done until it says stop; @return whether it did. */
static bool each_pair(struct cover *cover, size_t from,
	bool (*visit)(struct cover *cover, size_t number, uint16_t *at), uint16_t *at)
{
	size_t number = 0;

	for (unsigned a = 0; a < AXES; a++)
		for (unsigned b = a + 1; b < AXES; b++) {
			size_t count = values(cover, a) * values(cover, b);

			for (size_t k = from > number ? from - number : 0; k < count; k++) {
				memset(at, 0xff, AXES * sizeof(*at));
				at[a] = (uint16_t)(k / values(cover, b));
				at[b] = (uint16_t)(k % values(cover, b));
				if (visit(cover, number + k, at))
					return true;
			}
			number += count;
		}
	return false;
}

static bool drop_impossible(struct cover *cover, size_t number, uint16_t *at)
{
	cover->done[number] = !completable(cover, at);
	return cover->exhausted;
}

static bool is_missing(struct cover *cover, size_t number, uint16_t *at)
{
	(void)at;
	return !cover->done[number];
}

static size_t gain(const struct cover *cover, const uint16_t *at, unsigned axis, uint16_t value)
{
	size_t count = 0;

	for (unsigned other = 0; other < AXES; other++)
		if (other != axis && at[other] != UNASSIGNED)
			count += !cover->done[pair(cover, axis, value, other, at[other])];
	return count;
}

/* The value with the highest gain that is not banned, of equals the one least used. */
static uint16_t best_value(
	const struct cover *cover, const uint16_t *at, unsigned axis, const bool *banned)
{
	uint16_t best = UNASSIGNED;
	size_t highest = 0;

	for (uint16_t i = 0; i < values(cover, axis); i++) {
		size_t missing = banned[i] ? 0 : gain(cover, at, axis, i);

		if (banned[i])
			continue;
		if (best != UNASSIGNED &&
			(missing < highest ||
				(missing == highest &&
					cover->used[axis][i] >= cover->used[axis][best])))
			continue;
		best = i;
		highest = missing;
	}
	return best;
}

static int extend(struct cover *cover, uint16_t *at, unsigned axis)
{
	autofree bool *banned = allocate(values(cover, axis), sizeof(*banned));

	for (;;) {
		uint16_t best = best_value(cover, at, axis, banned);

		at[axis] = best;
		if (best == UNASSIGNED)
			return -1;
		if (completable(cover, at))
			return 0;
		banned[best] = true;
	}
}

static void mark(struct cover *cover, const uint16_t *at)
{
	for (unsigned a = 0; a < AXES; a++) {
		cover->used[a][at[a]]++;
		for (unsigned b = a + 1; b < AXES; b++)
			cover->done[pair(cover, a, at[a], b, at[b])] = true;
	}
}

static int add_cells(struct cover *cover, struct cell_list *out)
{
	uint16_t at[AXES];

	for (size_t next = 0; each_pair(cover, next, is_missing, at);) {
		for (unsigned i = 0; i < AXES; i++)
			if (at[cover->order[i]] == UNASSIGNED && extend(cover, at, cover->order[i]))
				return -1;
		mark(cover, at);
		cells_add(out, cover->test_case, at);
		while (next < cover->pairs && cover->done[next])
			next++;
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	for (unsigned axis = 0; axis < AXES; axis++)
		if (x->at[axis] != y->at[axis])
			return x->at[axis] < y->at[axis] ? -1 : 1;
	return 0;
}

int pick_pairwise(const struct test_case *test_case, const struct exclusion *exclusion,
	struct cell_list *out, struct error *error)
{
	struct cover cover = {.test_case = test_case, .exclusion = exclusion};
	size_t start = out->count;
	uint16_t at[AXES];
	int result;

	if (number_pairs(&cover, error))
		return -1;
	order_axes(&cover);
	result = each_pair(&cover, 0, drop_impossible, at) ? -1 : add_cells(&cover, out);
	free(cover.done);
	for (unsigned axis = 0; axis < AXES; axis++)
		free(cover.used[axis]);
	if (result)
		return fail(error,
			"%s: pick: pairwise found no way through `except` in %d steps, expected "
			"fewer "
			"rules that depend on each other",
			test_case->file, SEARCH_BUDGET);
	if (out->count > start)
		qsort(out->cells + start, out->count - start, sizeof(*out->cells), by_place);
	return 0;
}
