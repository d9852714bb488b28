/* TAP version 14 (testanything.org, "TAP 14 specification"). */
#include "record/report.h"

#include <string.h>

#include "base/cleanup.h"
#include "record/words.h"

/* A description: '#' and '\' are escaped, as an unescaped '#' begins a directive. */
static void add_description(struct buffer *out, const char *text)
{
	autobuffer struct buffer plain = {0};

	add_plain(&plain, text);
	for (size_t i = 0; i < plain.size; i++) {
		if (plain.data[i] == '#' || plain.data[i] == '\\')
			buffer_add_text(out, "\\");
		buffer_add(out, &plain.data[i], 1);
	}
}

/* Characters that UTF-8 can write and YAML 1.1 takes only escaped: U+FEFF, U+FFFE, U+FFFF. */
static size_t add_unprintable(struct buffer *out, const char *text)
{
	static const struct {
		const char *bytes, *escape;
	} table[] = {{"\xef\xbb\xbf", "\\uFEFF"}, {"\xef\xbf\xbe", "\\uFFFE"},
		{"\xef\xbf\xbf", "\\uFFFF"}};

	for (size_t i = 0; i < 3; i++) {
		if (strncmp(text, table[i].bytes, 3))
			continue;
		buffer_add_text(out, table[i].escape);
		return 3;
	}
	return 0;
}

/* A double-quoted scalar of YAML from text that is harmless already. */
static void add_scalar(struct buffer *out, const char *text)
{
	buffer_add_text(out, "\"");
	while (*text) {
		size_t special = add_unprintable(out, text);

		if (!special && (*text == '"' || *text == '\\'))
			buffer_add_text(out, "\\");
		if (!special)
			buffer_add(out, text, 1);
		text += special ? special : 1;
	}
	buffer_add_text(out, "\"\n");
}

static void add_pair(struct buffer *out, const char *key, const char *text)
{
	autobuffer struct buffer plain = {0};

	if (!text)
		return;
	buffer_add(&plain, "", 0);
	add_plain(&plain, text);
	buffer_printf(out, "  %s: ", key);
	add_scalar(out, plain.data);
}

static void add_attempts(struct buffer *out, const struct result *result)
{
	if (result->attempt_count < 2)
		return;
	buffer_add_text(out, "  attempts:\n");
	for (size_t i = 0; i < result->attempt_count; i++) {
		autobuffer struct buffer words = {0};

		add_attempt(&words, &result->attempts[i]);
		buffer_add_text(out, "    - ");
		add_scalar(out, words.data);
	}
}

static void add_diagnostics(struct buffer *out, const struct result *result)
{
	autobuffer struct buffer message = {0};

	if (result->outcome == OUTCOME_PASS)
		buffer_add_text(&message, "passed, but not at the first attempt");
	else
		add_trouble(&message, result);
	buffer_add_text(out, "  ---\n");
	add_pair(out, "message", message.data);
	add_pair(out, "severity", outcome_name(result->outcome));
	if (result->failure != FAILURE_NONE)
		add_pair(out, "class", failure_name(result->failure));
	add_pair(out, "rule", result->rule);
	add_pair(out, "folder", result->folder);
	buffer_printf(out, "  seconds: %.3f\n", result->seconds);
	add_attempts(out, result);
	buffer_add_text(out, "  ...\n");
}

static void add_directive(struct buffer *out, const struct result *result)
{
	if (result->outcome != OUTCOME_SKIP && result->outcome != OUTCOME_XFAIL)
		return;
	buffer_add_text(out, result->outcome == OUTCOME_SKIP ? " # SKIP " : " # TODO ");
	add_declared(out, result);
}

static void add_point(struct buffer *out, size_t number, const struct result *result)
{
	bool ok = result->outcome == OUTCOME_PASS || result->outcome == OUTCOME_SKIP;

	buffer_printf(out, "%s %zu - ", ok ? "ok" : "not ok", number);
	add_description(out, result->id);
	add_directive(out, result);
	buffer_add_text(out, "\n");
	if (!ok || result->flaky)
		add_diagnostics(out, result);
}

static void add_comment(struct buffer *out, const char *key, const char *text)
{
	if (!text)
		return;
	buffer_printf(out, "# %s: ", key);
	add_plain(out, text);
	buffer_add_text(out, "\n");
}

static void add_facts(struct buffer *out, const struct run_facts *facts)
{
	add_comment(out, "dkboot", facts->version);
	add_comment(out, "command", facts->command);
	add_comment(out, "emulator", facts->emulator);
	add_comment(out, "accelerator", facts->accelerator);
	add_comment(out, "rom", facts->rom);
	add_comment(out, "shard", facts->shard);
}

void report_tap(const struct journal *journal, struct buffer *out)
{
	size_t planned = journal->count;

	if (!journal->complete && journal->facts.planned > planned)
		planned = journal->facts.planned;
	buffer_printf(out, "TAP version 14\n1..%zu%s\n", planned, planned ? "" : " # no cells");
	add_facts(out, &journal->facts);
	for (size_t i = 0; i < journal->count; i++)
		add_point(out, i + 1, &journal->results[i]);
	if (!journal->complete) {
		buffer_add_text(out, "Bail out! ");
		add_unfinished(out, journal);
		buffer_add_text(out, "\n");
	}
}
