#include "run/trial.h"

#include "run/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#define TICK_MS 100 /* how often progress is looked at */
#define IDLE_MS 200 /* a guest that is silent for so long is asked whether it is halted */
#define SETTLE_MS                                                                                  \
	40 /* what follows a verdict's cause still goes to the log: a call trace, a panic after    \
	      success */

enum { TRIAL_PHASES = 8 };

struct trial {
	const struct job *job;
	struct trial_hooks hooks;
	struct notebook notebook;
	struct matcher *matcher;
	struct boot *boot;
	struct judge judge;
	uv_timer_t tick;
	uv_timer_t settle;
	unsigned open_handles;
	struct attempt attempt;
	struct observation seen;
	bool moved;
	bool over;	     /* the reason for the end is settled; the boot is being stopped */
	bool ended;	     /* EVENT_ENDED came */
	bool lost;	     /* the engine's own part of it failed */
	bool settling;	     /* over is near: the settle timer runs */
	uint64_t spawned;    /* clock at the start */
	uint64_t caused;     /* clock when the reason for the end was seen; 0 = not yet */
	uint64_t boot_start; /* engine time at which the current boot began: 0, or the last reset */
	uint64_t last_sign;  /* engine time of the last byte or device progress */
	uint64_t touched;    /* guest memory in use at that time */
	uint64_t now;	     /* engine time, as far as known */
	uint64_t marked;     /* when the last phase was over */
	struct phase phases[TRIAL_PHASES];
	size_t phase_count;
	char *violation;   /* the first rule broken, as one line */
	char *rules;	   /* all rules broken */
	char words[256];   /* last words of the emulator */
	double reaction;   /* seconds from @caused to the verdict */
	char trouble[512]; /* what failed on our side */
};

/* A phase of the boot is over. @param name a literal */
static void mark(struct trial *trial, const char *name, uint64_t at)
{
	if (trial->phase_count == TRIAL_PHASES)
		return;
	trial->phases[trial->phase_count++] =
		(struct phase){name, milliseconds(at - trial->marked) / 1e3};
	trial->marked = at;
}

static uint32_t scaled_ms(const struct trial *trial, uint64_t since)
{
	return (uint32_t)(milliseconds(trial->now - since) / trial->job->scale);
}

static void note_cause(struct trial *trial)
{
	if (!trial->caused)
		trial->caused = clock_now();
}

/* Settles why the watch ends, and stops the machine; the verdict waits until all is drained. */
static void trial_end(struct trial *trial, enum watch_end end)
{
	if (trial->over)
		return;
	note_cause(trial);
	trial->over = true;
	trial->seen.end = end;
	trial->seen.seconds = milliseconds(trial->now - trial->boot_start) / 1e3;
	uv_timer_stop(&trial->tick);
	uv_timer_stop(&trial->settle);
	if (trial->boot && !trial->ended)
		trial->job->engine->stop(trial->boot);
}

static void on_settled(uv_timer_t *timer)
{
	struct trial *trial = timer->data;

	trial_end(trial, trial->seen.end);
}

static void trial_broken(struct trial *trial, const char *why)
{
	if (!trial->trouble[0])
		snprintf(trial->trouble, sizeof(trial->trouble), "%.*s",
			(int)sizeof(trial->trouble) - 1, why);
	trial_end(trial, WATCH_BROKEN);
}

/* Ends the watch a moment later, so that the log shows what came next. */
static void trial_settle(struct trial *trial, enum watch_end end)
{
	if (trial->over || trial->settling)
		return;
	note_cause(trial);
	trial->settling = true;
	trial->seen.end = end;
	uv_timer_start(&trial->settle, on_settled, SETTLE_MS, 0);
}

/* The guest is moved once, before its last expectation: that has to be met by the moved one. */
static void move_if_due(struct trial *trial)
{
	size_t of, met = matcher_progress(trial->matcher, &of);

	if (!trial->job->move || trial->moved || met + 1 < of)
		return;
	trial->moved = true;
	trial->job->engine->move(trial->boot, trial->job->move);
}

