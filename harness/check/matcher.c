#include "check/matcher.h"

#include <stdlib.h>

#include "base/text.h"
#include "check/line.h"
#include "check/panics.h"
#include "check/wish.h"

/* One channel's lines. */
struct ear {
	struct line_reader lines;
	bool answered;	   /* the unfinished line has met an ordered expectation: no further one */
	unsigned refusals; /* of a ROM, since power-on */
};

struct matcher {
	struct wish *wishes; /* in the order of the case */
	size_t count;
	struct ear ears[CHANNELS];
	struct finding finding;
	char *refusal;
	size_t cut;	 /* lines over the limit */
	uint32_t now_ms; /* time of the bytes that are being looked at */
};

/* What a line is handed over with. */
struct hearing {
	struct matcher *matcher;
	enum channel channel;
};

static void find(struct matcher *matcher, enum failure failure, struct buffer *reason)
{
	matcher->finding.failure = failure;
	matcher->finding.reason = buffer_take(reason);
}

static bool has_found(const struct matcher *matcher)
{
	return matcher->finding.failure != FAILURE_NONE;
}

/* Names a wish and where it listens: "line 12: expected /x/ on serial". */
static void add_wish(struct buffer *out, const struct wish *wish, const char *verb)
{
	wish_add_place(out, wish->from);
	buffer_printf(out, "%s /%s/ on %s", verb, wish->shown, channel_name(wish->from->channel));
}

struct matcher *matcher_new(const struct expectation *const *expected, size_t count,
	const struct variable *variables, size_t variable_count, struct error *error)
{
	struct matcher *matcher;

	if (panics_prepare(error))
		return NULL;
	matcher = calloc(1, sizeof(*matcher));
	if (!matcher || !(matcher->wishes = calloc(count + 1, sizeof(*matcher->wishes))))
		abort();
	for (int i = 0; i < CHANNELS; i++)
		matcher->ears[i].lines.limit = MATCHER_LINE_LIMIT;
	matcher->count = count;
	for (size_t i = 0; i < count; i++) {
		if (!wish_prepare(
			    &matcher->wishes[i], expected[i], variables, variable_count, error))
			continue;
		matcher_free(matcher);
		return NULL;
	}
	return matcher;
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	for (size_t i = 0; i < matcher->count; i++)
		wish_free(&matcher->wishes[i]);
	for (int i = 0; i < CHANNELS; i++)
		lines_free(&matcher->ears[i].lines);
	free(matcher->wishes);
	free(matcher->finding.reason);
	free(matcher->refusal);
	free(matcher);
}

/* A forbidden text with `within` is forbidden only so long. */
static bool is_over(const struct matcher *matcher, const struct expectation *from)
{
	return from->within_ms && matcher->now_ms > from->within_ms;
}

static void forbid(struct matcher *matcher, const struct wish *wish, const struct line *line)
{
	struct buffer reason = {0};

	if (is_over(matcher, wish->from))
		return;
	add_wish(&reason, wish, "forbidden");
	buffer_add_text(&reason, ": ");
	add_quoted_line(&reason, line);
	find(matcher, FAILURE_SERIAL, &reason);
}

static void give_up(struct matcher *matcher, const struct wish *wish, const struct line *line)
{
	struct buffer reason = {0};

	wish_add_place(&reason, wish->from);
	buffer_printf(&reason, "pattern /%s/ backtracks too far (limit of %d) on ", wish->shown,
		PATTERN_MATCH_LIMIT);
	add_quoted_line(&reason, line);
	find(matcher, FAILURE_SERIAL, &reason);
}

/* @return true when the wish is met by this line */
static bool ask(struct matcher *matcher, struct wish *wish, const struct line *line)
{
	struct buffer why = {0};

	switch (wish_ask(wish, line, &why)) {
	case ANSWER_NONE:
		return false;
	case ANSWER_LIMIT:
		give_up(matcher, wish, line);
		return false;
	case ANSWER_DIFFERS:
		if (wish->from->kind != EXPECT_FORBIDDEN)
			find(matcher, FAILURE_SERIAL, &why);
		buffer_free(&why);
		return false;
	case ANSWER_MATCH:
		if (wish->from->kind == EXPECT_FORBIDDEN)
			forbid(matcher, wish, line);
		else
			wish->met = true;
	}
	return wish->met;
}

/* Holds a line against a channel's wishes: the first unmet ordered one, every unmet unordered one,
 * every forbidden one. An unfinished line concerns only those that have `prompt`. */
static void ask_all(
	struct matcher *matcher, enum channel channel, const struct line *line, bool unfinished)
{
	struct ear *ear = &matcher->ears[channel];
	bool ordered_asked = ear->answered;

	for (size_t i = 0; i < matcher->count && !has_found(matcher); i++) {
		struct wish *wish = &matcher->wishes[i];
		bool ordered = wish->from->kind == EXPECT_ORDERED;

		if (wish->met || wish->from->channel != channel || (ordered && ordered_asked))
			continue;
		ordered_asked |= ordered;
		if (unfinished && !wish->from->prompt)
			continue;
		if (ask(matcher, wish, line) && ordered && unfinished)
			ear->answered = true;
	}
}

static void panic(struct matcher *matcher, enum channel channel, const struct panic_row *row,
	const struct line *line)
{
	struct buffer reason = {0};

	buffer_printf(&reason, "%s on %s: ", row->name, channel_name(channel));
	add_quoted_line(&reason, line);
	find(matcher, row->failure, &reason);
}

