#include "engine/accelerator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/engine.h"

#define PATIENCE_MS  900   /* for any accelerator that has to prove itself */
#define TCG_LIMIT_MS 60000 /* tcg may be slow: that is what is to be found out */
#define REFERENCE                                                                                  \
	0.12 /* seconds that the probe takes under tcg where the time limits were written */

/* One timed boot. */
struct timing {
	const struct engine *engine;
	struct boot *boot;
	uv_timer_t limit;
	uint64_t began;
	struct buffer said;  /* on the serial line */
	struct buffer words; /* of the emulator */
	bool over;
	bool expired; /* the time limit came first: the emulator's words explain nothing */
	bool arrived; /* the probe reported to its end and switched itself off */
	double seconds;
};

static void timing_stop(struct timing *timing)
{
	if (timing->over)
		return;
	timing->over = true;
	timing->seconds = milliseconds(clock_now() - timing->began) / 1e3;
	uv_close((uv_handle_t *)&timing->limit, NULL);
	if (timing->boot)
		timing->engine->stop(timing->boot);
}

static void on_limit(uv_timer_t *timer)
{
	struct timing *timing = timer->data;

	timing->expired = true;
	timing_stop(timing);
}

static void on_event(void *context, const struct event *event)
{
	struct timing *timing = context;

	if (event->kind == EVENT_BYTES && event->channel == CHANNEL_SERIAL)
		buffer_add(&timing->said, event->bytes, event->size);
	else if (event->kind == EVENT_BYTES && event->channel == CHANNEL_EMULATOR)
		buffer_add(&timing->words, event->bytes, event->size);
	else if (event->kind == EVENT_STOPPED) {
		timing->arrived = event->cause == CAUSE_POWEROFF && timing->said.data &&
				  strstr(timing->said.data, "dkprobe: end");
		timing_stop(timing);
	} else if (event->kind == EVENT_ENDED)
		timing_stop(timing);
}

/* The last line that the emulator printed, fit to be shown. */
static char *last_words(const struct buffer *words)
{
	struct buffer shown = {0};
	size_t end = words->size, start;

	while (end > 0 && words->data[end - 1] == '\n')
		end--;
	for (start = end; start > 0 && words->data[start - 1] != '\n'; start--)
		;
	if (end)
		add_printable(&shown, words->data + start, end - start, 120);
	return buffer_take(&shown);
}

/* Boots the probe under @accel. @return 0 with the seconds; -1 and what was seen instead */
static int timed_boot(const struct machine *template, const struct payload *probe,
	const char *accel, const char *folder, unsigned limit_ms, double *seconds,
	struct error *error)
{
	struct machine machine = *template;
	struct boot_request request = {
		.machine = &machine, .payload = probe, .folder = folder, .listener = on_event};
	struct timing timing = {.engine = engine_find("qemu"), .began = clock_now()};
	autofree char *words = NULL;
	uv_loop_t loop;

