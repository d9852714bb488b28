/* A dom0 and its agent, led by the command line: tool_dom0 FOLDER STEP...
 *
 * A clone of the frozen dom0 for guests with a stub domain starts, with the payload of one such
 * guest on its disk. Each STEP is one of
 *
 *   >WORDS   an order to the agent (guests/dom0/agent/orders.c)
 *   <WORDS   waits until the agent, a tool or the console of the host has said them, behind what
 * the step before waited for !FAULT   before all others: what the sender does wrong, NAME@BYTE
 * (guests/stubdom/stream/send.c)
 *
 * What is said goes to standard output, line by line. Ends with 0 when all steps are done, with 1
 * when something did not come in time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/xen_boot.h"
#include "engine/xen_frozen.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"
#include "payload/dom0.h"
#include "run/stage.h"
#include "../guests/dom0/agent/frame.h"

enum { LIMIT_MS = 100000 }; /* of one step */

#define DISK_ID "1"

struct play {
	uv_loop_t loop;
	uv_timer_t limit;
	uv_poll_t poll;
	struct qemu_boot *outer;
	struct xen_agent agent;
	char **steps; /* the next one */
	struct buffer said;
	size_t seen; /* bytes of @said that a step has waited for */
	bool failed, over;
};

static void end(struct play *play, bool failed)
{
	if (play->over)
		return;
	play->over = true;
	play->failed = failed;
	uv_close((uv_handle_t *)&play->poll, NULL);
	uv_close((uv_handle_t *)&play->limit, NULL);
	boot_kill(play->outer);
}

static void expired(uv_timer_t *timer)
{
	struct play *play = timer->data;

	printf("tool_dom0: in vain: %s\n", *play->steps);
	end(play, true);
}

/* Goes on as far as it can. */
static void go_on(struct play *play)
{
	struct error error;

	while (!play->over && *play->steps) {
		const char *words = *play->steps + 1;
		const char *found;

		if (**play->steps == '<') {
			buffer_add(&play->said, "", 1);
			play->said.size--;
			found = strstr(play->said.data + play->seen, words);
			if (!found)
				return;
			play->seen = (size_t)(found - play->said.data) + strlen(words);
		} else if (agent_order(&play->agent, &error, "%s", words) < 0) {
			puts(error.text);
			end(play, true);
		}
		play->steps++;
		uv_timer_start(&play->limit, expired, LIMIT_MS, 0);
	}
	if (!*play->steps)
		end(play, false);
}

static void hear(struct play *play, const char *who, const char *words, size_t size)
{
	fputs(who, stdout);
	fwrite(words, 1, size, stdout);
	if (*who)
		putchar('\n');
	fflush(stdout);
	buffer_add(&play->said, words, size);
	buffer_add(&play->said, "\n", 1);
}

static void hear_agent(void *context, unsigned kind, const char *words, size_t size)
{
	hear(context,
		kind == AGENT_ANSWER  ? "answer: "
		: kind == AGENT_EVENT ? "event: "
				      : "tool: ",
		words, size);
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct play *play = poll->data;
	struct error error;

	(void)status;
	(void)events;
	if (agent_receive(&play->agent, hear_agent, play, &error) < 0) {
		puts(error.text);
		end(play, true);
	}
	go_on(play);
}

static void hear_outer(void *context, const struct event *event)
{
	struct play *play = context;

	if (event->kind == EVENT_BYTES) {
		fwrite(event->bytes, 1, event->size, stdout);
		buffer_add(&play->said, event->bytes, event->size);
		go_on(play);
	}
	if (event->kind == EVENT_ENDED || event->kind == EVENT_STOPPED)
		end(play, true);
}

