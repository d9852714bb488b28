/* dkboot bisect --step: build what is checked out, boot the cell, tell git what came of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/text.h"
#include "cmd/bisect.h"
#include "cmd/git.h"

#define SHORT	    12	   /* digits of a commit in names */
#define BOOTS_MOST  60000u /* of one commit */
#define BROKEN_MOST 2	   /* so many broken boots, and the commit cannot be tested */

/* When a commit has been booted often enough. */
struct stopping {
	unsigned failures; /* count up to so many, decide nothing; 0 = decide */
	unsigned boots;	   /* at most */
	struct sequential plan;
};

struct step {
	const struct options *options;
	struct quarry quarry;
	struct built_files built;
	struct stopping stopping;
	char *tree;   /* absolute */
	char *folder; /* of the hunt, absolute */
	struct quarry_parts parts;
	struct stage *stage; /* while it is booted */
	struct hunt_step record;
};

/* ---- what it was told ---- */

static int parse_rates(const char *text, struct sequential *plan, struct error *error)
{
	char end;

	if (sscanf(text, "%lf:%lf:%lf%c", &plan->base, &plan->rate, &plan->error, &end) != 3 ||
		!(plan->base > 0 && plan->base < plan->rate && plan->rate < 1 && plan->error > 0 &&
			plan->error < 0.5))
		return fail(error,
			"--rates: '%s', expected BASE:RATE:ERROR, 0 < BASE < RATE < 1, "
			"0 < ERROR < 0.5",
			text);
	return 0;
}

static int parse_stopping(
	struct stopping *out, const struct hunt_options *hunt, struct error *error)
{
	*out = (struct stopping){.boots = 1};
	if (hunt->boots && hunt_number("--boots", hunt->boots, BOOTS_MOST, &out->boots, error) < 0)
		return -1;
	if (hunt->failures &&
		hunt_number("--failures", hunt->failures, BOOTS_MOST, &out->failures, error) < 0)
		return -1;
	out->plan.passes = out->plan.most = out->boots;
	return hunt->rates ? parse_rates(hunt->rates, &out->plan, error) : 0;
}

static int name_commit(struct step *step, struct error *error)
{
	autobuffer struct buffer commit = {0}, subject = {0};

	if (GIT(step->tree, &commit, error, "rev-parse", "--verify", "-q", "HEAD^{commit}") ||
		GIT(step->tree, &subject, error, "log", "-1", "--format=%s", "HEAD"))
		return fail_within(error, "--git: %s", step->tree);
	step->record.commit = buffer_take(&commit);
	step->record.subject = buffer_take(&subject);
	return 0;
}

static int open_step(struct step *step, const struct options *options, struct error *error)
{
	const struct hunt_options *hunt = &options->hunt;

	step->options = options;
	git_forget_caller();
	step->tree = realpath(hunt->git ? hunt->git : ".", NULL);
	if (!step->tree)
		return fail_errno(error, "--git: %s", hunt->git ? hunt->git : ".");
	if (built_parse(&step->built, hunt, error) < 0 ||
		parse_stopping(&step->stopping, hunt, error) < 0 ||
		quarry_open(&step->quarry, options, error) < 0 || name_commit(step, error) < 0)
		return -1;
	step->folder = hunt_folder(options, error);
	return step->folder ? 0 : -1;
}

/* ---- the build ---- */

static char *in_tree(const struct step *step, const char *file)
{
	return *file == '/' ? copy_text(file) : format_text("%s/%s", step->tree, file);
}

/* An old file must not be taken for a new one: what the build makes goes first, unless it is
 * somewhere else, or comes with the commit. */
static int remove_old(void *context, const char *part, const char *file)
{
	const struct step *step = context;
	autofree char *path = in_tree(step, file);

	(void)part;
	if (*file != '/' && GIT(step->tree, NULL, NULL, "ls-files", "--error-unmatch", file) > 0)
		unlink(path);
	return 0;
}

/* The name of a file or folder of this commit that is not there yet: a commit may be tested twice.
 */
