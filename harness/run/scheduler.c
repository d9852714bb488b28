#include "run/scheduler.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "run/outcome.h"
#include "run/pair.h"

struct run;

/* One of the concurrent boots of a run. */
struct lane {
	struct run *run;
	bool busy;
	const struct cell *cell;
	struct job job;
	struct trial *trial;
	struct result result;
	char *folder;	 /* absolute, of the cell */
	uint64_t memory; /* bytes of guest memory that this lane has claimed */
	uint64_t began;
	bool replaced; /* what carries the guest died, and the cell has had another */
};

struct run {
	struct stage *stage;
	const struct cell_list *cells;
	const struct policy *policy;
	const struct reporter *reporter;
	struct summary *summary;
	uv_loop_t loop;
	uv_signal_t signals[2];
	struct lane *lanes;
	size_t next; /* first cell that nobody has taken */
	size_t done;
	size_t planned;
	int journal;		/* append-only descriptor */
	uint64_t memory_budget; /* bytes for all guests together */
	uint64_t memory_used;
	bool halted; /* start nothing more */
	int signal;
	struct error trouble; /* why the run cannot go on */
};

static void lanes_fill(struct run *run);

/* Three quarters of what Linux says is available leave room for payloads, page cache and the
 * emulators themselves. */
static uint64_t memory_budget(void)
{
	autofile FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	unsigned long long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	return kib ? kib * 1024 / 4 * 3 : UINT64_MAX;
}

static void journal_write(struct run *run, const struct buffer *line)
{
	ssize_t done = write(run->journal, line->data, line->size);

	if (done != (ssize_t)line->size && !run->halted) {
		fail_errno(&run->trouble, "cannot write the journal in %s", run->stage->folder);
		run->halted = true;
	}
}

static bool as_expected(enum outcome outcome)
{
	return outcome == OUTCOME_PASS || outcome == OUTCOME_XFAIL || outcome == OUTCOME_SKIP;
}

/* The verdict of a cell: journal first, then everybody else. */
static void lane_publish(struct lane *lane)
{
	struct run *run = lane->run;
	autobuffer struct buffer line = {0};

	journal_add_cell(&line, &lane->result);
	journal_write(run, &line);
	summary_add(run->summary, &lane->result);
	run->done++;
	if (run->policy->fail_fast && !as_expected(lane->result.outcome))
		run->halted = true;
	if (run->policy->enough && run->policy->enough(run->policy->context, &lane->result))
		run->halted = true;
	if (run->reporter->verdict)
		run->reporter->verdict(
			run->reporter->context, &lane->result, run->done, run->planned);
}

static void lane_clear(struct lane *lane)
{
	lane->run->memory_used -= lane->memory;
	lane->memory = 0;
	lane->busy = false;
	lane->replaced = false;
	job_free(&lane->job);
	result_free(&lane->result);
	free(lane->folder);
	lane->folder = NULL;
}

static void lane_broken(struct lane *lane, const char *why)
{
	struct attempt attempt = {.outcome = OUTCOME_BROKEN, .reason = (char *)why};

	outcome_attempt(&lane->result, &attempt);
	outcome_conclude(&lane->result, lane->cell, NULL);
}

static void lane_conclude(struct lane *lane, const char *rules, double judging, double reaction,
	const struct phase *phases, size_t phase_count)
{
	struct run *run = lane->run;
	struct error error;
	uint64_t began = clock_now();
	struct attempt *last = &lane->result.attempts[lane->result.attempt_count - 1];

	if (!run->policy->alone && pair_judge(run->stage->folder, lane->cell, last))
		rules = PAIR_RULE;
	outcome_conclude(&lane->result, lane->cell, rules);
	outcome_phase(&lane->result, "boot", lane->result.seconds);
	for (size_t i = 0; i < phase_count; i++)
		outcome_phase(&lane->result, phases[i].name, phases[i].seconds);
	if (judging > 0)
		outcome_phase(&lane->result, "layout", judging);
	outcome_phase(&lane->result, "verdict", reaction);
	if (notebook_conclude(lane->folder, run->stage, &lane->job, &lane->result,
		    run->stage->choices.keep, &error) < 0)
		lane_broken(lane, error.text);
	outcome_phase(&lane->result, "record", milliseconds(clock_now() - began) / 1e3);
}

