/* dkboot bisect --git: `git bisect run` in a clone, with our own --step as what it runs. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/spawn.h"
#include "base/text.h"
#include "cmd/bisect.h"
#include "cmd/command.h"
#include "cmd/git.h"
#include "record/hunt_report.h"

#define MEASURED_FAILURES "5"	/* at the bad end: then its rate is known well enough */
#define MEASURED_BOOTS	  "500" /* are enough to see one of them */

struct history {
	const struct options *options;
	char *source; /* the user's repository: read, never written */
	char *folder; /* of the hunt, absolute */
	char *tree;   /* the clone in it */
	char *here;   /* where the user called us: what the command line names is relative to it */
	char *self;   /* our own binary */
	char *good, *bad; /* 40 digits */
	char **commits;	  /* that may be the first bad one, the oldest first */
	size_t commit_count;
	double confidence; /* 0 = the fault always shows */
	struct sequential plan;
	struct tally good_end, bad_end;
	struct hunt_steps steps; /* that were done, as their file has them */
	size_t shown;		 /* of them, on the screen */
};

/* ---- the clone ---- */

static int resolve(const struct history *history, const char *option, const char *name, char **out,
	struct error *error)
{
	autofree char *commit = format_text("%s^{commit}", name);
	autobuffer struct buffer text = {0};

	if (GIT(history->source, &text, NULL, "rev-parse", "--verify", "-q", "--end-of-options",
		    commit))
		return fail(error, "%s: '%s' is no commit of %s", option, name, history->source);
	*out = buffer_take(&text);
	return 0;
}

static int open_source(struct history *history, struct error *error)
{
	const struct hunt_options *hunt = &history->options->hunt;

	history->source = realpath(hunt->git, NULL);
	if (!history->source)
		return fail_errno(error, "--git: %s", hunt->git);
	if (GIT(history->source, NULL, error, "rev-parse", "--git-dir"))
		return fail_within(error, "--git: %s", hunt->git);
	if (resolve(history, "--good", hunt->good, &history->good, error) < 0 ||
		resolve(history, "--bad", hunt->bad, &history->bad, error) < 0)
		return -1;
	if (!strcmp(history->good, history->bad))
		return fail(error, "--good and --bad are the same commit, %.12s", history->good);
	if (GIT(history->source, NULL, NULL, "merge-base", "--is-ancestor", history->good,
		    history->bad))
		return fail(error,
			"--good: %s is no ancestor of %s, expected one (`git merge-base` finds it)",
			hunt->good, hunt->bad);
	return 0;
}

/* What is wrong with the cell or the options is told before anything is cloned. */
static int check_quarry(const struct history *history, struct error *error)
{
	struct built_files built;
	struct quarry quarry;
	int status = built_parse(&built, &history->options->hunt, error);

	if (status < 0)
		return -1;
	status = quarry_open(&quarry, history->options, error);
	quarry_free(&quarry);
	return status;
}

/* Shares the objects, runs nothing of the user's, changes nothing of the user's repository. */
static int make_clone(struct history *history, struct error *error)
{
	history->tree = format_text("%s/tree", history->folder);
	if (GIT(NULL, NULL, error, "clone", "-q", "--shared", "--no-checkout", "--template=", "-c",
		    "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c",
		    "advice.detachedHead=false", "--", history->source, history->tree))
		return fail_within(error, "%s", history->source);
	return 0;
}

