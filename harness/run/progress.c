#include "run/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static const char *const colours[OUTCOMES] = {
	[OUTCOME_PASS] = "\033[32m",
	[OUTCOME_FAIL] = "\033[1;31m",
	[OUTCOME_XFAIL] = "\033[33m",
	[OUTCOME_XPASS] = "\033[1;31m",
	[OUTCOME_SKIP] = "\033[2m",
	[OUTCOME_BROKEN] = "\033[1;35m",
};

static void progress_open(struct progress *progress, FILE *out)
{
	struct winsize size = {0};

	*progress = (struct progress){.out = out, .began = clock_now(), .width = 80};
	progress->live = isatty(fileno(out));
	progress->colour = progress->live && !getenv("NO_COLOR");
	if (progress->live && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		progress->width = size.ws_col;
}

void progress_finish(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", progress->out);
	progress->drawn = 0;
	fflush(progress->out);
}

static void draw(struct progress *progress, const char *id, size_t done, size_t planned)
{
	autofree char *line = format_text("[%zu/%zu] %u passed, %u failed, %u broken, %.0f s  %s",
		done, planned, progress->counts[OUTCOME_PASS] + progress->counts[OUTCOME_XFAIL],
		progress->counts[OUTCOME_FAIL] + progress->counts[OUTCOME_XPASS],
		progress->counts[OUTCOME_BROKEN], milliseconds(clock_now() - progress->began) / 1e3,
		id);

	progress->drawn = strnlen(line, progress->width - 1);
	fprintf(progress->out, "\r%.*s\033[K", (int)progress->drawn, line);
	fflush(progress->out);
}

static void people_begin(void *context, const struct run_facts *facts)
{
	struct progress *progress = context;

	fprintf(progress->out, "%s\n%zu cells; time limits x%.2f\n", facts->accelerator,
		facts->planned, facts->scale);
	fflush(progress->out);
}

static void people_verdict(void *context, const struct result *result, size_t done, size_t planned)
{
	struct progress *progress = context;
	bool plain = result->outcome == OUTCOME_PASS || result->outcome == OUTCOME_XFAIL ||
		     result->outcome == OUTCOME_SKIP;
	const char *colour = progress->colour ? colours[result->outcome] : "";

	progress->counts[result->outcome]++;
	if (!progress->live || !plain) {
		progress_finish(progress);
		fprintf(progress->out, "[%zu/%zu] %s%s%s %s %.2f s%s%s%s%s%s%s\n", done, planned,
			colour, outcome_name(result->outcome), progress->colour ? "\033[0m" : "",
			result->id, result->seconds, result->failure ? ": " : "",
			result->failure ? failure_name(result->failure) : "",
			result->rule ? " " : "", result->rule ? result->rule : "",
			result->reason ? ": " : "", result->reason ? result->reason : "");
		fflush(progress->out);
	}
	if (progress->live)
		draw(progress, result->id, done, planned);
}

struct reporter progress_for_people(struct progress *progress, FILE *out, bool quiet)
{
	progress_open(progress, out);
	if (quiet)
		return (struct reporter){.context = progress};
	return (struct reporter){
		.begin = people_begin, .verdict = people_verdict, .context = progress};
}

static void json_begin(void *context, const struct run_facts *facts)
{
	struct progress *progress = context;
	autobuffer struct buffer line = {0};

	journal_add_run(&line, facts);
	fwrite(line.data, 1, line.size, progress->out);
	fflush(progress->out);
}

static void json_verdict(void *context, const struct result *result, size_t done, size_t planned)
{
	struct progress *progress = context;
	autobuffer struct buffer line = {0};

	(void)done;
	(void)planned;
	journal_add_cell(&line, result);
	fwrite(line.data, 1, line.size, progress->out);
	fflush(progress->out);
}

struct reporter progress_json(struct progress *progress, FILE *out)
{
	progress_open(progress, out);
	return (struct reporter){.begin = json_begin, .verdict = json_verdict, .context = progress};
}

/* The guest's bytes, each line end kept, all other control bytes made visible. */
static void console_bytes(void *context, enum channel channel, const char *bytes, size_t size)
{
	struct progress *progress = context;
	autobuffer struct buffer out = {0};

	if (channel != CHANNEL_SERIAL && channel != CHANNEL_PV)
		return;
	while (size > 0) {
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) : size;
		size_t shown = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;

		add_printable(&out, bytes, shown, shown);
		if (newline)
			buffer_add_text(&out, "\n");
		bytes += length + (newline ? 1 : 0);
		size -= length + (newline ? 1 : 0);
	}
	fwrite(out.data, 1, out.size, progress->out);
	fflush(progress->out);
}

struct reporter progress_console(struct progress *progress, FILE *out)
{
	progress_open(progress, out);
	return (struct reporter){.bytes = console_bytes, .context = progress};
}
