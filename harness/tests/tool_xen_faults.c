/* Boots a chattering probe under nested Xen, plants a fault, and says what the engine made of it:
 * tool_xen_faults FAULT. One line on standard output: "stopped" or "ended", the cause, the engine's
 * words, and on standard error how long it took. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "engine/engine.h"
#include "engine/xen_boot.h"
#include "engine/xen_frozen.h"
#include "payload/dom0.h"
#include "run/stage.h"

enum { LIMIT_MS = 40000 };

struct trial_of_faults {
	uv_loop_t loop;
	uv_timer_t limit;
	struct xen_boot *boot;
	const struct fault *fault;
	struct buffer heard;
	uint64_t planted; /* clock; 0 = not yet */
	bool told;
};

/* A way to plant it: an order to the agent, "%d" being the domain, or something done to the outer
 * machine. */
struct fault {
	const char *name;
	const char *order;
	void (*plant)(struct xen_boot *boot);
};

static void kill_outer(struct xen_boot *boot)
{
	kill(boot->outer->pid, SIGKILL);
}

/* A machine check or the like: a hypervisor started with nmi=fatal does not survive it. */
static void inject_nmi(struct xen_boot *boot)
{
	qmp_command(&boot->outer->qmp, "inject-nmi", NULL, NULL);
}

static const struct fault faults[] = {
	{"guest", "crash %d", NULL},
	{"model", "kill-model", NULL},
	{"dom0", "panic-dom0", NULL},
	{"agent", "quit-agent", NULL},
	{"nonsense", "no-such-order", NULL},
	{"xen", NULL, inject_nmi},
	{"reset", "key R", NULL},
	{"outer", NULL, kill_outer},
};

static const char *cause_name(enum cause cause)
{
	static const char *const names[] = {"none", "poweroff", "reset", "panic", "crash", "exit",
		"signal", "killed", "engine"};

	return names[cause];
}

static void plant(struct trial_of_faults *trial)
{
	const struct fault *fault = trial->fault;
	char words[64];
	struct error error;

	trial->planted = clock_now();
	if (fault->plant) {
		fault->plant(trial->boot);
		return;
	}
	snprintf(words, sizeof(words), "%s", fault->order);
	if (strchr(words, '%'))
		snprintf(strchr(words, '%'), 12, "%d", trial->boot->domain);
	if (agent_order(&trial->boot->agent, &error, "%s", words) < 0)
		fprintf(stderr, "%s\n", error.text);
}

static void tell(struct trial_of_faults *trial, const char *what, const struct event *event)
{
	if (trial->told)
		return;
	trial->told = true;
	printf("%s %s: %.*s\n", what, cause_name(event->cause), (int)event->size,
		event->bytes ? event->bytes : "");
	fprintf(stderr, "after %.3f s\n", milliseconds(clock_now() - trial->planted) / 1e3);
}

static void hear(void *context, const struct event *event)
{
	struct trial_of_faults *trial = context;

	if (event->kind == EVENT_BYTES && event->channel == CHANNEL_HOST)
		fwrite(event->bytes, 1, event->size, stderr);
	if (event->kind == EVENT_BYTES && event->channel == CHANNEL_DEBUG && !trial->planted) {
		buffer_add(&trial->heard, event->bytes, event->size);
		if (strstr(trial->heard.data, "dkprobe: still here"))
			plant(trial);
	}
	if (event->kind == EVENT_STOPPED) {
		tell(trial, "stopped", event);
		trial->boot->head.engine->stop(&trial->boot->head);
	}
	if (event->kind == EVENT_ENDED) {
		tell(trial, "ended", event);
		uv_close((uv_handle_t *)&trial->limit, NULL);
	}
}

static void expired(uv_timer_t *timer)
{
	struct trial_of_faults *trial = timer->data;

	trial->told = true;
	puts("nothing: out of time");
	trial->boot->head.engine->stop(&trial->boot->head);
}

static int boot(struct trial_of_faults *trial, struct stage *stage, struct error *error)
{
	struct kernel_spec kernel = {
		.kind = KERNEL_PROBE, .probe = {.protocol = 0x20f, .act = PROBE_CHATTER}};
	struct initrd_spec initrd = {.kind = INITRD_NONE};
	struct cmdline_spec cmdline = {.text = (char *)""};
	struct machine machine = {.emulator = stage->choices.emulator,
		.accel = stage->accelerator.name,
		.type = "pc",
		.memory = 64 << 20,
		.vcpus = 1};
	struct boot_request request = {
		.machine = &machine, .folder = "/", .listener = hear, .context = trial};
	autofree char *frozen = NULL;
	bool forked = false;
	struct payload payload;

	if (pantry_payload(stage->pantry, &kernel, &initrd, &cmdline, &payload, error) < 0 ||
		stage_xen(stage, &machine, &payload, &frozen, &forked, error) < 0 ||
		stage_rom(stage, "dkboot", &machine.rom_folder, error) < 0)
		return -1;
	request.payload = &payload;
	uv_loop_init(&trial->loop);
	uv_timer_init(&trial->loop, &trial->limit);
	trial->limit.data = trial;
	uv_timer_start(&trial->limit, expired, LIMIT_MS, 0);
	trial->boot = (struct xen_boot *)engine_find("xen")->start(&trial->loop, &request, error);
	if (!trial->boot)
		return -1;
	uv_run(&trial->loop, UV_RUN_DEFAULT);
	xen_release(trial->boot);
	payload_free(&payload);
	buffer_free(&trial->heard);
	return 0;
}

int main(int argc, char **argv)
{
	struct choices choices = {.emulator = strdup("qemu-system-x86_64"),
		.accel = strdup("tcg"),
		.timeout_scale = 1};
	struct trial_of_faults trial = {0};
	struct stage stage = {0};
	struct error error = {0};
	int status;

	for (size_t i = 0; argc == 3 && i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!strcmp(argv[1], faults[i].name))
			trial.fault = &faults[i];
	if (!trial.fault) {
		fprintf(stderr, "usage: tool_xen_faults FAULT FOLDER\n");
		return 2;
	}
	status = stage_open(&stage, argv[2], &choices, &error);
	if (status == 0)
		status = boot(&trial, &stage, &error);
	if (status < 0)
		fprintf(stderr, "%s\n", error.text);
	stage_close(&stage);
	return status < 0;
}
