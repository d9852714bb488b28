#include "cmd/bugs.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define OURS "dkboot"

static bool through_ours(const struct cell *cell)
{
	return strcmp(cell_value(cell, AXIS_ROM)->text, OURS) == 0;
}

/* The same cell through our ROM; false when its case has none. */
static bool ours(const struct cell *cell, struct cell *twin)
{
	const struct axis *roms = &cell->from->axes[AXIS_ROM];

	*twin = *cell;
	for (uint16_t i = 0; i < roms->count; i++) {
		twin->at[AXIS_ROM] = i;
		if (through_ours(twin))
			return true;
	}
	return false;
}

static void describe_failure(const struct expected_failure *failure, struct buffer *out)
{
	buffer_printf(out, "%s", failure_name(failure->failure));
	if (failure->rules)
		buffer_printf(out, " %s", failure->rules);
}

static void describe_ours(const struct cell *cell, struct buffer *out)
{
	const struct expected_failure *failure = cell_expected_failure(cell);
	const struct case_ending *ending = cell_ending(cell);

	if (failure)
		describe_failure(failure, out);
	else if (ending->ending == END_REFUSED)
		buffer_printf(out, "refuses: \"%s\"", ending->refusal);
	else
		buffer_add_text(out, "boots");
}

/* A `|` in a cell of a table would begin the next one. */
static void add_cell(struct buffer *out, const char *text)
{
	buffer_add_text(out, "| ");
	for (; *text; text++) {
		if (*text == '|')
			buffer_add_text(out, "\\");
		buffer_add(out, text, 1);
	}
	buffer_add_text(out, " ");
}

/* What ours does with the cells of a failure: each answer once. */
static size_t gather(const struct cell_list *cells, const struct expected_failure *failure,
	struct buffer *answers)
{
	size_t count = 0;
	struct cell twin;

	for (size_t i = 0; i < cells->count; i++) {
		const struct cell *cell = &cells->cells[i];
		autobuffer struct buffer answer = {0};

		if (through_ours(cell) || cell_expected_failure(cell) != failure)
			continue;
		count++;
		if (ours(cell, &twin))
			describe_ours(&twin, &answer);
		else
			buffer_add_text(&answer, "not tried");
		if (!answers->size || !strstr(answers->data, answer.data))
			buffer_printf(answers, "%s%s", answers->size ? "; " : "", answer.data);
	}
	return count;
}

static void add_row(
	const struct cell_list *cells, const struct expected_failure *failure, struct buffer *out)
{
	autobuffer struct buffer answers = {0}, theirs = {0};
	size_t count = gather(cells, failure, &answers);

	if (!count)
		return;
	describe_failure(failure, &theirs);
	add_cell(out, failure->why);
	add_cell(out, theirs.data);
	add_cell(out, answers.data);
	add_cell(out, failure->bug);
	buffer_add_text(out, "|\n");
}

void bugs_table(const struct cell_list *cells, struct buffer *out)
{
	buffer_add_text(out, "| what goes wrong | stock | dkboot | where |\n|---|---|---|---|\n");
	for (size_t i = 0; i < cells->count; i++) {
		const struct test_case *from = cells->cells[i].from;

		if (i > 0 && from == cells->cells[i - 1].from)
			continue;
		for (size_t k = 0; k < from->expected_failure_count; k++)
			add_row(cells, &from->expected_failures[k], out);
	}
}