/* What the bytes so far mean for the watch. */
static void trial_review(struct trial *trial)
{
	const struct case_ending *ending = cell_ending(trial->job->cell);

	if (matcher_finding(trial->matcher)->failure != FAILURE_NONE)
		trial_settle(trial, WATCH_FINDING);
	else if (matcher_refusal(trial->matcher) &&
		 (ending->ending != END_REFUSED || matcher_met(trial->matcher)))
		trial_settle(trial, WATCH_REFUSED);
	else if (ending->ending == END_NONE && matcher_met(trial->matcher))
		trial_settle(trial, WATCH_MET);
}

static void remember_words(struct trial *trial, const char *bytes, size_t size)
{
	autobuffer struct buffer shown = {0};

	while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r'))
		size--;
	add_printable(&shown, bytes, size, sizeof(trial->words) / 2);
	if (shown.size)
		snprintf(trial->words, sizeof(trial->words), "%s", shown.data);
}

static void on_bytes(struct trial *trial, const struct event *event)
{
	trial->last_sign = event->at;
	if (event->channel == CHANNEL_EMULATOR)
		remember_words(trial, event->bytes, event->size);
	else if (event->channel != CHANNEL_HOST)
		trial->seen.spoke = true;
	if (event->channel == trial->job->report)
		judge_hear(&trial->judge, event->bytes, event->size);
	notebook_log(&trial->notebook, event->channel, event->bytes, event->size,
		milliseconds(event->at) / 1e3);
	if (trial->hooks.bytes)
		trial->hooks.bytes(trial->hooks.context, event->channel, event->bytes, event->size);
	matcher_feed(trial->matcher, event->channel, event->bytes, event->size,
		scaled_ms(trial, trial->boot_start));
	if (!trial->over)
		move_if_due(trial);
	if (!trial->over)
		trial_review(trial);
}

/* The guest switched itself off as it should, and the case wants to see it boot again. */
static bool boots_again(struct trial *trial, enum cause cause)
{
	const struct case_ending *ending = cell_ending(trial->job->cell);

	if (judge_violation(&trial->judge) || trial->seen.boot >= trial->job->resets ||
		!matcher_met(trial->matcher) ||
		matcher_finding(trial->matcher)->failure != FAILURE_NONE)
		return false;
	if ((ending->ending == END_POWEROFF && cause != CAUSE_POWEROFF) ||
		(ending->ending == END_RESET && cause != CAUSE_RESET) ||
		ending->ending == END_REFUSED)
		return false;
	trial->seen.boot++;
	trial->boot_start = trial->now;
	trial->last_sign = trial->now;
	matcher_again(trial->matcher);
	judge_passed(&trial->judge);
	judge_again(&trial->judge);
	trial->job->engine->reset(trial->boot);
	return true;
}

/* What an engine says of a death. */
static void note_words(struct trial *trial, const struct event *event)
{
	if (event->bytes && !trial->trouble[0])
		snprintf(trial->trouble, sizeof(trial->trouble), "%.*s", (int)event->size,
			event->bytes);
}

static void on_stopped(struct trial *trial, const struct event *event)
{
	if (trial->over)
		return;
	mark(trial, "kernel", event->at);
	matcher_end(trial->matcher, scaled_ms(trial, trial->boot_start));
	judge_agree(&trial->judge, trial->job, event->cause == CAUSE_POWEROFF);
	if (boots_again(trial, event->cause))
		return;
	note_words(trial, event);
	trial->seen.cause = event->cause;
	trial->seen.code = event->code;
	trial_end(trial, WATCH_GUEST);
}

/* A broken rule is the finding. */
static void trial_hear_judge(struct trial *trial)
{
	const struct violation *violation = judge_violation(&trial->judge);

	if (!violation)
		return;
	free(trial->violation);
	trial->violation = copy_text(violation->text);
	free(trial->rules);
	trial->rules = judge_rules(&trial->judge);
	trial->seen.finding = (struct finding){FAILURE_LAYOUT, trial->violation};
}

/* A kernel that the judge never saw is no pass. */
static void trial_decide(struct trial *trial)
{
	const struct case_ending *ending = cell_ending(trial->job->cell);

	verdict_decide(&trial->seen, ending, &trial->attempt);
	if (trial->attempt.outcome != OUTCOME_PASS || trial->seen.refusal)
		return;
	judge_passed(&trial->judge);
	trial_hear_judge(trial);
	verdict_decide(&trial->seen, ending, &trial->attempt);
}

