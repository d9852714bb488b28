#include "record/hunt_report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/json_line.h"

#define SHORT 12
#define ENDS  2 /* steps that tested the ends */

static const char *const answers[] = {
	[ANSWER_FOUND] = "found", [ANSWER_NOTHING] = "nothing", [ANSWER_UNDECIDED] = "undecided"};

/* The last step that tested a commit, or NULL. */
static const struct hunt_step *step_of(const struct hunt_report *report, const char *commit)
{
	const struct hunt_steps *steps = report->steps;

	for (size_t i = steps->count; i > 0; i--)
		if (steps->steps[i - 1].commit && !strcmp(steps->steps[i - 1].commit, commit))
			return &steps->steps[i - 1];
	return NULL;
}

static size_t count_steps(const struct hunt_report *report)
{
	return report->steps->count > ENDS ? report->steps->count - ENDS : 0;
}

static unsigned count_boots(const struct hunt_report *report)
{
	unsigned boots = 0;

	for (size_t i = 0; i < report->steps->count; i++) {
		const struct hunt_step *step = &report->steps->steps[i];

		boots += step->failed + step->passed + step->broken;
	}
	return boots;
}

static void add_printable_line(struct buffer *out, const char *before, const char *text)
{
	if (!text)
		return;
	buffer_add_text(out, before);
	add_printable(out, text, strlen(text), 1024);
	buffer_add_text(out, "\n");
}

static void add_first(const struct hunt_report *report, struct buffer *out)
{
	const char *commit = report->candidates[0];
	const struct hunt_step *step = step_of(report, commit);

	buffer_printf(out, "first bad commit: %s\n", commit);
	add_printable_line(out, "  ", report->about);
	if (!step)
		return;
	if (step->failure)
		buffer_printf(out, "  fails as %s%s%s%s\n", step->failure, step->rules ? " (" : "",
			step->rules ? step->rules : "", step->rules ? ")" : "");
	add_printable_line(out, "  ", step->why);
	if (step->folder)
		buffer_printf(out, "  again: dkboot repro %s\n", step->folder);
}

static void add_candidates(const struct hunt_report *report, struct buffer *out)
{
	if (report->candidate_count < 2)
		return;
	buffer_printf(out, "the first bad commit is one of %zu:\n", report->candidate_count);
	for (size_t i = 0; i < report->candidate_count; i++) {
		const struct hunt_step *step = step_of(report, report->candidates[i]);

		buffer_printf(out, "  %.*s  %s", SHORT, report->candidates[i],
			step ? step_verdict_name(step->verdict) : "not tested");
		add_printable_line(out, "  ", step && step->subject ? step->subject : "");
	}
}

static void add_skipped(const struct hunt_report *report, struct buffer *out)
{
	for (size_t i = 0; i < report->steps->count; i++) {
		const struct hunt_step *step = &report->steps->steps[i];

		if (step->verdict != STEP_SKIP)
			continue;
		buffer_printf(out, "skipped %.*s", SHORT, step->commit);
		add_printable_line(out, ": ", step->why ? step->why : "");
	}
}

static void add_certainty(const struct hunt_report *report, struct buffer *out)
{
	if (!report->chance)
		return;
	if (report->boots)
		buffer_printf(out,
			"a bad commit fails %.1f %% of its boots, a good one none: %u passes make "
			"a commit good\n",
			report->rate * 100, report->boots);
	else
		buffer_printf(out,
			"a bad commit fails %.1f %% of its boots, a good one %.1f %%: decided by a "
			"sequential test\n",
			report->rate * 100, report->base * 100);
	if (report->answer == ANSWER_FOUND)
		buffer_printf(out, "sure of it: %.2f %%\n", floor(report->certainty * 10000) / 100);
}

void hunt_report_text(const struct hunt_report *report, struct buffer *out)
{
	size_t steps = count_steps(report);

	if (report->answer == ANSWER_FOUND)
		add_first(report, out);
	else
		add_printable_line(out,
			report->answer == ANSWER_NOTHING ? "nothing to find: " : "undecided: ",
			report->why);
	add_candidates(report, out);
	add_skipped(report, out);
	add_certainty(report, out);
	buffer_printf(out, "%zu step%s over %zu commit%s, %u boots\nhunt folder: %s\n", steps,
		steps == 1 ? "" : "s", report->commits, report->commits == 1 ? "" : "s",
		count_boots(report), report->folder);
}

static json_t *list_of_candidates(const struct hunt_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->candidate_count; i++)
		json_array_append_new(list, json_string(report->candidates[i]));
	return list;
}

/* The steps as their own file has them. */
static json_t *list_of_steps(const struct hunt_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->steps->count; i++) {
		struct buffer line = {0};

		hunt_add_step(&line, &report->steps->steps[i]);
		json_array_append_new(list, json_loadb(line.data, line.size, 0, NULL));
		buffer_free(&line);
	}
	return list;
}

void hunt_report_json(const struct hunt_report *report, struct buffer *out)
{
	json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:o}", "type", "hunt", "answer",
		answers[report->answer], "commits", (int)report->commits, "tested",
		(int)count_steps(report), "boots", (int)count_boots(report), "candidates",
		list_of_candidates(report), "steps", list_of_steps(report));

	if (report->answer == ANSWER_FOUND)
		json_set_shown(object, "first_bad", report->candidates[0]);
	json_set_shown(object, "about", report->about);
	json_set_shown(object, "why", report->why);
	json_set_shown(object, "folder", report->folder);
	if (report->chance) {
		json_object_set_new(object, "rate", json_real(report->rate));
		json_object_set_new(object, "base_rate", json_real(report->base));
		json_object_set_new(object, "boots_needed", json_integer(report->boots));
	}
	if (report->chance && report->answer == ANSWER_FOUND)
		json_object_set_new(object, "certainty", json_real(report->certainty));
	json_add_line(out, object);
}