static bool lane_boot(struct lane *lane);

static size_t copy_phases(const struct trial *trial, struct phase *out)
{
	size_t count;
	const struct phase *phases = trial_phases(trial, &count);

	memcpy(out, phases, count * sizeof(*out));
	return count;
}

/* What carries the guest died, or our part of it failed: the next clone may fare better. Once;
 * plain QEMU is itself under test, and a death that was declared is as wished. */
static bool lane_replaces(struct lane *lane, const struct trial *trial)
{
	const struct expected_failure *declared = cell_expected_failure(lane->cell);

	if (lane->replaced || !trial_lost_machine(trial) ||
		!strcmp(lane->job.engine->name, "qemu") ||
		(declared && declared->failure == FAILURE_CRASH))
		return false;
	lane->replaced = true;
	return true;
}

static bool lane_tries_again(struct lane *lane, const struct trial *trial)
{
	const struct run *run = lane->run;
	size_t failures = lane->result.attempt_count - (lane->replaced ? 1 : 0);
	const struct attempt *attempt = trial_attempt(trial);
	size_t tries = run->policy->retry;

	if (run->signal)
		return false;
	if (!tries && cell_tried_again(lane->cell, attempt->failure))
		tries = 1;
	return lane_replaces(lane, trial) ||
	       (attempt->outcome == OUTCOME_FAIL && !cell_expected_failure(lane->cell) &&
		       failures < tries);
}

static void on_trial_done(void *context, struct trial *trial)
{
	struct lane *lane = context;
	struct run *run = lane->run;
	const struct attempt *attempt = trial_attempt(trial);
	bool again = lane_tries_again(lane, trial);
	autofree char *rules = copy_text(trial_rules(trial));
	double judging = trial_judge_seconds(trial);
	double reaction = trial_reaction(trial);
	struct phase phases[RESULT_PHASES];
	size_t phase_count;

	phase_count = copy_phases(trial, phases);
	outcome_attempt(&lane->result, attempt);
	trial_free(trial);
	lane->trial = NULL;
	if (again && lane_boot(lane))
		return;
	if (!run->signal) {
		lane_conclude(lane, rules, judging, reaction, phases, phase_count);
		lane_publish(lane);
	}
	lane_clear(lane);
	lanes_fill(run);
}

static void on_trial_bytes(void *context, enum channel channel, const char *bytes, size_t size)
{
	const struct reporter *reporter = ((struct lane *)context)->run->reporter;

	if (reporter->bytes)
		reporter->bytes(reporter->context, channel, bytes, size);
}

/* Starts an attempt; false when that is impossible, and then the cell is broken. */
static bool lane_boot(struct lane *lane)
{
	struct trial_hooks hooks = {
		.done = on_trial_done, .bytes = on_trial_bytes, .context = lane};
	struct error error;

	lane->trial = trial_start(&lane->run->loop, &lane->job, lane->folder, &hooks, &error);
	if (lane->trial)
		return true;
	lane_broken(lane, error.text);
	return false;
}

static bool lane_prepare(struct lane *lane)
{
	struct run *run = lane->run;
	autofree char *apart =
		run->policy->alone ? NULL : pair_apart(run->cells, run->stage->folder, lane->cell);
	const char *skip = cell_skip(lane->cell) ? cell_skip(lane->cell) : apart;
	struct error error;

	outcome_begin(&lane->result, lane->cell);
	if (skip) {
		outcome_without_boot(&lane->result, OUTCOME_SKIP, skip);
		return false;
	}
	lane->folder = format_text("%s/%s", run->stage->folder, lane->result.folder);
	if (job_prepare(&lane->job, run->stage, lane->cell, &error) < 0) {
		outcome_without_boot(&lane->result, OUTCOME_BROKEN, error.text);
		return false;
	}
	outcome_payload(&lane->result, &lane->job);
	outcome_phase(&lane->result, "prepare", milliseconds(clock_now() - lane->began) / 1e3);
	return true;
}

/* Takes a cell. Returns with the lane busy, or idle again when the cell needed no boot. */
static void lane_take(struct lane *lane, const struct cell *cell, uint64_t memory)
{
	struct run *run = lane->run;

	lane->busy = true;
	lane->cell = cell;
	lane->began = clock_now();
	lane->memory = memory;
	run->memory_used += memory;
	if (lane_prepare(lane)) {
		if (run->reporter->started)
			run->reporter->started(run->reporter->context, lane->result.id);
		if (lane_boot(lane))
			return;
	}
	lane_publish(lane);
	lane_clear(lane);
}