static void trial_judge(struct trial *trial)
{
	struct observation *seen = &trial->seen;
	autofree char *missing = matcher_missing(trial->matcher);

	seen->met = matcher_met(trial->matcher);
	seen->entered = trial->judge.seen;
	seen->finding = *matcher_finding(trial->matcher);
	seen->refusal = matcher_refusal(trial->matcher);
	seen->refusals = matcher_refusals(trial->matcher);
	seen->missing = missing;
	seen->words = trial->words;
	judge_agree(&trial->judge, trial->job, false);
	trial_hear_judge(trial);
	if (trial->notebook.trouble[0]) {
		seen->end = WATCH_BROKEN;
		snprintf(trial->trouble, sizeof(trial->trouble), "%s", trial->notebook.trouble);
	}
	seen->trouble = trial->trouble;
	trial_decide(trial);
	trial->attempt.seconds = milliseconds(clock_now() - trial->spawned) / 1e3;
	trial->reaction = milliseconds(clock_now() - trial->caused) / 1e3;
}

/* What the oracle saw goes to the cell's folder; that it cannot be written makes nothing greener.
 */
static void record_judgement(struct trial *trial)
{
	struct error error;

	if (judge_record(&trial->judge, trial->notebook.folder, &error) < 0) {
		trial->attempt.outcome = OUTCOME_BROKEN;
		free(trial->attempt.reason);
		trial->attempt.reason = copy_text(error.text);
	}
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct trial *trial = handle->data;

	if (--trial->open_handles > 0)
		return;
	record_judgement(trial);
	notebook_close(&trial->notebook);
	if (trial->boot)
		trial->job->engine->release(trial->boot);
	trial->boot = NULL;
	trial->hooks.done(trial->hooks.context, trial);
}

static void on_ended(struct trial *trial, const struct event *event)
{
	note_cause(trial);
	trial->ended = true;
	if (event->cause == CAUSE_ENGINE) {
		trial->lost = true;
		snprintf(trial->trouble, sizeof(trial->trouble), "%.*s", (int)event->size,
			event->bytes);
		trial->seen.end = WATCH_BROKEN;
		trial->over = true;
	} else if (!trial->over) {
		note_words(trial, event);
		trial->seen.cause = event->cause;
		trial->seen.code = event->code;
		trial_end(trial, WATCH_GUEST);
	}
	matcher_end(trial->matcher, scaled_ms(trial, trial->boot_start));
	trial_judge(trial);
	uv_close((uv_handle_t *)&trial->tick, on_handle_closed);
	uv_close((uv_handle_t *)&trial->settle, on_handle_closed);
}

/* The oracle looks at a machine that stands still. */
static void on_frozen(struct trial *trial, const struct event *event)
{
	bool entered = trial->judge.before, seen = trial->judge.seen;
	enum judge_answer answer;
	struct error error;

	if (trial->over)
		return;
	answer = judge_see(&trial->judge, trial->job, trial->boot, event, &error);
	if (!entered && trial->judge.before)
		mark(trial, "firmware", event->at);
	if (!seen && trial->judge.seen)
		mark(trial, "load", event->at);
	switch (answer) {
	case JUDGE_GO_ON:
		trial->job->engine->thaw(trial->boot, FREEZE_ALL);
		break;
	case JUDGE_ENTERED:
		trial->job->engine->thaw(trial->boot, FREEZE_LATE);
		break;
	case JUDGE_DONE:
		trial->job->engine->thaw(trial->boot, FREEZE_NONE);
		break;
	case JUDGE_GUILTY:
		trial_end(trial, WATCH_FINDING);
		break;
	case JUDGE_TROUBLE:
		trial_broken(trial, error.text);
		break;
	}
}

static void on_event(void *context, const struct event *event)
{
	struct trial *trial = context;

	if (event->at > trial->now)
		trial->now = event->at;
	switch (event->kind) {
	case EVENT_BYTES:
		on_bytes(trial, event);
		break;
	case EVENT_STARTED:
		break;
	case EVENT_MARK:
		mark(trial, event->bytes, event->at);
		break;
	case EVENT_FROZEN:
		on_frozen(trial, event);
		break;
	case EVENT_STOPPED:
		on_stopped(trial, event);
		break;
	case EVENT_HALTED:
		if (trial->settling) /* decided already, and only the log goes on */
			break;
		trial->seen.limit = milliseconds(trial->now - trial->last_sign) / 1e3;
		trial_end(trial, WATCH_HALTED);
		break;
	case EVENT_ENDED:
		on_ended(trial, event);
		break;
	}
}