static char *fresh_name(const struct step *step, const char *kind, const char *tail)
{
	for (unsigned number = 1;; number++) {
		char *path = number == 1 ? format_text("%s/%s/%.*s%s", step->folder, kind, SHORT,
						   step->record.commit, tail)
					 : format_text("%s/%s/%.*s-%u%s", step->folder, kind, SHORT,
						   step->record.commit, number, tail);

		if (!file_exists(path))
			return path;
		free(path);
	}
}

/* Nobody answers questions. @return 0; 1 when it did not build, -1 with the reason */
static int build(struct step *step, struct error *error)
{
	static const char script[] = "exec >\"$1\" 2>&1 </dev/null; exec sh -c \"$2\"";
	autofree char *logs = format_text("%s/builds", step->folder);
	autobuffer struct buffer nothing = {0};
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, (char *)"build", NULL,
		(char *)step->options->hunt.build, NULL};
	uint64_t began = clock_now();
	int status;

	if (!step->options->hunt.build)
		return 0;
	if (folder_make(logs, error) < 0)
		return -1;
	step->record.log = fresh_name(step, "builds", ".log");
	argv[4] = step->record.log;
	built_each(&step->built, remove_old, step);
	if (run_command(argv, step->tree, 0, &nothing, &status, error) < 0)
		return -1;
	step->record.build_seconds = milliseconds(clock_now() - began) / 1e3;
	if (!status)
		return 0;
	step->record.why =
		format_text("does not build (status %d): see %s", status, step->record.log);
	return 1;
}

/* The built file takes its part's place. @return 0, or 1 when it is not there */
static int take_part(void *context, const char *part, const char *file)
{
	struct step *step = context;
	struct stand_in *files = &step->parts.files;
	const struct {
		const char *part;
		char **file;
	} places[] = {{"rom", &files->rom}, {"kernel", &files->kernel}, {"initrd", &files->initrd},
		{"firmware", &files->firmware}, {"xen", &files->xen},
		{"qemu", &step->parts.emulator}};
	char *path = in_tree(step, file);

	if (!file_exists(path)) {
		step->record.why = format_text("the build made no %s", file);
		free(path);
		return 1;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(places[i].part, part))
			*places[i].file = path;
	return 0;
}

/* ---- the boots ---- */

static struct tally tally(const struct hunt_step *record)
{
	return (struct tally){.failed = record->failed, .passed = record->passed};
}

static enum decision decide(const struct step *step)
{
	const struct stopping *stopping = &step->stopping;
	const struct tally seen = tally(&step->record);

	if (!stopping->failures)
		return sequential_decide(&stopping->plan, &seen);
	if (seen.failed < stopping->failures && seen.failed + seen.passed < stopping->boots)
		return DECISION_NONE;
	return seen.failed ? DECISION_BAD : DECISION_GOOD;
}

static bool is_failure(const struct result *result)
{
	return result->outcome == OUTCOME_FAIL || result->outcome == OUTCOME_XPASS;
}

static bool is_pass(const struct result *result)
{
	return result->outcome == OUTCOME_PASS || result->outcome == OUTCOME_XFAIL;
}

static void note(struct step *step, const struct result *result)
{
	struct hunt_step *record = &step->record;

	free(record->why);
	free(record->failure);
	free(record->rules);
	free(record->folder);
	record->why = copy_text(result->reason);
	record->failure = result->failure ? copy_text(failure_name(result->failure)) : NULL;
	record->rules = copy_text(result->rules);
	record->folder =
		result->folder ? format_text("%s/%s", step->stage->folder, result->folder) : NULL;
}

/* Of boots that passed, one folder is kept, the last. */
static void forget_pass(struct step *step)
{
	if (step->record.folder && step->record.passed && !step->record.failed)
		folder_remove(step->record.folder, NULL);
}

static bool on_verdict(void *context, const struct result *result)
{
	struct step *step = context;
	struct hunt_step *record = &step->record;

	record->boot_seconds += result->seconds;
	if (is_pass(result))
		forget_pass(step);
	if (!record->failed)
		note(step, result);
	record->broken += result->outcome == OUTCOME_BROKEN;
	record->failed += is_failure(result);
	record->passed += is_pass(result);
	return record->broken >= BROKEN_MOST || decide(step) != DECISION_NONE;
}

