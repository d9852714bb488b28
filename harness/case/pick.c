#include "case/pick.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "case/grow.h"
#include "case/random.h"

uint64_t combinations(const struct test_case *test_case)
{
	uint64_t product = 1;

	for (unsigned axis = 0; axis < AXES; axis++)
		if (__builtin_mul_overflow(product, test_case->axes[axis].count, &product))
			return UINT64_MAX;
	return product;
}

void combination(const struct test_case *test_case, uint64_t number, uint16_t *at)
{
	for (unsigned axis = AXES; axis-- > 0;) {
		at[axis] = (uint16_t)(number % test_case->axes[axis].count);
		number /= test_case->axes[axis].count;
	}
}

void cells_add(struct cell_list *list, const struct test_case *test_case, const uint16_t *at)
{
	struct cell *cell;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->cells = realloc(list->cells, list->room * sizeof(*list->cells));
		if (!list->cells)
			abort();
	}
	cell = &list->cells[list->count++];
	memset(cell, 0, sizeof(*cell));
	cell->from = test_case;
	memcpy(cell->at, at, sizeof(cell->at));
}

static int pick_all(const struct test_case *test_case, const struct exclusion *exclusion,
	struct cell_list *out, struct error *error)
{
	uint64_t total = combinations(test_case);
	uint16_t at[AXES];

