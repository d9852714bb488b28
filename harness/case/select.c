#include "case/cell.h"

#include "base/text.h"

bool selector_fits(const struct selector *selector, const struct cell *cell)
{
	for (unsigned axis = 0; axis < AXES; axis++) {
		const char *name = cell_value(cell, axis)->name;
		size_t count = selector->on[axis].count, i = 0;

		while (i < count && !glob_match(selector->on[axis].names[i], name))
			i++;
		if (count && i == count)
			return false;
	}
	return true;
}

static const struct exception *rule_for(const struct cell *cell, enum exception_kind kind)
{
	for (size_t i = 0; i < cell->from->exception_count; i++) {
		const struct exception *exception = &cell->from->exceptions[i];

		if (exception->kind == kind && selector_fits(&exception->when, cell))
			return exception;
	}
	return NULL;
}

const char *cell_skip(const struct cell *cell)
{
	const struct exception *skip = rule_for(cell, EXCEPT_SKIP);

	return skip ? skip->why : NULL;
}

bool cell_tagged(const struct cell *cell, const char *glob)
{
	for (size_t i = 0; i < cell->from->tag_count; i++)
		if (glob_match(glob, cell->from->tags[i]))
			return true;
	return glob_match(glob, "long") && rule_for(cell, EXCEPT_LONG);
}

const struct expected_failure *cell_expected_failure(const struct cell *cell)
{
	for (size_t i = 0; i < cell->from->expected_failure_count; i++)
		if (selector_fits(&cell->from->expected_failures[i].when, cell))
			return &cell->from->expected_failures[i];
	return NULL;
}

bool cell_tried_again(const struct cell *cell, enum failure failure)
{
	for (size_t i = 0; i < cell->from->second_try_count; i++)
		if (cell->from->second_tries[i].failure == failure &&
			selector_fits(&cell->from->second_tries[i].when, cell))
			return true;
	return false;
}

const struct case_ending *cell_ending(const struct cell *cell)
{
	static const struct case_ending usual = {.ending = END_POWEROFF};

	for (size_t i = 0; i < cell->from->ending_count; i++)
		if (selector_fits(&cell->from->endings[i].when, cell))
			return &cell->from->endings[i];
	return &usual;
}
