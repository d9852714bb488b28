#include "record/journal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

/* A journal while it is being read. */
struct reader {
	struct journal *out;
	json_t *index;	   /* id -> position in out->results */
	size_t room;	   /* of out->results */
	size_t name_count; /* of out->phase_names */
	bool has_run;
};

static int fail_json(struct error *error, const json_error_t *problem)
{
	return fail(error, "%s", problem->text);
}

static int read_run(struct reader *reader, json_t *line, struct error *error)
{
	struct run_facts *facts = &reader->out->facts, read = {0};
	json_int_t planned = 0;
	json_error_t problem;

	if (json_unpack_ex(line, &problem, 0,
		    "{s?s, s?s, s?s, s?s, s?s, s?s, s?F, s?s, s?s, s?s, s?I}", "started",
		    &read.started, "command", &read.command, "version", &read.version, "host",
		    &read.host, "emulator", &read.emulator, "accelerator", &read.accelerator,
		    "scale", &read.scale, "rom", &read.rom, "shard", &read.shard, "matrix",
		    &read.matrix, "planned", &planned))
		return fail_json(error, &problem);
	reader->out->complete = false;
	if (reader->has_run) /* a resumed run: what the first one planned counts */
		return 0;
	reader->has_run = true;
	*facts = (struct run_facts){copy_text(read.started), copy_text(read.command),
		copy_text(read.version), copy_text(read.host), copy_text(read.emulator),
		copy_text(read.accelerator), read.scale, copy_text(read.rom), copy_text(read.shard),
		copy_text(read.matrix), (size_t)planned};
	return 0;
}

static int read_verdict(const char *outcome, const char *failure, enum outcome *outcome_out,
	enum failure *failure_out, struct error *error)
{
	*outcome_out = outcome_parse(outcome);
	*failure_out = failure ? failure_parse(failure) : FAILURE_NONE;
	if (*outcome_out == OUTCOMES)
		return fail(error,
			"outcome \"%s\", expected pass, fail, xfail, xpass, skip or broken",
			outcome);
	if (*failure_out == FAILURES)
		return fail(error, "unknown failure class \"%s\"", failure);
	return 0;
}

static int read_coordinates(struct result *result, json_t *at, struct error *error)
{
	const char *axis;
	json_t *value;

	result->at = calloc(json_object_size(at) + 1, sizeof(*result->at));
	if (!result->at)
		abort();
	json_object_foreach(at, axis, value)
	{
		if (!json_is_string(value))
			return fail(error, "at.%s is no string", axis);
		result->at[result->at_count++] =
			(struct coordinate){copy_text(axis), copy_text(json_string_value(value))};
	}
	return 0;
}

static int read_attempts(struct result *result, json_t *list, struct error *error)
{
	json_error_t problem;
	json_t *object;
	size_t i;

	result->attempts = calloc(json_array_size(list) + 1, sizeof(*result->attempts));
	if (!result->attempts)
		abort();
	json_array_foreach(list, i, object)
	{
		const char *outcome, *failure = NULL, *reason = NULL;
		struct attempt *attempt = &result->attempts[i];

		if (json_unpack_ex(object, &problem, 0, "{s:s, s?s, s?s, s?F}", "outcome", &outcome,
			    "failure", &failure, "reason", &reason, "seconds", &attempt->seconds))
			return fail_json(error, &problem);
		if (read_verdict(outcome, failure, &attempt->outcome, &attempt->failure, error))
			return -1;
		attempt->reason = copy_text(reason);
		result->attempt_count++;
	}
	return 0;
}

/* The journal's own copy of a phase's name; there are a handful of them in all. */
static const char *intern(struct reader *reader, const char *name)
{
	char ***names = &reader->out->phase_names;

	for (size_t i = 0; i < reader->name_count; i++) {
		if (!strcmp((*names)[i], name))
			return (*names)[i];
	}
	*names = realloc(*names, (reader->name_count + 2) * sizeof(**names));
	if (!*names)
		abort();
	(*names)[reader->name_count] = copy_text(name);
	(*names)[reader->name_count + 1] = NULL;
	return (*names)[reader->name_count++];
}

static void read_phases(struct reader *reader, struct result *result, json_t *phases)
{
	const char *name;
	json_t *seconds;

	json_object_foreach(phases, name, seconds)
	{
		if (result->phase_count < RESULT_PHASES)
			result->phases[result->phase_count++] =
				(struct phase){intern(reader, name), json_number_value(seconds)};
	}
}

static int read_rules(struct result *result, json_t *list, struct error *error)
{
	struct buffer words = {0};
	json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
	{
		if (!json_is_string(word)) {
			buffer_free(&words);
			return fail(error, "rules[%zu] is no string", i);
		}
		buffer_printf(&words, "%s%s", i ? " " : "", json_string_value(word));
	}
	result->rules = words.size ? buffer_take(&words) : NULL;
	return 0;
}

static int fill_result(
	struct reader *reader, struct result *result, json_t *line, struct error *error)
{
	const char *id, *outcome, *folder = NULL, *failure = NULL, *rule = NULL, *reason = NULL;
	const char *why = NULL, *bug = NULL, *kernel = NULL, *initrd = NULL;
	json_t *at = NULL, *attempts = NULL, *phases = NULL, *rules = NULL;
	json_error_t problem;
	int flaky = 0;

