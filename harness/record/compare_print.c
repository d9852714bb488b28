/* What a person reads of a comparison: categories, in them cases, in them cells. */
#include "record/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/words.h"

/* Where and how is written. */
struct page {
	struct buffer *out;
	const struct run_comparison *comparison;
	const char *after;
	bool repeats, colour;
};

static const struct {
	const char *colour;
	size_t shown; /* cells that are named; the rest is counted */
	bool loud;    /* with what is wrong and how to repeat it */
} styles[CHANGES] = {
	[CHANGE_REGRESSED] = {"\033[1;31m", 100, true},
	[CHANGE_BROKEN] = {"\033[1;41;37m", 100, true},
	[CHANGE_FIXED] = {"\033[32m", 20, false},
	[CHANGE_NEW] = {"\033[36m", 20, false},
	[CHANGE_GONE] = {"\033[36m", 20, false},
	[CHANGE_FLAKY] = {"\033[1;33m", 20, false},
	[CHANGE_SLOWER] = {"\033[33m", 20, false},
	[CHANGE_DECLARED] = {"\033[33m", 20, false},
};

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void add_heading(struct page *page, enum change change)
{
	const struct run_comparison *comparison = page->comparison;
	size_t count = comparison->counts[change];

	buffer_printf(page->out, "%s%s%s  %zu cell%s: %s",
		page->colour ? styles[change].colour : "", change_name(change),
		page->colour ? "\033[0m" : "", count, plural(count), change_meaning(change));
	if (change == CHANGE_NEW && comparison->bad_news)
		buffer_printf(page->out, "; %zu not as expected", comparison->bad_news);
	buffer_add_text(page->out, "\n");
}

static const struct result *either(const struct cell_change *cell)
{
	return cell->after ? cell->after : cell->before;
}

static void add_standing(struct buffer *out, const struct result *result, bool class)
{
	buffer_add_text(out, result ? outcome_name(result->outcome) : "not there");
	if (class && result && result->failure != FAILURE_NONE)
		buffer_printf(out, " (%s)", failure_name(result->failure));
}

static void add_times(struct buffer *out, const struct cell_change *cell)
{
	double before = decided_in(cell->before), after = decided_in(cell->after);

	buffer_printf(out, "%.2f s -> %.2f s, x%.2f", before, after, after / before);
}

static void add_flakiness(struct buffer *out, const struct result *result)
{
	buffer_printf(out, "passed at attempt %zu", result->attempt_count);
	if (result->attempt_count) {
		buffer_add_text(out, ", before that: ");
		add_attempt(out, &result->attempts[0]);
	}
}

/* "fail (hang) -> fail: panic: why" */
static void add_story(struct buffer *out, const struct cell_change *cell)
{
	if (cell->change == CHANGE_SLOWER) {
		add_times(out, cell);
		return;
	}
	if (cell->change == CHANGE_FLAKY) {
		add_flakiness(out, cell->after);
		return;
	}
	add_standing(out, cell->before, true);
	buffer_add_text(out, " -> ");
	add_standing(out, cell->after, false);
	if (!cell->after)
		return;
	if (is_trouble(cell->after->outcome)) {
		buffer_add_text(out, ": ");
		add_trouble(out, cell->after);
	} else if (cell->after->outcome != OUTCOME_PASS) {
		buffer_add_text(out, ": ");
		add_declared(out, cell->after);
	}
}

static void add_cell(struct page *page, const struct cell_change *cell)
{
	const struct result *result = either(cell);

	buffer_add_text(page->out, "    ");
	add_plain(page->out, result->id);
	buffer_add_text(page->out, "\n        ");
	add_story(page->out, cell);
	buffer_add_text(page->out, "\n");
	if (styles[cell->change].loud && page->repeats)
		add_again(page->out, result, page->after);
}

static bool same_case(const struct result *a, const struct result *b)
{
	size_t length = id_case_length(a->id);

	return length == id_case_length(b->id) && !memcmp(a->id, b->id, length);
}

/* All have the value of @at in the list. */
static bool shared(
	const struct cell_change *const *cells, size_t count, const struct coordinate *at)
{
	for (size_t i = 0; i < count; i++) {
		const struct result *result = either(cells[i]);
		size_t k = 0;

		while (k < result->at_count && strcmp(result->at[k].axis, at->axis))
			k++;
		if (k == result->at_count || strcmp(result->at[k].value, at->value))
			return false;
	}
	return true;
}

/* Some cell of the case has another value: only then a shared one says something. */
static bool divides(
	const struct page *page, const struct result *model, const struct coordinate *at)
{
	for (size_t i = 0; i < page->comparison->count; i++) {
		const struct result *other = either(&page->comparison->cells[i]);
		const struct cell_change *const one[] = {&page->comparison->cells[i]};

		if (same_case(model, other) && !shared(one, 1, at))
			return true;
	}
	return false;
}

