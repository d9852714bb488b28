#include "record/hunt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "record/json_line.h"

#define SHORT_COMMIT 12
#define LONGEST	     120 /* bytes of a subject that are shown */

static const char *const names[STEP_VERDICTS] = {
	[STEP_GOOD] = "good", [STEP_BAD] = "bad", [STEP_SKIP] = "skip", [STEP_STOP] = "stop"};

const char *step_verdict_name(enum step_verdict verdict)
{
	return names[verdict];
}

int step_verdict_status(enum step_verdict verdict)
{
	static const int statuses[STEP_VERDICTS] = {
		[STEP_GOOD] = 0, [STEP_BAD] = 1, [STEP_SKIP] = 125, [STEP_STOP] = 128};

	return statuses[verdict];
}

void hunt_add_step(struct buffer *out, const struct hunt_step *step)
{
	json_t *line = json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:f}", "type", "step", "verdict",
		names[step->verdict], "failed", (int)step->failed, "passed", (int)step->passed,
		"broken", (int)step->broken, "build_seconds", step->build_seconds, "boot_seconds",
		step->boot_seconds);

	json_set_shown(line, "commit", step->commit);
	json_set_shown(line, "subject", step->subject);
	json_set_shown(line, "why", step->why);
	json_set_shown(line, "failure", step->failure);
	json_set_shown(line, "rules", step->rules);
	json_set_shown(line, "folder", step->folder);
	json_set_shown(line, "log", step->log);
	json_add_line(out, line);
}

static int parse_verdict(const char *name, enum step_verdict *out, struct error *error)
{
	for (int i = 0; i < STEP_VERDICTS; i++)
		if (!strcmp(name, names[i])) {
			*out = (enum step_verdict)i;
			return 0;
		}
	return fail(error, "\"%s\" is no verdict", name);
}

static int fill_step(struct hunt_step *step, json_t *line, struct error *error)
{
	const char *verdict, *commit = NULL, *subject = NULL, *why = NULL, *failure = NULL;
	const char *rules = NULL, *folder = NULL, *log = NULL;
	json_error_t problem;
	int failed, passed, broken;

	if (json_unpack_ex(line, &problem, 0,
		    "{s:s, s:i, s:i, s:i, s:F, s:F, s?s, s?s, s?s, s?s, s?s, s?s, s?s}", "verdict",
		    &verdict, "failed", &failed, "passed", &passed, "broken", &broken,
		    "build_seconds", &step->build_seconds, "boot_seconds", &step->boot_seconds,
		    "commit", &commit, "subject", &subject, "why", &why, "failure", &failure,
		    "rules", &rules, "folder", &folder, "log", &log))
		return fail(error, "%s", problem.text);
	step->failed = (unsigned)failed;
	step->passed = (unsigned)passed;
	step->broken = (unsigned)broken;
	step->commit = copy_text(commit);
	step->subject = copy_text(subject);
	step->why = copy_text(why);
	step->failure = copy_text(failure);
	step->rules = copy_text(rules);
	step->folder = copy_text(folder);
	step->log = copy_text(log);
	return parse_verdict(verdict, &step->verdict, error);
}

static int read_line(struct hunt_steps *out, const char *text, size_t size, struct error *error)
{
	json_error_t problem;
	json_t *line = json_loadb(text, size, 0, &problem);
	int status;

	if (!line)
		return fail(error, "%s", problem.text);
	out->steps = realloc(out->steps, (out->count + 1) * sizeof(*out->steps));
	if (!out->steps)
		abort();
	out->steps[out->count] = (struct hunt_step){0};
	status = fill_step(&out->steps[out->count++], line, error);
	json_decref(line);
	return status;
}

int hunt_read(const char *path, struct hunt_steps *out, struct error *error)
{
	autobuffer struct buffer text = {0};
	const char *from, *end;
	unsigned number = 1;

	*out = (struct hunt_steps){0};
	if (!file_exists(path))
		return 0;
	if (file_read(path, &text, error) < 0)
		return -1;
	for (from = text.data; from && (end = strchr(from, '\n')); from = end + 1, number++)
		if (read_line(out, from, (size_t)(end - from), error) < 0)
			return fail_within(error, "%s:%u", path, number);
	return 0;
}

void hunt_step_free(struct hunt_step *step)
{
	free(step->commit);
	free(step->subject);
	free(step->why);
	free(step->failure);
	free(step->rules);
	free(step->folder);
	free(step->log);
	*step = (struct hunt_step){0};
}

void hunt_steps_free(struct hunt_steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		hunt_step_free(&steps->steps[i]);
	free(steps->steps);
	*steps = (struct hunt_steps){0};
}

static void add_boots(struct buffer *out, const struct hunt_step *step)
{
	unsigned boots = step->failed + step->passed + step->broken;

	if (!boots)
		return;
	buffer_printf(
		out, ", %u boot%s in %.1f s", boots, boots == 1 ? "" : "s", step->boot_seconds);
	if (boots > 1)
		buffer_printf(out, ", %u failed", step->failed);
	if (step->broken)
		buffer_printf(out, ", %u broken", step->broken);
}

void hunt_print_step(struct buffer *out, const struct hunt_step *step)
{
	const char *subject = step->subject ? step->subject : "";

	buffer_printf(out, "%-4s  %.*s  ", names[step->verdict], SHORT_COMMIT,
		step->commit ? step->commit : "");
	add_printable(out, subject, strlen(subject), LONGEST);
	buffer_printf(out, "  (built in %.1f s", step->build_seconds);
	add_boots(out, step);
	buffer_add_text(out, ")\n");
	if (!step->why)
		return;
	buffer_add_text(out, "      ");
	add_printable(out, step->why, strlen(step->why), 512);
	buffer_add_text(out, "\n");
}
