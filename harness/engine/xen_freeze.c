/* Runs a machine until it stands where clones are to begin, and writes down all of it but its
 * memory, which lies in a file already (migration capability x-ignore-shared: 12 ms where a whole
 * copy takes half a second).
 *
 * The machine is not stopped first: one that was frozen at a stand would come back at a stand.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../guests/dom0/agent/frame.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/qemu_boot.h"
#include "engine/xen_agent.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"
#include "engine/xen_frozen.h"
#include "engine/xen_memory.h"

enum { LIMIT_MS = 180000, LOOK_MS = 5 };

#define PAYLOAD_ID "frozen"

struct freezing {
	const struct freeze_request *request;
	struct qemu_boot *outer;
	struct xen_agent agent;
	uv_poll_t poll;
	uv_timer_t limit, look;
	struct buffer console; /* the end of what the host said */
	struct frozen_domain domain;
	unsigned answers;
	bool entered; /* the ROM was seen at its entry */
	bool done, over;
	struct error *error;
};

static void over(struct freezing *freezing, const char *why)
{
	if (freezing->over)
		return;
	freezing->over = true;
	if (why)
		fail(freezing->error, "%s", why);
	uv_close((uv_handle_t *)&freezing->poll, NULL);
	uv_close((uv_handle_t *)&freezing->limit, NULL);
	uv_close((uv_handle_t *)&freezing->look, NULL);
	boot_kill(freezing->outer);
}

static struct freezing *freezing_of(void *context)
{
	return ((struct qemu_boot *)context)->request.context;
}

/* ---- writing it down ---- */

static void hear_migration(void *context, const json_t *value)
{
	struct freezing *freezing = freezing_of(context);
	const char *status = json_string_value(json_object_get(value, "status"));

	if (!status || freezing->over)
		return;
	if (!strcmp(status, "completed")) {
		freezing->done = true;
		over(freezing, NULL);
	} else if (!strcmp(status, "failed")) {
		over(freezing, "the state of the machine could not be written");
	}
}

static void look(uv_timer_t *timer)
{
	struct freezing *freezing = timer->data;

	qmp_command(&freezing->outer->qmp, "query-migrate", NULL, hear_migration);
}

static void begin_migration(struct freezing *freezing)
{
	struct qmp *qmp = &freezing->outer->qmp;

	xen_ignore_shared(qmp);
	qmp_command(qmp, "migrate-set-parameters",
		json_pack("{s:I}", "max-bandwidth", (json_int_t)1 << 40), NULL);
	qmp_give_fd(qmp, "state", freezing->request->state);
	qmp_command(qmp, "migrate", json_pack("{s:s}", "uri", "fd:state"), NULL);
	uv_timer_start(&freezing->look, look, LOOK_MS, LOOK_MS);
}

/* ---- getting there ---- */

static void order(struct freezing *freezing, const char *words)
{
	struct error error;

	if (agent_order(&freezing->agent, &error, "%s", words) < 0)
		over(freezing, error.text);
}

/* What is ordered after the payload is unpacked, "%d" being the domain. A guest that waits runs in
 * the middle of it, until it says so. Then it stands still, so that nothing of its disk is read,
 * and dom0 forgets what was. */
static const char *const to_build[] = {"create", NULL};
static const char *const to_wait[] = {"create", "unpause %d", "pause %d", "forget", NULL};

#define SAYS_IT_WAITS "dkboot-rom: waiting for payload"
#define SAYS_NO	      "dkboot-rom: refused: "

enum { RUNS = 2 }; /* behind so many answered orders the guest runs */

static void order_next(struct freezing *freezing)
{
	const char *const *orders = freezing->request->watch ? to_wait : to_build;
	const char *next = orders[freezing->answers - 1];
	char words[32];

	if (!next) {
		begin_migration(freezing);
		return;
	}
	snprintf(words, sizeof(words), "%.*s%d", (int)strcspn(next, "%"), next,
		freezing->domain.number);
	order(freezing, strchr(next, '%') ? words : next);
}

/* On the host's console, once the guest runs. */
static void look_for_waiting(struct freezing *freezing)
{
	const char *said = freezing->console.data ? freezing->console.data : "";

	if (!freezing->request->watch || freezing->answers != RUNS + 1)
		return;
	if (strstr(said, SAYS_NO))
		over(freezing, "its ROM refused");
	if (!strstr(said, SAYS_IT_WAITS))
		return;
	if (!freezing->entered) {
		over(freezing, "its ROM was not seen at its entry");
		return;
	}
	freezing->domain.waits = true;
	buffer_clear(&freezing->console);
	order_next(freezing);
}

/* The guest is let run with breakpoints set; it runs on until it waits. */
static void answered(struct freezing *freezing, const char *words)
{
	bool watched = freezing->request->watch;

	if (strncmp(words, "ok", 2) != 0) {
		over(freezing, words);
		return;
	}
	freezing->answers++;
	if (watched && freezing->answers == RUNS)
		freeze_arm(freezing->outer, FREEZE_ALL);
	if (!watched || freezing->answers != RUNS + 1)
		order_next(freezing);
	else
		look_for_waiting(freezing);
}

static void hear_agent(void *context, unsigned kind, const char *words, size_t size)
{
	struct freezing *freezing = context;

	(void)size;
	if (kind == AGENT_ANSWER)
		answered(freezing, words);
	else if (kind == AGENT_EVENT && !strcmp(words, "ready"))
		begin_migration(freezing);
	else if (kind == AGENT_EVENT)
		sscanf(words, "domain %d root=0x%" SCNx64, &freezing->domain.number,
			&freezing->domain.root);
}

