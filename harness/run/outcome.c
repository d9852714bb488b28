#include "run/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "run/verdict.h"

void outcome_begin(struct result *result, const struct cell *cell)
{
	struct buffer text = {0};

	*result = (struct result){0};
	cell_id(cell, &text);
	result->id = buffer_take(&text);
	buffer_add_text(&text, "cells/");
	cell_folder(cell, &text);
	result->folder = buffer_take(&text);
	result->at = calloc(AXES, sizeof(*result->at));
	for (int axis = 0; axis < AXES; axis++)
		if (cell->from->axes[axis].declared)
			result->at[result->at_count++] =
				(struct coordinate){.axis = copy_text(axis_name(axis)),
					.value = copy_text(cell_value(cell, axis)->name)};
}

static char *describe_part(const struct part *part)
{
	return format_text(
		"%s sha256=%s", part->origin ? part->origin : part->path, part->sha256.hex);
}

void outcome_payload(struct result *result, const struct job *job)
{
	if (job->payload.kernel)
		result->kernel = describe_part(job->payload.kernel);
	if (job->payload.initrd)
		result->initrd = describe_part(job->payload.initrd);
}

void outcome_attempt(struct result *result, const struct attempt *attempt)
{
	struct attempt *copy;

	result->attempts =
		realloc(result->attempts, (result->attempt_count + 1) * sizeof(*result->attempts));
	copy = &result->attempts[result->attempt_count++];
	*copy = *attempt;
	copy->reason = copy_text(attempt->reason);
	result->seconds += attempt->seconds;
}

void outcome_phase(struct result *result, const char *name, double seconds)
{
	if (result->phase_count < RESULT_PHASES)
		result->phases[result->phase_count++] =
			(struct phase){.name = name, .seconds = seconds};
}

void outcome_conclude(struct result *result, const struct cell *cell, const char *rules)
{
	const struct attempt *last = &result->attempts[result->attempt_count - 1];
	const struct expected_failure *declared = cell_expected_failure(cell);

	result->outcome = verdict_apply(last, declared, rules);
	result->failure = last->failure;
	result->rule = rules ? format_text("%.*s", (int)strcspn(rules, " "), rules) : NULL;
	result->rules = copy_text(rules);
	result->flaky = last->outcome == OUTCOME_PASS && result->attempt_count > 1;
	if (declared) {
		result->why = copy_text(declared->why);
		result->bug = copy_text(declared->bug);
	}
	if (result->outcome == OUTCOME_XPASS && declared)
		result->reason = format_text("was declared to fail (%s, %s: %s) and passed",
			failure_name(declared->failure), declared->bug, declared->why);
	else if (result->outcome == OUTCOME_FAIL && declared)
		result->reason = format_text("was declared to fail as %s%s%s, but%s%s: %s",
			failure_name(declared->failure), declared->rules ? " " : "",
			declared->rules ? declared->rules : "", rules ? " as layout " : "",
			rules ? rules : "", last->reason);
	else
		result->reason = copy_text(last->reason);
}

void outcome_without_boot(struct result *result, enum outcome outcome, const char *why)
{
	result->outcome = outcome;
	if (outcome == OUTCOME_SKIP)
		result->why = copy_text(why);
	else
		result->reason = copy_text(why);
	free(result->folder);
	result->folder = NULL;
}