/* Lines of git as commits. */
static size_t take_commits(struct buffer *text, char ***out)
{
	size_t count = 0;
	char *rest = NULL;

	for (char *line = strtok_r(text->data, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		*out = realloc(*out, (count + 1) * sizeof(**out));
		if (!*out)
			abort();
		(*out)[count++] = copy_text(line);
	}
	return count;
}

static int list_commits(struct history *history, struct error *error)
{
	autofree char *range = format_text("%s..%s", history->good, history->bad);
	autobuffer struct buffer text = {0};

	if (GIT(history->tree, &text, error, "rev-list", "--reverse", "--topo-order", range))
		return -1;
	history->commit_count = take_commits(&text, &history->commits);
	return 0;
}

/* ---- steps ---- */

static int read_steps(struct history *history, struct error *error)
{
	autofree char *path = format_text("%s/steps.jsonl", history->folder);

	hunt_steps_free(&history->steps);
	return hunt_read(path, &history->steps, error);
}

/* A step's line is in its file before it prints anything. */
static void show_steps(void *context)
{
	struct history *history = context;
	const struct options *options = history->options;

	if (read_steps(history, NULL) < 0)
		return;
	for (; history->shown < history->steps.count; history->shown++) {
		autobuffer struct buffer line = {0};

		hunt_print_step(&line, &history->steps.steps[history->shown]);
		if (strcmp(options->format, "json") != 0 && !options->quiet)
			fputs(line.data, stdout);
	}
	fflush(stdout);
}

/* Our own command as a step's, started where the user started us. */
static void add_step(struct words *words, const struct history *history)
{
	const struct options *options = history->options;
	autofree char *lanes = format_text("%u", options->lanes);

	words_add(words, "env");
	words_add(words, "-C");
	words_add(words, history->here);
	words_add(words, history->self);
	words_add(words, "bisect");
	words_add(words, "--step");
	words_option(words, "git", history->tree);
	words_option(words, "output", history->folder);
	words_option(words, "cell", options->hunt.cell);
	words_option(words, "build", options->hunt.build);
	for (size_t i = 0; i < options->hunt.set_count; i++)
		words_option(words, "set", options->hunt.set[i]);
	words_option(words, "jobs", lanes);
	if (options->keep)
		words_add(words, "--keep");
	words_boot_options(words, options);
}

static void add_cases(struct words *words, const struct options *options)
{
	words_add(words, "--");
	for (size_t i = 0; i < options->case_count; i++)
		words_add(words, options->cases[i]);
}

/* @return the command's status; -1 with the reason */
static int run_steps(struct history *history, const struct words *words, struct error *error)
{
	const struct listener listener = {.heard = show_steps, .context = history};
	autobuffer struct buffer output = {0};
	autofree char *path = format_text("%s/output.log", history->folder);
	int status, result;

	result = run_command_heard(
		words->list, history->tree, 0, &output, &listener, &status, error);
	show_steps(history);
	if (output.size)
		file_append(path, output.data, output.size, NULL);
	return result < 0 ? -1 : status;
}

/* Tests one end. @return 0 with @out among history->steps, or -1 with the reason */
static int test_end(struct history *history, const char *commit, const char *failures,
	const char *boots, const struct hunt_step **out, struct error *error)
{
	size_t before = history->steps.count;
	struct words words = {0};
	int status;

	if (GIT(history->tree, NULL, error, "checkout", "-q", "-f", "--detach", commit))
		return -1;
	add_step(&words, history);
	words_option(&words, "failures", failures);
	words_option(&words, "boots", boots);
	add_cases(&words, history->options);
	status = run_steps(history, &words, error);
	words_free(&words);
	if (status < 0)
		return -1;
	if (history->steps.count == before)
		return fail(error,
			"a step ended with status %d and left no record: see %s/output.log", status,
			history->folder);
	*out = &history->steps.steps[history->steps.count - 1];
	return (*out)->verdict == STEP_STOP ? fail(error, "%s", (*out)->why) : 0;
}

static void add_rule(struct words *words, const struct history *history)
{
	autofree char *boots = format_text("%u", history->plan.passes);
	autofree char *rates = format_text(
		"%.9g:%.9g:%.9g", history->plan.base, history->plan.rate, history->plan.error);

	if (history->plan.base > 0)
		words_option(words, "rates", rates);
	else if (history->confidence > 0)
		words_option(words, "boots", boots);
}

/* What a build changed of the commit must not be in the next one's way. */
static int bisect_run(struct history *history, struct error *error)
{
	static const char *const fixed[] = {"git", "bisect", "run", "sh", "-c",
		"\"$@\"; status=$?; git reset -q --hard; exit $status", "step"};
	struct words words = {0};
	int status;

	if (GIT(history->tree, NULL, error, "bisect", "start", history->bad, history->good))
		return -1;
	if (history->commit_count == 1)
		return 0;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		words_add(&words, fixed[i]);
	add_step(&words, history);
	add_rule(&words, history);
	add_cases(&words, history->options);
	status = run_steps(history, &words, error);
	words_free(&words);
	if (status < 0)
		return -1;
	if (history->steps.count &&
		history->steps.steps[history->steps.count - 1].verdict == STEP_STOP)
		return fail(error, "%s", history->steps.steps[history->steps.count - 1].why);
	return 0;
}

/* ---- the answer ---- */

/* Whatever may still be the first bad commit: git knows. */
static int find_candidates(
	const struct history *history, char ***out, size_t *count, struct error *error)
{
	autobuffer struct buffer text = {0};

	*out = NULL;
	if (GIT(history->tree, &text, error, "rev-list", "--reverse", "--topo-order",
		    "refs/bisect/bad", "--not", "--glob=refs/bisect/good-*"))
		return -1;
	*count = take_commits(&text, out);
	return *count ? 0 : fail(error, "git bisect left no commit");
}

static struct tally *tallies_of(const struct history *history)
{
	struct tally *tallies = calloc(history->commit_count, sizeof(*tallies));

	if (!tallies)
		abort();
	for (size_t s = 2; s < history->steps.count; s++)
		for (size_t i = 0; i < history->commit_count; i++)
			if (!strcmp(history->commits[i], history->steps.steps[s].commit)) {
				tallies[i].failed += history->steps.steps[s].failed;
				tallies[i].passed += history->steps.steps[s].passed;
			}
	return tallies;
}

/* How sure it is that @commit is the first bad one. */
static double certainty(const struct history *history, const char *commit)
{
	autofree struct tally *tallies = tallies_of(history);
	autofree double *chances = calloc(history->commit_count, sizeof(*chances));
	double answer = 0;

	if (!chances)
		abort();
	chances_of_first(
		tallies, history->commit_count, &history->good_end, &history->bad_end, chances);
	for (size_t i = 0; i < history->commit_count; i++)
		if (!strcmp(history->commits[i], commit))
			answer = chances[i];
	return answer;
}

static void print(const struct history *history, struct hunt_report *report)
{
	autofree char *path = format_text("%s/hunt.json", history->folder);
	autobuffer struct buffer json = {0}, text = {0};

	report->steps = &history->steps;
	report->commits = history->commit_count;
	report->folder = history->folder;
	report->chance = history->confidence > 0 && history->plan.rate > 0;
	report->rate = history->plan.rate;
	report->base = history->plan.base;
	report->boots = history->plan.passes;
	hunt_report_json(report, &json);
	hunt_report_text(report, &text);
	file_write(path, json.data, json.size, NULL);
	fputs(!strcmp(history->options->format, "json") ? json.data : text.data, stdout);
	fflush(stdout);
}

static int answer_nothing(const struct history *history, const char *why)
{
	struct hunt_report report = {.answer = ANSWER_NOTHING, .why = why};

	print(history, &report);
	return HUNT_NOTHING;
}

static int answer_undecided(const struct history *history, const char *why)
{
	struct hunt_report report = {.answer = ANSWER_UNDECIDED, .why = why};

	print(history, &report);
	return HUNT_UNDECIDED;
}

static char *about_commit(const struct history *history, const char *commit)
{
	autobuffer struct buffer text = {0};

	if (GIT(history->tree, &text, NULL, "log", "-1", "--format=%s (%an, %ad)", "--date=short",
		    commit))
		return NULL;
	return buffer_take(&text);
}

static int answer(const struct history *history, struct error *error)
{
	struct hunt_report report = {.answer = ANSWER_FOUND};
	autofree char *about = NULL;
	char **candidates;
	size_t count = 0;

	if (find_candidates(history, &candidates, &count, error) < 0)
		return answer_undecided(history, error->text);
	report.candidates = (const char *const *)candidates;
	report.candidate_count = count;
	if (count > 1) {
		report.answer = ANSWER_UNDECIDED;
		report.why = "what lies between cannot be tested";
	} else {
		report.about = about = about_commit(history, candidates[0]);
		report.certainty = certainty(history, candidates[0]);
	}
	print(history, &report);
	for (size_t i = 0; i < count; i++)
		free(candidates[i]);
	free(candidates);
	return count > 1 ? HUNT_UNDECIDED : HUNT_FOUND;
}

/* ---- the ends ---- */

static int untestable(const struct history *history, const char *end, const struct hunt_step *step)
{
	autofree char *why = format_text("the %s end, %.12s, cannot be tested: %s", end,
		step->commit, step->why ? step->why : "");

	return answer_undecided(history, why);
}

static double error_of_step(const struct history *history)
{
	double steps = ceil(log2((double)history->commit_count));

	return (1 - history->confidence) / fmax(steps, 1);
}

/* @return 0 to go on; another exit status with the answer printed; -1 with the reason */
static int test_bad_end(struct history *history, struct error *error)
{
	bool chance = history->confidence > 0;
	const struct hunt_step *step;
	autofree char *why = NULL;

	if (test_end(history, history->bad, chance ? MEASURED_FAILURES : NULL,
		    chance ? MEASURED_BOOTS : NULL, &step, error) < 0)
		return -1;
	if (step->verdict == STEP_SKIP)
		return untestable(history, "bad", step);
	why = format_text("the bad end, %.12s, passes (%u boot%s)", step->commit, step->passed,
		step->passed == 1 ? "" : "s");
	if (step->verdict == STEP_GOOD)
		return answer_nothing(history, why);
	history->bad_end = (struct tally){.failed = step->failed, .passed = step->passed};
	return 0;
}

/* A good end that fails now and then, too, is good if it fails less often, for sure. */
static bool is_good(const struct history *history, const struct hunt_step *step)
{
	return step->verdict == STEP_GOOD ||
	       (history->confidence > 0 && chance_of_more(&history->good_end, &history->bad_end) >=
						   history->confidence);
}

static int test_good_end(struct history *history, struct error *error)
{
	bool chance = history->confidence > 0;
	unsigned needed = boots_needed(&history->bad_end, error_of_step(history));
	autofree char *boots = format_text("%u", !chance		? 1
						 : needed > GOOD_PASSES ? needed
									: GOOD_PASSES);
	const struct hunt_step *step;
	autofree char *why = NULL;

	if (test_end(history, history->good, chance ? MEASURED_FAILURES : NULL, boots, &step,
		    error) < 0)
		return -1;
	if (step->verdict == STEP_SKIP)
		return untestable(history, "good", step);
	history->good_end = (struct tally){.failed = step->failed, .passed = step->passed};
	why = format_text("the good end, %.12s, fails already (%u of %u boots): %s", step->commit,
		step->failed, step->failed + step->passed, step->why ? step->why : "");
	return is_good(history, step) ? 0 : answer_nothing(history, why);
}

/* @return an exit status; -1 with the reason */
static int hunt(struct history *history, struct error *error)
{
	int status = test_bad_end(history, error);

	if (status == 0)
		status = test_good_end(history, error);
	if (status != 0)
		return status;
	if (history->confidence > 0)
		sequential_plan(&history->plan, &history->good_end, &history->bad_end,
			error_of_step(history));
	return bisect_run(history, error) < 0 ? -1 : answer(history, error);
}

/* The records of two hunts do not go into one file. */
static int check_folder(const char *folder, struct error *error)
{
	static const char *const names[] = {"steps.jsonl", "tree"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autofree char *path = format_text("%s/%s", folder, names[i]);

		if (file_exists(path))
			return fail(error, "-o: %s is of an earlier hunt, expected another folder",
				path);
	}
	return 0;
}

static int open_history(struct history *history, struct error *error)
{
	git_forget_caller();
	history->here = getcwd(NULL, 0);
	history->self = realpath("/proc/self/exe", NULL);
	if (!history->here || !history->self)
		return fail_errno(error, "cannot tell where we are");
	if (hunt_confidence(&history->options->hunt, &history->confidence, error) < 0 ||
		open_source(history, error) < 0 || check_quarry(history, error) < 0)
		return -1;
	history->folder = hunt_folder(history->options, error);
	return history->folder ? check_folder(history->folder, error) : -1;
}

static void close_history(struct history *history)
{
	if (history->tree)
		folder_remove(history->tree, NULL);
	for (size_t i = 0; i < history->commit_count; i++)
		free(history->commits[i]);
	free(history->commits);
	hunt_steps_free(&history->steps);
	free(history->source);
	free(history->folder);
	free(history->tree);
	free(history->here);
	free(history->self);
	free(history->good);
	free(history->bad);
}

/* The clone goes however the hunt ends. */
static int hunt_in_clone(struct history *history, struct error *error)
{
	int status = -1;

	if (make_clone(history, error) == 0 && list_commits(history, error) == 0)
		status = hunt(history, error);
	if (interrupt_signal())
		return fail(error, "interrupted; what was tested is in %s", history->folder),
		       128 + interrupt_signal();
	if (status >= 0) {
		error->text[0] = '\0';
		return status;
	}
	return HUNT_UNDECIDED;
}

int bisect_history(const struct options *options, struct error *error)
{
	struct history history = {.options = options};
	int status = STATUS_USAGE;

	if (open_history(&history, error) == 0) {
		interrupt_catch();
		signal(SIGPIPE, SIG_IGN); /* who reads our lines may go: the clone goes, too */
		status = hunt_in_clone(&history, error);
	}
	close_history(&history);
	return status;
}
