#include "record/journal.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/json_line.h"

/* Bytes that are not UTF-8 become \xNN; an absent text leaves no key. */
static void set_text(json_t *object, const char *key, const char *text)
{
	autobuffer struct buffer printable = {0};
	json_t *string;

	if (!text)
		return;
	string = json_string(text);
	if (!string) {
		add_printable(&printable, text, strlen(text), strlen(text));
		string = json_string(printable.data);
	}
	json_object_set_new(object, key, string);
}

static void set_real(json_t *object, const char *key, double value)
{
	json_object_set_new(object, key, json_real(value));
}

static json_t *line_of_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

void journal_add_run(struct buffer *out, const struct run_facts *facts)
{
	json_t *line = line_of_type("run");

	set_text(line, "started", facts->started);
	set_text(line, "command", facts->command);
	set_text(line, "version", facts->version);
	set_text(line, "host", facts->host);
	set_text(line, "emulator", facts->emulator);
	set_text(line, "accelerator", facts->accelerator);
	set_real(line, "scale", facts->scale);
	set_text(line, "rom", facts->rom);
	set_text(line, "shard", facts->shard);
	set_text(line, "matrix", facts->matrix);
	json_object_set_new(line, "planned", json_integer((json_int_t)facts->planned));
	json_add_line(out, line);
}

static void set_failure(json_t *object, enum failure failure)
{
	if (failure != FAILURE_NONE)
		set_text(object, "failure", failure_name(failure));
}

static json_t *coordinates(const struct result *result)
{
	json_t *at = json_object();

	for (size_t i = 0; i < result->at_count; i++)
		set_text(at, result->at[i].axis, result->at[i].value);
	return at;
}

static json_t *attempts(const struct result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->attempt_count; i++) {
		const struct attempt *attempt = &result->attempts[i];
		json_t *object = json_object();

		set_text(object, "outcome", outcome_name(attempt->outcome));
		set_failure(object, attempt->failure);
		set_text(object, "reason", attempt->reason);
		set_real(object, "seconds", attempt->seconds);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *phases(const struct result *result)
{
	json_t *object = json_object();

	for (size_t i = 0; i < result->phase_count; i++)
		set_real(object, result->phases[i].name, result->phases[i].seconds);
	return object;
}

/* Words with a blank between them, as a list; none leaves no key. */
static void set_words(json_t *object, const char *key, const char *words)
{
	json_t *list;

	if (!words)
		return;
	list = json_array();
	while (*words) {
		size_t length = strcspn(words, " ");

		json_array_append_new(list, json_stringn(words, length));
		words += length + (words[length] == ' ');
	}
	json_object_set_new(object, key, list);
}

void journal_add_cell(struct buffer *out, const struct result *result)
{
	json_t *line = line_of_type("cell");

	set_text(line, "id", result->id);
	set_text(line, "outcome", outcome_name(result->outcome));
	set_failure(line, result->failure);
	set_text(line, "rule", result->rule);
	set_words(line, "rules", result->rules);
	set_text(line, "reason", result->reason);
	set_text(line, "why", result->why);
	set_text(line, "bug", result->bug);
	set_text(line, "folder", result->folder);
	json_object_set_new(line, "at", coordinates(result));
	json_object_set_new(line, "attempts", attempts(result));
	json_object_set_new(line, "flaky", json_boolean(result->flaky));
	set_real(line, "seconds", result->seconds);
	json_object_set_new(line, "phases", phases(result));
	set_text(line, "kernel", result->kernel);
	set_text(line, "initrd", result->initrd);
	json_add_line(out, line);
}

void journal_add_summary(struct buffer *out, const struct summary *summary)
{
	static const char *const keys[OUTCOMES] = {
		[OUTCOME_PASS] = "passed",
		[OUTCOME_FAIL] = "failed",
		[OUTCOME_XFAIL] = "xfailed",
		[OUTCOME_XPASS] = "xpassed",
		[OUTCOME_SKIP] = "skipped",
		[OUTCOME_BROKEN] = "broken",
	};
	json_t *line = line_of_type("summary");

	for (int i = 0; i < OUTCOMES; i++)
		json_object_set_new(line, keys[i], json_integer(summary->count[i]));
	json_object_set_new(line, "flaky", json_integer(summary->flaky));
	set_real(line, "seconds", summary->seconds);
	set_real(line, "cpu_seconds", summary->cpu_seconds);
	json_add_line(out, line);
}