	if (total > PICK_ALL_LIMIT)
		return fail(error,
			"%s: more than %d combinations, expected fewer or a pick of them",
			test_case->file, PICK_ALL_LIMIT);
	for (uint64_t i = 0; i < total; i++) {
		combination(test_case, i, at);
		if (!exclusion_hits(exclusion, at))
			cells_add(out, test_case, at);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void add_numbers(
	const struct test_case *test_case, uint64_t *numbers, size_t count, struct cell_list *out)
{
	uint16_t at[AXES];

	qsort(numbers, count, sizeof(*numbers), by_number);
	for (size_t i = 0; i < count; i++) {
		combination(test_case, numbers[i], at);
		cells_add(out, test_case, at);
	}
}

/* Few enough to list them all: the first of a shuffled deck. */
static void sample_deck(const struct test_case *test_case, const struct exclusion *exclusion,
	uint64_t total, struct cell_list *out)
{
	autofree uint64_t *deck = allocate(total, sizeof(*deck));
	uint64_t seed = test_case->seed, count = 0, wanted;
	uint16_t at[AXES];

	for (uint64_t i = 0; i < total; i++) {
		combination(test_case, i, at);
		if (!exclusion_hits(exclusion, at))
			deck[count++] = i;
	}
	wanted = count < test_case->sample ? count : test_case->sample;
	for (uint64_t i = 0; i < wanted; i++) {
		uint64_t j = i + random_below(&seed, count - i), swap = deck[i];

		deck[i] = deck[j];
		deck[j] = swap;
	}
	add_numbers(test_case, deck, wanted, out);
}

/* Open addressing, at most half full; number + 1 is stored, 0 is free. */
static bool set_insert(uint64_t *set, uint64_t mask, uint64_t number)
{
	uint64_t state = number, slot = random_next(&state) & mask;

	while (set[slot] && set[slot] != number + 1)
		slot = (slot + 1) & mask;
	if (set[slot])
		return false;
	set[slot] = number + 1;
	return true;
}

/* Too many to list: draw until there are enough. What was drawn before, or is left out, is drawn
 * again. */
static int sample_draws(const struct test_case *test_case, const struct exclusion *exclusion,
	uint64_t total, struct cell_list *out, struct error *error)
{
	autofree uint64_t *numbers = allocate(test_case->sample, sizeof(*numbers));
	uint64_t mask = 1, seed = test_case->seed, count = 0;
	uint64_t tries = 100 * test_case->sample + 100000;
	autofree uint64_t *set = NULL;
	uint16_t at[AXES];

	while (mask < 2 * test_case->sample)
		mask = 2 * mask + 1;
	set = allocate(mask + 1, sizeof(*set));
	while (count < test_case->sample && tries--) {
		uint64_t number = random_below(&seed, total);

		combination(test_case, number, at);
		if (!exclusion_hits(exclusion, at) && set_insert(set, mask, number))
			numbers[count++] = number;
	}
	if (count < test_case->sample)
		return fail(error,
			"%s: pick: found %llu of %llu cells, expected an `except` that "
			"leaves more",
			test_case->file, (unsigned long long)count,
			(unsigned long long)test_case->sample);
	add_numbers(test_case, numbers, count, out);
	return 0;
}

int pick_sample(const struct test_case *test_case, const struct exclusion *exclusion,
	struct cell_list *out, struct error *error)
{
	uint64_t total = combinations(test_case);

	if (total == UINT64_MAX)
		return fail(error, "%s: more combinations than a number of 64 bits, expected fewer",
			test_case->file);
	if (total > PICK_ALL_LIMIT)
		return sample_draws(test_case, exclusion, total, out, error);
	sample_deck(test_case, exclusion, total, out);
	return 0;
}

/* A boot that need not end, and of which nothing is expected, passes whatever happens. */
static int check_cell(const struct cell *cell, struct error *error)
{
	const struct test_case *from = cell->from;
	autobuffer struct buffer id = {0};

	if (cell_ending(cell)->ending != END_NONE)
		return 0;
	for (size_t i = 0; i < from->expectation_count; i++)
		if (from->expectations[i].expect.kind != EXPECT_FORBIDDEN &&
			selector_fits(&from->expectations[i].when, cell))
			return 0;
	cell_id(cell, &id);
	return fail(error,
		"%s: %s ends in no way and has no expectation, so it cannot fail: expected one",
		from->file, id.data);
}

static bool any_fits(const struct cell_list *list, size_t first, const struct selector *selector)
{
	for (size_t i = first; i < list->count; i++)
		if (selector_fits(selector, &list->cells[i]))
			return true;
	return false;
}

/* An expectation that is about no cell checks nothing, and nobody would see. */
static int check_used(const struct test_case *test_case, const struct cell_list *list, size_t first,
	struct error *error)
{
	for (unsigned axis = 0; axis < AXES; axis++)
		if (test_case->axes[axis].overridden)
			return 0;
	for (size_t i = 0; i < test_case->expectation_count; i++)
		if (!any_fits(list, first, &test_case->expectations[i].when))
			return fail(error,
				"%s:%d: an expectation for no cell, expected one at least",
				test_case->file, test_case->expectations[i].expect.line);
	for (size_t i = 0; i < test_case->expected_failure_count; i++)
		if (!any_fits(list, first, &test_case->expected_failures[i].when))
			return fail(error,
				"%s:%d: an expected failure for no cell, expected one at least",
				test_case->file, test_case->expected_failures[i].line);
	for (size_t i = 0; i < test_case->second_try_count; i++)
		if (!any_fits(list, first, &test_case->second_tries[i].when))
			return fail(error, "%s:%d: a retry for no cell, expected one at least",
				test_case->file, test_case->second_tries[i].line);
	return 0;
}

static int check_list(const struct test_case *test_case, const struct cell_list *list, size_t first,
	struct error *error)
{
	if (list->count == first)
		return fail(error, "%s: no cell is left, expected an `except` that leaves some",
			test_case->file);
	if (!test_case->file)
		return 0;
	for (size_t i = 0; i < first; i++)
		if (!strcmp(list->cells[i].from->name, test_case->name))
			return fail(error,
				"%s: the case \"%s\" is already there (%s), expected another "
				"name",
				test_case->file, test_case->name, list->cells[i].from->file);
	for (size_t i = first; i < list->count; i++)
		if (check_cell(&list->cells[i], error))
			return -1;
	return test_case->pick == PICK_ALL ? check_used(test_case, list, first, error) : 0;
}

int cells_expand(const struct test_case *test_case, struct cell_list *out, struct error *error)
{
	static int (*const picks[])(const struct test_case *, const struct exclusion *,
		struct cell_list *, struct error *) = {[PICK_ALL] = pick_all,
		[PICK_PAIRWISE] = pick_pairwise,
		[PICK_SAMPLE] = pick_sample};
	struct exclusion *exclusion = exclusion_new(test_case);
	size_t first = out->count;
	int result = picks[test_case->pick](test_case, exclusion, out, error);

	exclusion_free(exclusion);
	if (!result)
		result = check_list(test_case, out, first, error);
	if (result)
		out->count = first;
	return result;
}