	if (json_unpack_ex(line, &problem, 0,
		    "{s:s, s:s, s?s, s?s, s?s, s?o, s?s, s?s, s?s, s?o, s?o, s?b, s?F, s?o, s?s, "
		    "s?s}",
		    "id", &id, "outcome", &outcome, "folder", &folder, "failure", &failure, "rule",
		    &rule, "rules", &rules, "reason", &reason, "why", &why, "bug", &bug, "at", &at,
		    "attempts", &attempts, "flaky", &flaky, "seconds", &result->seconds, "phases",
		    &phases, "kernel", &kernel, "initrd", &initrd))
		return fail_json(error, &problem);
	result->id = copy_text(id);
	result->folder = copy_text(folder);
	result->rule = copy_text(rule);
	result->reason = copy_text(reason);
	result->why = copy_text(why);
	result->bug = copy_text(bug);
	result->kernel = copy_text(kernel);
	result->initrd = copy_text(initrd);
	result->flaky = flaky;
	read_phases(reader, result, phases);
	if (read_verdict(outcome, failure, &result->outcome, &result->failure, error) ||
		read_coordinates(result, at, error) || read_rules(result, rules, error))
		return -1;
	return read_attempts(result, attempts, error);
}

/* The last line of an id counts, at the place of the first. */
static struct result *place_of(struct reader *reader, const char *id)
{
	struct journal *out = reader->out;
	json_t *known = json_object_get(reader->index, id);

	if (known)
		return &out->results[json_integer_value(known)];
	if (out->count == reader->room) {
		reader->room = reader->room ? 2 * reader->room : 64;
		out->results = realloc(out->results, reader->room * sizeof(*out->results));
		if (!out->results)
			abort();
	}
	json_object_set_new(reader->index, id, json_integer((json_int_t)out->count));
	out->results[out->count] = (struct result){0};
	return &out->results[out->count++];
}

static int read_cell(struct reader *reader, json_t *line, struct error *error)
{
	struct result read = {0}, *place;

	if (fill_result(reader, &read, line, error)) {
		result_free(&read);
		return -1;
	}
	place = place_of(reader, read.id);
	result_free(place);
	*place = read;
	reader->out->complete = false;
	return 0;
}

static int read_summary(struct reader *reader, json_t *line, struct error *error)
{
	json_error_t problem;

	if (json_unpack_ex(line, &problem, 0, "{s:F, s?F}", "seconds",
		    &reader->out->summary.seconds, "cpu_seconds",
		    &reader->out->summary.cpu_seconds))
		return fail_json(error, &problem);
	reader->out->complete = true;
	return 0;
}

static int read_line(struct reader *reader, const char *text, size_t size, struct error *error)
{
	static const struct {
		const char *type;
		int (*read)(struct reader *reader, json_t *line, struct error *error);
	} kinds[] = {{"cell", read_cell}, {"run", read_run}, {"summary", read_summary}};
	json_error_t problem;
	json_t *line = json_loadb(text, size, 0, &problem);
	const char *type = json_string_value(json_object_get(line, "type"));
	int result = -1;
	size_t i = 0;

	if (!line)
		return fail(error, "no JSON object: %s", problem.text);
	while (type && i < 3 && strcmp(type, kinds[i].type))
		i++;
	if (type && i < 3)
		result = kinds[i].read(reader, line, error);
	else
		fail(error, "expected an object with \"type\" run, cell or summary");
	json_decref(line);
	return result;
}

static void count_results(struct journal *journal)
{
	double seconds = 0;

	for (size_t i = 0; i < journal->count; i++) {
		summary_add(&journal->summary, &journal->results[i]);
		seconds += journal->results[i].seconds;
	}
	if (!journal->complete)
		journal->summary.seconds = seconds;
}

static int read_lines(
	struct reader *reader, const char *path, const struct buffer *text, struct error *error)
{
	const char *from = text->data, *end;
	size_t left = text->size;

	for (unsigned number = 1; left && (end = memchr(from, '\n', left)); number++) {
		if (read_line(reader, from, (size_t)(end - from), error))
			return fail_within(error, "%s:%u", path, number);
		left -= (size_t)(end + 1 - from);
		from = end + 1;
	}
	reader->out->whole = text->size - left;
	return 0;
}

int journal_read(const char *path, struct journal *out, struct error *error)
{
	struct reader reader = {.out = out, .index = json_object()};
	autobuffer struct buffer text = {0};
	int result;

	*out = (struct journal){0};
	result = file_read(path, &text, error);
	if (!result)
		result = read_lines(&reader, path, &text, error);
	json_decref(reader.index);
	if (result)
		journal_free(out);
	else
		count_results(out);
	return result;
}

void journal_free(struct journal *journal)
{
	struct run_facts *facts = &journal->facts;
	char *const texts[] = {facts->started, facts->command, facts->version, facts->host,
		facts->emulator, facts->accelerator, facts->rom, facts->shard, facts->matrix};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	for (size_t i = 0; i < journal->count; i++)
		result_free(&journal->results[i]);
	for (char **name = journal->phase_names; name && *name; name++)
		free(*name);
	free(journal->phase_names);
	free(journal->results);
	*journal = (struct journal){0};
}
