#include "record/matrix.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

/* "512m" or "512" as a number; false for all else. */
static bool is_size(const char *text, uint64_t *bytes)
{
	size_t length = strlen(text);
	char upper[32];

	if (!length || length >= sizeof(upper))
		return false;
	memcpy(upper, text, length + 1);
	if (strchr("kmg", upper[length - 1]))
		upper[length - 1] = (char)(upper[length - 1] - 'a' + 'A');
	return !parse_size(upper, bytes);
}

int compare_values(const char *a, const char *b)
{
	uint64_t x, y;
	bool a_is_size = is_size(a, &x), b_is_size = is_size(b, &y);

	if (a_is_size && b_is_size && x != y)
		return x < y ? -1 : 1;
	if (a_is_size != b_is_size)
		return a_is_size ? -1 : 1;
	return strverscmp(a, b);
}

static int compare_pointers(const void *a, const void *b)
{
	return compare_values(*(const char *const *)a, *(const char *const *)b);
}

static const char *value_of(const struct result *result, const char *axis)
{
	for (size_t i = 0; axis && i < result->at_count; i++) {
		if (!strcmp(result->at[i].axis, axis))
			return result->at[i].value;
	}
	return "-";
}

static void fill_axis(struct matrix_axis *axis, const struct matrix *matrix)
{
	size_t unique = 0;

	axis->values = zeroed(matrix->count, sizeof(*axis->values));
	for (size_t i = 0; i < matrix->count; i++)
		axis->values[i] = value_of(matrix->cells[i].result, axis->name);
	qsort(axis->values, matrix->count, sizeof(*axis->values), compare_pointers);
	for (size_t i = 0; i < matrix->count; i++) {
		if (!unique || strcmp(axis->values[unique - 1], axis->values[i]))
			axis->values[unique++] = axis->values[i];
	}
	axis->count = unique;
}

/* Axes in the order of the ids; those with one value say nothing and are left out. */
static void find_axes(struct matrix *matrix)
{
	const struct result *model = matrix->cells[0].result;

	assert(model);
	matrix->axes = zeroed(model->at_count, sizeof(*matrix->axes));
	for (size_t i = 0; i < model->at_count; i++) {
		struct matrix_axis *axis = &matrix->axes[matrix->axis_count];

		axis->name = model->at[i].axis;
		fill_axis(axis, matrix);
		if (axis->count > 1)
			matrix->axis_count++;
		else
			free(axis->values);
	}
}

/* A stable selection: the axis with most values to the front, then the second. */
static void order_axes(struct matrix *matrix)
{
	for (size_t to = 0; to < 2 && to < matrix->axis_count; to++) {
		size_t most = to;
		struct matrix_axis chosen;

		for (size_t i = to + 1; i < matrix->axis_count; i++) {
			if (matrix->axes[i].count > matrix->axes[most].count)
				most = i;
		}
		chosen = matrix->axes[most];
		memmove(&matrix->axes[to + 1], &matrix->axes[to], (most - to) * sizeof(chosen));
		matrix->axes[to] = chosen;
	}
}

static unsigned index_of(const struct matrix_axis *axis, const char *value)
{
	const char **found;

	assert(axis->values);
	found = bsearch(&value, axis->values, axis->count, sizeof(*axis->values), compare_pointers);

	return found ? (unsigned)(found - axis->values) : 0;
}

static void place_cells(struct matrix *matrix)
{
	matrix->places = zeroed(matrix->count * matrix->axis_count, sizeof(*matrix->places));
	for (size_t i = 0; i < matrix->count; i++) {
		struct matrix_cell *cell = &matrix->cells[i];
		unsigned *at = matrix->places + i * matrix->axis_count;

		for (size_t j = 0; j < matrix->axis_count; j++)
			at[j] = index_of(
				&matrix->axes[j], value_of(cell->result, matrix->axes[j].name));
		cell->at = at;
	}
}

static int compare_cells(const void *a, const void *b, void *axis_count)
{
	const struct matrix_cell *x = a, *y = b;

	for (size_t i = 0; i < *(size_t *)axis_count; i++) {
		if (x->at[i] != y->at[i])
			return x->at[i] < y->at[i] ? -1 : 1;
	}
	return 0;
}

static void take_cells(
	struct matrix *matrix, const struct journal *journal, size_t first, bool *done)
{
	const char *name = journal->results[first].id;
	size_t length = id_case_length(name);

	matrix->cells = zeroed(journal->count - first, sizeof(*matrix->cells));
	for (size_t i = first; i < journal->count; i++) {
		const struct result *result = &journal->results[i];

		if (id_case_length(result->id) != length || memcmp(result->id, name, length))
			continue;
		matrix->cells[matrix->count++].result = result;
		done[i] = true;
	}
}

void matrix_make(struct matrix *matrix, const struct journal *journal, size_t first, bool *done)
{
	*matrix = (struct matrix){0};
	take_cells(matrix, journal, first, done);
	find_axes(matrix);
	order_axes(matrix);
	place_cells(matrix);
	qsort_r(matrix->cells, matrix->count, sizeof(*matrix->cells), compare_cells,
		&matrix->axis_count);
}

void matrix_free(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->axis_count; i++)
		free(matrix->axes[i].values);
	free(matrix->axes);
	free(matrix->cells);
	free(matrix->places);
	*matrix = (struct matrix){0};
}