/* What the cells of one case and category have in common, and others of the case have not. */
static void add_common(struct page *page, const struct cell_change *const *cells, size_t count)
{
	const struct result *model = either(cells[0]);
	const char *separator = ", all of them ";

	for (size_t i = 0; i < model->at_count && count > 1; i++) {
		const struct coordinate *at = &model->at[i];

		if (!shared(cells, count, at) || !divides(page, model, at))
			continue;
		buffer_add_text(page->out, separator);
		add_plain(page->out, at->axis);
		buffer_add_text(page->out, "=");
		add_plain(page->out, at->value);
		separator = ",";
	}
}

/* @count cells of one case: at most @room of them are named. @return how many were */
static size_t add_case(
	struct page *page, const struct cell_change *const *cells, size_t count, size_t room)
{
	size_t shown = count < room ? count : room;
	const char *id = either(cells[0])->id;
	autofree char *name = strndup(id, id_case_length(id));

	buffer_add_text(page->out, "  ");
	add_plain(page->out, name);
	buffer_printf(page->out, "  %zu cell%s", count, plural(count));
	add_common(page, cells, count);
	buffer_add_text(page->out, "\n");
	for (size_t i = 0; i < shown; i++)
		add_cell(page, cells[i]);
	if (count > shown)
		buffer_printf(page->out, "    and %zu more\n", count - shown);
	return shown;
}

/* By case, in it by place. */
static int compare_places(const void *a, const void *b)
{
	const struct cell_change *x = *(const struct cell_change *const *)a;
	const struct cell_change *y = *(const struct cell_change *const *)b;
	const char *one = either(x)->id, *other = either(y)->id;
	size_t length = id_case_length(one), other_length = id_case_length(other);
	int order = strncmp(one, other, length < other_length ? length : other_length);

	if (!order && length != other_length)
		return length < other_length ? -1 : 1;
	return order ? order : x < y ? -1 : x > y;
}

static void gather(const struct run_comparison *comparison, enum change change,
	const struct cell_change **list)
{
	size_t count = 0;

	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->cells[i].change == change)
			list[count++] = &comparison->cells[i];
	qsort(list, count, sizeof(*list), compare_places);
}

static void add_category(struct page *page, enum change change)
{
	size_t count = page->comparison->counts[change], room = styles[change].shown, same;
	autofree const struct cell_change **list = calloc(count + 1, sizeof(*list));

	if (!list)
		abort();
	if (!count)
		return;
	add_heading(page, change);
	gather(page->comparison, change, list);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count; same++)
			if (!same_case(either(list[i]), either(list[i + same])))
				break;
		room -= add_case(page, &list[i], same, room);
	}
	buffer_add_text(page->out, "\n");
}

static void add_run(
	struct buffer *out, char letter, const char *name, const struct journal *journal)
{
	buffer_printf(out, "%c  ", letter);
	add_plain(out, name);
	buffer_printf(out, ", %zu cell%s", journal->count, plural(journal->count));
	if (journal->facts.started) {
		buffer_add_text(out, ", ");
		add_plain(out, journal->facts.started);
	}
	if (!journal->complete) {
		buffer_add_text(out, "; ");
		add_unfinished(out, journal);
	}
	buffer_add_text(out, "\n");
}

static void add_counts(struct buffer *out, const struct run_comparison *comparison)
{
	const size_t *counts = comparison->counts;

	for (int change = 0; change < CHANGE_STILL; change++)
		if (counts[change] || change != CHANGE_DECLARED)
			buffer_printf(out, "%s%zu %s", change ? ", " : "", counts[change],
				change_name((enum change)change));
	if (counts[CHANGE_STILL])
		buffer_printf(out, ", %zu still not as expected", counts[CHANGE_STILL]);
	buffer_printf(
		out, "; %zu cell%s judged in both", comparison->common, plural(comparison->common));
	if (comparison->timed >= PACE_CELLS)
		buffer_printf(out, "; B took x%.2f of A's time (median of %zu)", comparison->pace,
			comparison->timed);
	buffer_add_text(out, "\n");
}

void report_comparison(const struct run_comparison *comparison, const char *before,
	const char *after, bool repeats, bool colour, struct buffer *out)
{
	struct page page = {.out = out,
		.comparison = comparison,
		.after = after,
		.repeats = repeats,
		.colour = colour};

	add_run(out, 'A', before, comparison->before);
	add_run(out, 'B', after, comparison->after);
	buffer_add_text(out, "\n");
	for (int change = 0; change < CHANGE_STILL; change++)
		add_category(&page, (enum change)change);
	add_counts(out, comparison);
}