static bool fits_memory(const struct run *run, uint64_t memory)
{
	return run->memory_used == 0 || run->memory_used + memory <= run->memory_budget;
}

static void signals_close(struct run *run)
{
	for (size_t i = 0; i < 2; i++)
		if (!uv_is_closing((uv_handle_t *)&run->signals[i]))
			uv_close((uv_handle_t *)&run->signals[i], NULL);
}

static bool any_busy(const struct run *run)
{
	assert(run->lanes);
	for (unsigned i = 0; i < run->policy->lanes; i++)
		if (run->lanes[i].busy)
			return true;
	return false;
}

static struct lane *idle_lane(struct run *run)
{
	assert(run->lanes);
	for (unsigned i = 0; i < run->policy->lanes; i++)
		if (!run->lanes[i].busy)
			return &run->lanes[i];
	return NULL;
}

static void lanes_fill(struct run *run)
{
	struct lane *lane;

	while (!run->halted && run->next < run->cells->count && (lane = idle_lane(run))) {
		const struct cell *cell = &run->cells->cells[run->next];
		uint64_t memory = cell_value(cell, AXIS_MEMORY)->number;

		if (!fits_memory(run, memory))
			break;
		run->next++;
		lane_take(lane, cell, memory);
	}
	if (!any_busy(run))
		signals_close(run);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct run *run = handle->data;

	run->signal = number;
	run->halted = true;
	for (unsigned i = 0; i < run->policy->lanes; i++)
		if (run->lanes[i].trial)
			trial_abandon(run->lanes[i].trial, "interrupted");
}

static int run_open(struct run *run, const struct run_facts *facts, struct error *error)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	autofree char *path = format_text("%s/journal.jsonl", run->stage->folder);
	int mode = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;

	run->journal = open(path, run->policy->resume ? mode : mode | O_TRUNC, 0644);
	if (run->journal < 0)
		return fail_errno(error, "%s", path);
	if (!run->policy->resume) {
		autobuffer struct buffer line = {0};

		journal_add_run(&line, facts);
		journal_write(run, &line);
	}
	uv_loop_init(&run->loop);
	for (size_t i = 0; i < 2; i++) {
		uv_signal_init(&run->loop, &run->signals[i]);
		run->signals[i].data = run;
		uv_signal_start(&run->signals[i], on_signal, numbers[i]);
	}
	run->lanes = calloc(run->policy->lanes, sizeof(*run->lanes));
	if (!run->lanes)
		return fail(error, "no memory for %u lanes", run->policy->lanes);
	for (unsigned i = 0; i < run->policy->lanes; i++)
		run->lanes[i].run = run;
	return 0;
}

static void run_close(struct run *run)
{
	autobuffer struct buffer line = {0};

	if (!run->signal && run->next == run->cells->count) {
		journal_add_summary(&line, run->summary);
		journal_write(run, &line);
	}
	uv_loop_close(&run->loop);
	close(run->journal);
	free(run->lanes);
}

/* Processor time that this process has used, its children not counted. */
static double own_cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int scheduler_run(struct stage *stage, const struct cell_list *cells, const struct policy *policy,
	const struct run_facts *facts, size_t done_already, const struct reporter *reporter,
	struct summary *summary, int *interrupted, struct error *error)
{
	struct run run = {.stage = stage,
		.cells = cells,
		.policy = policy,
		.reporter = reporter,
		.summary = summary,
		.done = done_already,
		.planned = done_already + cells->count,
		.memory_budget = memory_budget()};
	uint64_t began = clock_now();

	if (run_open(&run, facts, error) < 0)
		return -1;
	if (reporter->begin)
		reporter->begin(reporter->context, facts);
	lanes_fill(&run);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	summary->seconds += milliseconds(clock_now() - began) / 1e3;
	summary->cpu_seconds = own_cpu_seconds();
	run_close(&run);
	*interrupted = run.signal;
	return run.trouble.text[0] ? fail(error, "%s", run.trouble.text) : 0;
}