/* Time limits; all of them scaled. */
static void check_limits(struct trial *trial)
{
	double scale = trial->job->scale;
	double running = milliseconds(trial->now - trial->boot_start);
	double quiet = milliseconds(trial->now - trial->last_sign);
	double limit = trial->job->cell->from->limit_ms * scale;

	if (scaled_ms(trial, trial->boot_start) >= matcher_deadline(trial->matcher)) {
		matcher_idle(trial->matcher, scaled_ms(trial, trial->boot_start));
		trial_review(trial);
	}

	if (running > limit) {
		trial->seen.limit = limit / 1e3;
		trial_end(trial, WATCH_LIMIT);
	} else if (quiet > trial->job->cell->from->quiet_ms * scale) {
		trial->seen.limit = quiet / 1e3;
		trial_end(trial, WATCH_QUIET);
	} else if (quiet > IDLE_MS) {
		matcher_idle(trial->matcher, scaled_ms(trial, trial->boot_start));
		trial->job->engine->poll(trial->boot);
		trial_review(trial);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct trial *trial = timer->data;
	uint64_t touched;

	if (trial->over || trial->settling)
		return;
	trial->now = clock_now() - trial->spawned;
	touched = trial->job->engine->progress(trial->boot);
	if (touched > trial->touched) {
		trial->touched = touched;
		trial->last_sign = trial->now;
	}
	check_limits(trial);
}

static void timers_open(struct trial *trial, uv_loop_t *loop)
{
	uv_timer_init(loop, &trial->tick);
	uv_timer_init(loop, &trial->settle);
	trial->tick.data = trial;
	trial->settle.data = trial;
	trial->open_handles = 2;
	uv_timer_start(&trial->tick, on_tick, TICK_MS, TICK_MS);
}

struct trial *trial_start(uv_loop_t *loop, const struct job *job, const char *folder,
	const struct trial_hooks *hooks, struct error *error)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	struct boot_request request = {.machine = &job->machine,
		.payload = &job->payload,
		.folder = folder,
		.listener = on_event,
		.context = trial};

	trial->job = job;
	trial->hooks = *hooks;
	trial->spawned = clock_now();
	if (judge_open(&trial->judge, job, error) < 0)
		goto failed;
	request.freeze = trial->judge.points;
	request.freeze_count = trial->judge.point_count;
	if (notebook_open(&trial->notebook, folder, error) < 0)
		goto failed;
	trial->matcher = matcher_new(
		job->expected, job->expected_count, job->variables, job->variable_count, error);
	if (!trial->matcher)
		goto failed;
	trial->boot = job->engine->start(loop, &request, error);
	if (!trial->boot)
		goto failed;
	timers_open(trial, loop);
	return trial;
failed:
	notebook_close(&trial->notebook);
	trial_free(trial);
	return NULL;
}

const struct attempt *trial_attempt(const struct trial *trial)
{
	return &trial->attempt;
}

bool trial_lost_machine(const struct trial *trial)
{
	return trial->lost || trial->attempt.failure == FAILURE_CRASH;
}

double trial_judge_seconds(const struct trial *trial)
{
	return trial->judge.seconds;
}

double trial_reaction(const struct trial *trial)
{
	return trial->reaction;
}

const struct phase *trial_phases(const struct trial *trial, size_t *count)
{
	*count = trial->phase_count;
	return trial->phases;
}

const char *trial_rules(const struct trial *trial)
{
	return trial->rules;
}

void trial_abandon(struct trial *trial, const char *why)
{
	trial_broken(trial, why);
}

void trial_free(struct trial *trial)
{
	if (trial->matcher)
		matcher_free(trial->matcher);
	judge_close(&trial->judge);
	free(trial->violation);
	free(trial->rules);
	free(trial->attempt.reason);
	free(trial);
}