static void agent_readable(uv_poll_t *poll, int status, int events)
{
	struct freezing *freezing = poll->data;
	struct error error;

	(void)status;
	(void)events;
	if (agent_receive(&freezing->agent, hear_agent, freezing, &error) < 0)
		over(freezing, error.text);
}

static void expired(uv_timer_t *timer)
{
	over(timer->data, "it did not come up in three minutes");
}

/* The guest stands at what may be its ROM's entry. */
static void look_at_guest(struct freezing *freezing, const struct event *event)
{
	const struct freeze_request *request = freezing->request;
	struct nested_memory memory = {.pid = freezing->outer->pid,
		.file = request->ram,
		.size = XEN_OUTER_MEMORY,
		.root = freezing->domain.root};
	struct memory_reader reader = nested_reader(&memory);
	struct error error;
	int seen = nested_map(&memory, &error);

	if (seen == 0)
		seen = request->watch->entered(&reader, &event->cpu, request->folder, &error);
	nested_close(&memory);
	if (seen < 0)
		over(freezing, error.text);
	freezing->entered |= seen > 0;
	freeze_thaw(freezing->outer, seen == 0 ? FREEZE_ALL : FREEZE_NONE);
}

static void hear_console(struct freezing *freezing, const struct event *event)
{
	buffer_add(&freezing->console, event->bytes, event->size);
	if (freezing->console.size > 400)
		buffer_drop(&freezing->console, freezing->console.size - 400);
	look_for_waiting(freezing);
}

/* Whatever is known of why: what it was to say is not said any more. */
static void ended(struct freezing *freezing, const struct event *event)
{
	autofree char *why = format_text(
		"the machine ended too early (%s, cause %d, code %d)%s%.*s",
		event->kind == EVENT_ENDED ? "gone" : "stopped", (int)event->cause, event->code,
		event->size ? ": " : "", (int)event->size, event->bytes ? event->bytes : "");

	over(freezing, why);
}

static void hear_outer(void *context, const struct event *event)
{
	struct freezing *freezing = context;

	if (event->kind == EVENT_BYTES)
		hear_console(freezing, event);
	if (event->kind == EVENT_FROZEN)
		look_at_guest(freezing, event);
	if (event->kind == EVENT_STOPPED || event->kind == EVENT_ENDED)
		ended(freezing, event);
}

/* ---- the machine ---- */

static int open_line(struct freezing *freezing, int *theirs, struct error *error)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the agent");
	freezing->agent.fd = ends[0];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*theirs = ends[1];
	return 0;
}

static int open_disk(struct freezing *freezing, struct error *error)
{
	const struct freeze_request *request = freezing->request;

	return request->payload ? xen_disk(request->machine, request->payload, PAYLOAD_ID, error)
				: xen_disk_empty(error);
}

static void begin(struct freezing *freezing, uv_loop_t *loop)
{
	uv_poll_init(loop, &freezing->poll, freezing->agent.fd);
	uv_timer_init(loop, &freezing->limit);
	uv_timer_init(loop, &freezing->look);
	freezing->poll.data = freezing->limit.data = freezing->look.data = freezing;
	uv_poll_start(&freezing->poll, UV_READABLE, agent_readable);
	uv_timer_start(&freezing->limit, expired, LIMIT_MS, 0);
	xen_wake(&freezing->outer->qmp, freezing->request->from >= 0);
	if (freezing->request->payload)
		order(freezing, "unpack " PAYLOAD_ID);
}

static int launch(struct freezing *freezing, uv_loop_t *loop, struct error *error)
{
	const struct freeze_request *request = freezing->request;
	struct boot_request boot = {.machine = request->machine,
		.folder = "/",
		.freeze = request->watch ? request->watch->points : NULL,
		.freeze_count = request->watch ? request->watch->point_count : 0,
		.listener = hear_outer,
		.context = freezing};
	autofd int disk = open_disk(freezing, error);
	autofd int agent = -1;
	struct inherit inherit[] = {{request->ram, QEMU_FD_MEMORY}, {-1, XEN_FD_AGENT},
		{disk, XEN_FD_DISK}, {request->from, XEN_FD_STATE}};
	struct qemu_launch launch = {.loop = loop,
		.request = &boot,
		.inherit = inherit,
		.inherit_count = request->from >= 0 ? 4 : 3,
		.memory = -1,
		.stub = true,
		.start = QEMU_START_LATER};

	if (disk < 0 || open_line(freezing, &agent, error) < 0)
		return -1;
	inherit[1].from = agent;
	launch.argv =
		xen_argv(request->machine, request->from >= 0 ? XEN_MEMORY_KEPT : XEN_MEMORY_OWN);
	freezing->outer = qemu_launch(&launch, error);
	qemu_argv_free(launch.argv);
	return freezing->outer ? 0 : -1;
}

int freeze(const struct freeze_request *request, struct frozen_domain *domain, struct error *error)
{
	struct freezing freezing = {.request = request, .agent = {.fd = -1}, .error = error};
	autobuffer struct buffer shown = {0};
	uv_loop_t loop;
	int status;

	uv_loop_init(&loop);
	status = launch(&freezing, &loop, error);
	if (status == 0)
		begin(&freezing, &loop);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (freezing.outer)
		boot_release(freezing.outer);
	agent_close(&freezing.agent);
	uv_loop_close(&loop);
	if (status == 0 && !freezing.done) {
		add_printable(&shown, freezing.console.data ? freezing.console.data : "",
			freezing.console.size, 800);
		status = fail_within(error, "%s; its console ends with: %s", request->machine->dom0,
			shown.data ? shown.data : "nothing");
	}
	*domain = freezing.domain;
	buffer_free(&freezing.console);
	return status;
}