static unsigned boots_left(const struct step *step)
{
	const struct stopping *stopping = &step->stopping;
	unsigned done = step->record.failed + step->record.passed;
	unsigned most = stopping->failures ? stopping->boots : stopping->plan.most;

	return most > done ? most - done : 0;
}

/* One batch of boots; a broken one is made up for by the next. */
static int boot_batch(struct step *step, unsigned first, unsigned count, struct error *error)
{
	struct cell_list cells = {.cells = calloc(count, sizeof(*cells.cells)), .count = count};
	int status;

	if (!cells.cells)
		abort();
	for (unsigned i = 0; i < count; i++) {
		cells.cells[i] = step->quarry.cell;
		cells.cells[i].copy = (uint16_t)(first + i);
	}
	status =
		quarry_boot(&step->quarry, step->stage, &cells, on_verdict, step, first > 0, error);
	free(cells.cells);
	return status;
}

static int boot_all(struct step *step, struct error *error)
{
	unsigned first = 0, count, broken;

	do {
		broken = step->record.broken;
		count = boots_left(step);
		if (count && boot_batch(step, first, count, error) < 0)
			return -1;
		first += count;
	} while (decide(step) == DECISION_NONE && step->record.broken > broken &&
		 step->record.broken < BROKEN_MOST);
	return 0;
}

/* A built emulator that cannot even boot a probe cannot be tested; all else is our surroundings. */
static int boot(struct step *step, struct error *error)
{
	autofree char *folder = fresh_name(step, "boots", "");
	struct stage stage;
	int status;

	step->stage = &stage;
	status = quarry_stage(&step->quarry, &step->parts, folder, &stage, error);
	if (status == 0)
		status = boot_all(step, error);
	else if (step->parts.emulator)
		step->record.why = copy_text(error->text);
	stage_close(&stage);
	step->stage = NULL;
	return status < 0 && step->record.why && step->parts.emulator ? 1 : status;
}

/* ---- the verdict ---- */

static void conclude(struct step *step)
{
	struct hunt_step *record = &step->record;
	enum decision decision = decide(step);

	if (decision == DECISION_NONE && record->broken >= BROKEN_MOST)
		record->verdict = STEP_SKIP;
	else if (decision == DECISION_NONE) {
		free(record->why);
		record->why =
			format_text("%u boots do not decide it", record->failed + record->passed);
		record->verdict = STEP_SKIP;
	} else {
		record->verdict = decision == DECISION_BAD ? STEP_BAD : STEP_GOOD;
	}
}

/* @return 0 with the record's verdict set; -1 with the reason */
static int test(struct step *step, struct error *error)
{
	int status = build(step, error);

	if (status == 0)
		status = built_each(&step->built, take_part, step);
	if (status == 0)
		status = boot(step, error);
	if (status == 0)
		conclude(step);
	else if (status > 0)
		step->record.verdict = STEP_SKIP;
	return status < 0 ? -1 : 0;
}

static int write_record(struct step *step, struct error *error)
{
	autofree char *path = format_text("%s/steps.jsonl", step->folder);
	autobuffer struct buffer line = {0}, shown = {0};

	hunt_add_step(&line, &step->record);
	if (file_append(path, line.data, line.size, error) < 0)
		return -1;
	hunt_print_step(&shown, &step->record);
	fputs(shown.data, stdout);
	fflush(stdout);
	return 0;
}

static void step_free(struct step *step)
{
	struct stand_in *files = &step->parts.files;

	hunt_step_free(&step->record);
	quarry_free(&step->quarry);
	free(files->rom);
	free(files->kernel);
	free(files->initrd);
	free(files->firmware);
	free(files->xen);
	free(step->parts.emulator);
	free(step->tree);
	free(step->folder);
}

int bisect_step(const struct options *options, struct error *error)
{
	struct step step = {0};
	int status = step_verdict_status(STEP_STOP);

	if (open_step(&step, options, error) == 0) {
		if (test(&step, error) < 0) {
			free(step.record.why);
			step.record.why = copy_text(error->text);
			step.record.verdict = STEP_STOP;
		}
		if (write_record(&step, error) == 0)
			status = step_verdict_status(step.record.verdict);
	}
	step_free(&step);
	return status;
}
