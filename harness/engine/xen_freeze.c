/* Boots dom0 for real, waits until it is idle, and writes down all of the machine but its memory,
 * which lies in a file already (migration capability x-ignore-shared: 12 ms where a whole copy
 * takes half a second). * The machine is not stopped first: one that was frozen at a stand would
 * come back at a stand. */
#include <fcntl.h>
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

enum { LIMIT_MS = 180000, LOOK_MS = 5 };

struct freezing {
	struct qemu_boot *outer;
	struct xen_agent agent;
	uv_poll_t poll;
	uv_timer_t limit, look;
	struct buffer console; /* the end of what the host said */
	int state;
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

	qmp_command(qmp, "migrate-set-capabilities",
		json_pack("{s:[{s:s, s:b}]}", "capabilities", "capability", "x-ignore-shared",
			"state", 1),
		NULL);
	qmp_command(qmp, "migrate-set-parameters",
		json_pack("{s:I}", "max-bandwidth", (json_int_t)1 << 40), NULL);
	qmp_give_fd(qmp, "state", freezing->state);
	qmp_command(qmp, "migrate", json_pack("{s:s}", "uri", "fd:state"), NULL);
	uv_timer_start(&freezing->look, look, LOOK_MS, LOOK_MS);
}

static void hear_agent(void *context, unsigned kind, const char *words, size_t size)
{
	(void)size;
	if (kind == AGENT_EVENT && !strcmp(words, "ready"))
		begin_migration(context);
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
	over(timer->data, "dom0 did not come up in three minutes");
}

static void hear_outer(void *context, const struct event *event)
{
	struct freezing *freezing = context;

	if (event->kind == EVENT_BYTES) {
		buffer_add(&freezing->console, event->bytes, event->size);
		if (freezing->console.size > 400)
			buffer_drop(&freezing->console, freezing->console.size - 400);
	}
	if (event->kind == EVENT_STOPPED || event->kind == EVENT_ENDED)
		over(freezing, "the machine ended before dom0 was up");
}

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

static void watch(struct freezing *freezing, uv_loop_t *loop)
{
	uv_poll_init(loop, &freezing->poll, freezing->agent.fd);
	uv_timer_init(loop, &freezing->limit);
	uv_timer_init(loop, &freezing->look);
	freezing->poll.data = freezing->limit.data = freezing->look.data = freezing;
	uv_poll_start(&freezing->poll, UV_READABLE, agent_readable);
	uv_timer_start(&freezing->limit, expired, LIMIT_MS, 0);
	qmp_command(&freezing->outer->qmp, "cont", NULL, NULL);
}

static int launch(struct freezing *freezing, uv_loop_t *loop, const struct machine *machine,
	int ram, struct error *error)
{
	struct boot_request request = {
		.machine = machine, .folder = "/", .listener = hear_outer, .context = freezing};
	autofd int disk = xen_disk_empty(error);
	autofd int agent = -1;
	struct inherit inherit[] = {{ram, QEMU_FD_MEMORY}, {-1, XEN_FD_AGENT}, {disk, XEN_FD_DISK}};
	struct qemu_launch launch = {.loop = loop,
		.request = &request,
		.inherit = inherit,
		.inherit_count = 3,
		.memory = -1,
		.stub = true,
		.start = QEMU_START_LATER};

	if (disk < 0 || open_line(freezing, &agent, error) < 0)
		return -1;
	inherit[1].from = agent;
	launch.argv = xen_argv(machine, XEN_MEMORY_OWN);
	freezing->outer = qemu_launch(&launch, error);
	qemu_argv_free(launch.argv);
	return freezing->outer ? 0 : -1;
}

int freeze_dom0(const struct machine *machine, int ram, int state, struct error *error)
{
	struct freezing freezing = {.agent = {.fd = -1}, .state = state, .error = error};
	autobuffer struct buffer shown = {0};
	uv_loop_t loop;
	int status;

	uv_loop_init(&loop);
	status = launch(&freezing, &loop, machine, ram, error);
	if (status == 0)
		watch(&freezing, &loop);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (freezing.outer)
		boot_release(freezing.outer);
	agent_close(&freezing.agent);
	uv_loop_close(&loop);
	if (status == 0 && !freezing.done) {
		add_printable(&shown, freezing.console.data ? freezing.console.data : "",
			freezing.console.size, 800);
		fail_within(error, "%s; its console ends with: %s", machine->dom0,
			shown.data ? shown.data : "nothing");
		status = -1;
	}
	buffer_free(&freezing.console);
	return status;
}