	machine.accel = accel;
	request.context = &timing;
	uv_loop_init(&loop);
	timing.boot = timing.engine->start(&loop, &request, error);
	if (!timing.boot) {
		uv_loop_close(&loop);
		return -1;
	}
	uv_timer_init(&loop, &timing.limit);
	timing.limit.data = &timing;
	uv_timer_start(&timing.limit, on_limit, limit_ms, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	timing.engine->release(timing.boot);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	*seconds = timing.seconds;
	if (!timing.arrived) {
		words = timing.expired ? copy_text("") : last_words(&timing.words);
		fail(error, "the probe did not arrive in %.2f s%s%s", timing.seconds,
			*words ? ": " : "", words);
	}
	buffer_free(&timing.said);
	buffer_free(&timing.words);
	return timing.arrived ? 0 : -1;
}

/* The first boot on a host reads the emulator from disk: a slow one is timed once more. */
static int settled_boot(const struct machine *machine, const struct payload *probe,
	const char *accel, const char *folder, double *seconds, struct error *error)
{
	double again;

	if (timed_boot(machine, probe, accel, folder, TCG_LIMIT_MS, seconds, error) < 0)
		return -1;
	if (*seconds <= REFERENCE || *seconds > 1)
		return 0;
	if (timed_boot(machine, probe, accel, folder, TCG_LIMIT_MS, &again, error) == 0 &&
		again < *seconds)
		*seconds = again;
	return 0;
}

/* What a verdict about kvm depends on: this boot of the host, this emulator. */
static char *circumstances(const char *name)
{
	autofree char *emulator = program_find(name);
	struct buffer boot_id = {0};
	struct stat about = {0};
	char *text;

	file_read("/proc/sys/kernel/random/boot_id", &boot_id, NULL);
	stat(emulator, &about);
	text = format_text("%.36s %s %lld %u", boot_id.data ? boot_id.data : "", emulator,
		(long long)about.st_mtime, (unsigned)geteuid());
	buffer_free(&boot_id);
	return text;
}

static bool kvm_opens(void)
{
	return access("/dev/kvm", R_OK | W_OK) == 0;
}

/* The remembered reason not to use kvm, or NULL. */
static char *remembered(const char *cache, const char *circumstances)
{
	autofree char *path = format_text("%s/kvm-is-useless", cache);
	autobuffer struct buffer text = {0};
	size_t length = strlen(circumstances);

	if (file_read(path, &text, NULL) < 0 || text.size <= length ||
		strncmp(text.data, circumstances, length) != 0 || text.data[length] != '\n')
		return NULL;
	return copy_text(text.data + length + 1);
}

static void remember(const char *cache, const char *circumstances, const char *why)
{
	autofree char *path = format_text("%s/kvm-is-useless", cache);
	autofree char *text = format_text("%s\n%s", circumstances, why);

	/* Not being able to remember costs the next run a second, nothing else. */
	if (folder_make(cache, NULL) == 0)
		file_write(path, text, strlen(text), NULL);
}

/* Why kvm is not fit for use, or NULL when it is, and then how long the probe took. */
static char *kvm_verdict(const struct machine *machine, const struct payload *probe,
	const char *cache, double *seconds)
{
	autofree char *now = circumstances(machine->emulator);
	struct error error;
	char *why;

	if (!kvm_opens())
		return copy_text(file_exists("/dev/kvm") ? "/dev/kvm does not open"
							 : "there is no /dev/kvm");
	why = remembered(cache, now);
	if (why)
		return why;
	if (timed_boot(machine, probe, "kvm", cache, PATIENCE_MS, seconds, &error) == 0)
		return NULL;
	why = format_text("/dev/kvm opens, but %s", error.text);
	remember(cache, now, why);
	return why;
}

static void choose(struct accelerator *out, const char *name, double seconds, const char *why)
{
	double scale = seconds / REFERENCE;

	out->name = name;
	out->seconds = seconds;
	out->scale = scale > 1 ? scale : 1;
	snprintf(out->why, sizeof(out->why), "accelerator %s: probe in %.2f s%s%s", name, seconds,
		why ? "; not kvm: " : "", why ? why : "");
}

int accelerator_choose(const struct machine *machine, const struct payload *probe,
	const char *wanted, const char *cache, struct accelerator *out, struct error *error)
{
	autofree char *why = NULL;
	double kvm = 0, tcg = 0;

	if (folder_make(cache, error) < 0)
		return -1;
	if (wanted) {
		if (settled_boot(machine, probe, wanted, cache, &tcg, error) < 0)
			return fail_within(error, "accelerator %s", wanted);
		choose(out,
			strcmp(wanted, "kvm") == 0   ? "kvm"
			: strcmp(wanted, "tcg") == 0 ? "tcg"
						     : wanted,
			tcg, NULL);
		return 0;
	}
	why = kvm_verdict(machine, probe, cache, &kvm);
	if (settled_boot(machine, probe, "tcg", cache, &tcg, error) < 0)
		return fail_within(error, "accelerator tcg");
	if (!why && kvm < tcg)
		choose(out, "kvm", kvm, NULL);
	else
		choose(out, "tcg", tcg, why ? why : "it is slower");
	return 0;
}