static int launch(struct play *play, const struct machine *machine, const struct payload *payload,
	struct error *error)
{
	struct boot_request request = {
		.machine = machine, .folder = "/", .listener = hear_outer, .context = play};
	struct frozen_domain built;
	autofd int ram = -1;
	autofd int state = -1;
	autofd int disk = xen_disk(machine, payload, DISK_ID, error);
	int ends[2];
	struct inherit inherit[4];
	struct qemu_launch launch = {.loop = &play->loop,
		.request = &request,
		.inherit = inherit,
		.inherit_count = 4,
		.memory = -1,
		.stub = true,
		.start = QEMU_START_LATER};

	if (disk < 0 || frozen_open(machine->frozen, &ram, &state, &built, error) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the agent");
	play->agent.fd = ends[0];
	inherit[0] = (struct inherit){ram, QEMU_FD_MEMORY};
	inherit[1] = (struct inherit){ends[1], XEN_FD_AGENT};
	inherit[2] = (struct inherit){disk, XEN_FD_DISK};
	inherit[3] = (struct inherit){state, XEN_FD_STATE};
	launch.argv = xen_argv(machine, XEN_MEMORY_CLONED);
	play->outer = qemu_launch(&launch, error);
	qemu_argv_free(launch.argv);
	close(ends[1]);
	return play->outer ? 0 : -1;
}

static int perform(struct play *play, const struct machine *machine, const struct payload *payload,
	struct error *error)
{
	uv_loop_init(&play->loop);
	if (launch(play, machine, payload, error) < 0)
		return -1;
	uv_timer_init(&play->loop, &play->limit);
	uv_poll_init(&play->loop, &play->poll, play->agent.fd);
	play->limit.data = play->poll.data = play;
	uv_poll_start(&play->poll, UV_READABLE, readable);
	xen_wake(&play->outer->qmp, true);
	go_on(play);
	uv_run(&play->loop, UV_RUN_DEFAULT);
	boot_release(play->outer);
	agent_close(&play->agent);
	buffer_free(&play->said);
	return play->failed ? 1 : 0;
}

static int prepare(struct play *play, struct stage *stage, const char *fault, struct error *error)
{
	struct kernel_spec kernel = {
		.kind = KERNEL_PROBE, .probe = {.protocol = 0x20f, .act = PROBE_CHATTER}};
	struct initrd_spec initrd = {.kind = INITRD_RANDOM, .size = 300000, .seed = 1};
	struct cmdline_spec cmdline = {.text = (char *)""};
	struct machine machine = {.emulator = stage->choices.emulator,
		.accel = stage->accelerator.name,
		.type = "pc",
		.memory = 64 << 20,
		.vcpus = 1,
		.stubdom = true};
	autofree char *frozen = NULL;
	bool forked = false;
	struct payload payload;
	int status;

	if (pantry_payload(stage->pantry, &kernel, &initrd, &cmdline, &payload, error) < 0)
		return -1;
	payload.stream_fault = fault;
	if (stage_xen(stage, &machine, &payload, &frozen, &forked, error) < 0)
		return -1;
	status = perform(play, &machine, &payload, error);
	payload_free(&payload);
	return status;
}

int main(int argc, char **argv)
{
	const char *emulator = getenv("DKBOOT_QEMU");
	struct choices choices = {.emulator = strdup(emulator ? emulator : "qemu-system-x86_64"),
		.accel = strdup("tcg"),
		.timeout_scale = 1};
	struct play play = {.agent = {.fd = -1}};
	const char *fault = "";
	struct stage stage = {0};
	struct error error = {0};
	int status = -1;

	if (argc < 3) {
		fprintf(stderr, "usage: tool_dom0 FOLDER STEP...\n");
		return 2;
	}
	play.steps = argv + 2;
	if (**play.steps == '!')
		fault = *play.steps++ + 1;
	if (stage_open(&stage, argv[1], &choices, &error) == 0)
		status = prepare(&play, &stage, fault, &error);
	if (status < 0)
		fprintf(stderr, "%s\n", error.text);
	stage_close(&stage);
	return status != 0;
}