/* Who says it on a console is done with it in one line; tools have more to say. */
static void note_refusal(struct matcher *matcher, enum channel channel, const struct panic_hit *hit)
{
	struct buffer words = {0};

	matcher->ears[channel].refusals += !(hit->row->channels & 1u << CHANNEL_EMULATOR);
	if (matcher->refusal)
		return;
	add_printable(&words, hit->words, hit->size, SHOWN_LIMIT);
	matcher->refusal = buffer_take(&words);
}

/* The words of a refusal are complete only when its line is; a panic is one however it ends. */
static void search_panics(
	struct matcher *matcher, enum channel channel, const struct line *line, bool unfinished)
{
	struct panic_hit hit;

	if (has_found(matcher) || !panics_search(channel, line, &hit))
		return;
	if (hit.row->failure != FAILURE_REFUSED)
		panic(matcher, channel, hit.row, line);
	else if (!unfinished)
		note_refusal(matcher, channel, &hit);
}

static void take_line(void *context, const struct line *line)
{
	const struct hearing *hearing = context;
	struct matcher *matcher = hearing->matcher;

	matcher->cut += line->cut;
	ask_all(matcher, hearing->channel, line, false);
	search_panics(matcher, hearing->channel, line, false);
	matcher->ears[hearing->channel].answered = false;
}

/* Finds the first wish whose time is over. */
static void check_deadlines(struct matcher *matcher, uint32_t at_ms)
{
	struct buffer reason = {0};

	matcher->now_ms = at_ms;
	for (size_t i = 0; i < matcher->count && !has_found(matcher); i++) {
		const struct wish *wish = &matcher->wishes[i];

		if (wish->met || wish->from->kind == EXPECT_FORBIDDEN ||
			!is_over(matcher, wish->from))
			continue;
		add_wish(&reason, wish, "expected");
		buffer_printf(&reason, " within %u ms, not seen after %u ms",
			(unsigned)wish->from->within_ms, (unsigned)at_ms);
		find(matcher, FAILURE_SERIAL, &reason);
	}
}

void matcher_feed(struct matcher *matcher, enum channel channel, const char *bytes, size_t size,
	uint32_t at_ms)
{
	struct hearing hearing = {matcher, channel};

	check_deadlines(matcher, at_ms);
	if (!has_found(matcher))
		lines_feed(&matcher->ears[channel].lines, bytes, size, take_line, &hearing);
}

void matcher_idle(struct matcher *matcher, uint32_t at_ms)
{
	struct line line;

	check_deadlines(matcher, at_ms);
	for (int i = 0; i < CHANNELS; i++) {
		if (!lines_unfinished(&matcher->ears[i].lines, &line))
			continue;
		ask_all(matcher, (enum channel)i, &line, true);
		search_panics(matcher, (enum channel)i, &line, true);
	}
}

static void end_lines(struct matcher *matcher)
{
	for (int i = 0; i < CHANNELS; i++) {
		struct hearing hearing = {matcher, (enum channel)i};

		lines_end(&matcher->ears[i].lines, take_line, &hearing);
	}
}

void matcher_end(struct matcher *matcher, uint32_t at_ms)
{
	check_deadlines(matcher, at_ms);
	end_lines(matcher);
}

void matcher_again(struct matcher *matcher)
{
	end_lines(matcher);
	for (size_t i = 0; i < matcher->count; i++)
		matcher->wishes[i].met = matcher->wishes[i].met && matcher->wishes[i].from->once;
	free(matcher->refusal);
	matcher->refusal = NULL;
	for (int i = 0; i < CHANNELS; i++)
		matcher->ears[i].refusals = 0;
}

uint32_t matcher_deadline(const struct matcher *matcher)
{
	uint32_t first = UINT32_MAX;

	for (size_t i = 0; i < matcher->count; i++) {
		const struct wish *wish = &matcher->wishes[i];
		uint32_t within = wish->from->within_ms;

		if (within && within < first && !wish->met && wish->from->kind != EXPECT_FORBIDDEN)
			first = within + 1;
	}
	return first;
}

size_t matcher_progress(const struct matcher *matcher, size_t *of)
{
	size_t met = 0, required = 0;

	for (size_t i = 0; i < matcher->count; i++) {
		required += matcher->wishes[i].from->kind != EXPECT_FORBIDDEN;
		met += matcher->wishes[i].met;
	}
	if (of)
		*of = required;
	return met;
}

bool matcher_met(const struct matcher *matcher)
{
	size_t required;

	return matcher_progress(matcher, &required) == required;
}

const struct finding *matcher_finding(const struct matcher *matcher)
{
	return &matcher->finding;
}

const char *matcher_refusal(const struct matcher *matcher)
{
	return matcher->refusal;
}

unsigned matcher_refusals(const struct matcher *matcher)
{
	unsigned most = 0;

	for (int i = 0; i < CHANNELS; i++)
		if (matcher->ears[i].refusals > most)
			most = matcher->ears[i].refusals;
	return most;
}

size_t matcher_cut(const struct matcher *matcher)
{
	return matcher->cut;
}

static const struct wish *first_missing(const struct matcher *matcher)
{
	const struct wish *wish = matcher->wishes;

	while (wish->met || wish->from->kind == EXPECT_FORBIDDEN)
		wish++;
	return wish;
}

char *matcher_missing(const struct matcher *matcher)
{
	struct buffer out = {0};
	size_t of, met = matcher_progress(matcher, &of);

	if (met < of) {
		add_wish(&out, first_missing(matcher), "expected");
		buffer_printf(&out, " (%zu of %zu met)", met, of);
	}
	if (matcher->cut)
		buffer_printf(&out, "%s%zu line%s cut at 64 KiB", out.size ? "; " : "",
			matcher->cut, matcher->cut == 1 ? "" : "s");
	return buffer_take(&out);
}
