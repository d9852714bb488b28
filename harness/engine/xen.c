#include "engine/xen.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "../guests/dom0/agent/frame.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/firmware_call.h"
#include "engine/xen_argv.h"
#include "engine/xen_boot.h"
#include "engine/xen_config.h"
#include "engine/xen_frozen.h"

static struct xen_boot *ours(struct boot *boot)
{
	return (struct xen_boot *)boot;
}

void xen_tell(struct xen_boot *boot, struct event *event)
{
	event->at = boot->outer ? clock_now() - boot->outer->since : 0;
	boot->request.listener(boot->request.context, event);
}

void xen_mark(struct xen_boot *boot, const char *name)
{
	struct event event = {.kind = EVENT_MARK, .bytes = name, .size = strlen(name)};

	xen_tell(boot, &event);
}

void xen_end(struct xen_boot *boot, enum cause cause, int code, const char *words)
{
	if (boot->step == XEN_OVER)
		return;
	boot->step = XEN_OVER;
	boot->words = copy_text(words ? words : "");
	boot->end = (struct event){.kind = EVENT_ENDED,
		.cause = cause,
		.code = code,
		.bytes = boot->words,
		.size = strlen(boot->words)};
	boot_kill(boot->outer);
}

/* ---- what the outer machine does ---- */

static void hear_debug(void *context, const char *bytes, size_t size)
{
	struct xen_boot *boot = context;
	struct event event = {
		.kind = EVENT_BYTES, .channel = CHANNEL_DEBUG, .bytes = bytes, .size = size};

	if (boot->step != XEN_OVER)
		xen_tell(boot, &event);
}

static void hear_host(struct xen_boot *boot, struct event *event)
{
	event->channel = CHANNEL_HOST;
	xen_tell(boot, event);
	host_feed(&boot->host, event->bytes, event->size, hear_debug, boot);
	boot->mark = boot->host.mark;
	course_marked(boot);
	if (boot->host.death[0])
		xen_end(boot, boot->host.ours ? CAUSE_ENGINE : CAUSE_CRASH, 0, boot->host.death);
}

static void hear_agent(struct xen_boot *boot)
{
	struct error error;

	if (agent_receive(&boot->agent, course_hear, boot, &error) < 0)
		xen_end(boot, CAUSE_ENGINE, 0, error.text);
}

static void hear_frozen(struct xen_boot *boot, struct event *event)
{
	struct error error;

	hear_agent(boot);
	if (boot->step == XEN_OVER)
		return;
	if (nested_map(&boot->memory, &error) < 0) {
		xen_end(boot, CAUSE_ENGINE, 0, error.text);
		return;
	}
	xen_tell(boot, event);
}

/* The outer machine pauses where it would have been reset or switched off: nobody but the
 * hypervisor and dom0 can do that. */
static void hear_stop(struct xen_boot *boot, enum cause cause)
{
	if (boot->host.panicking)
		xen_end(boot, CAUSE_CRASH, 0, "Xen panicked");
	else if (cause == CAUSE_RESET)
		xen_end(boot, CAUSE_CRASH, 0,
			"the outer machine was reset: Xen ended it, or a triple fault");
	else
		xen_end(boot, CAUSE_CRASH, 0, "the outer machine was switched off");
}

/* The outer machine is gone: by our doing, or by itself. */
static void name_end(struct xen_boot *boot, const struct event *event)
{
	char words[160];

	if (boot->end.kind == EVENT_ENDED)
		return;
	boot->end = *event;
	if (event->cause == CAUSE_SIGNAL)
		snprintf(words, sizeof(words), "the outer emulator died of signal %d (%s)",
			event->code, strsignal(event->code));
	else if (event->cause == CAUSE_EXIT)
		snprintf(words, sizeof(words), "the outer emulator ended with status %d",
			event->code);
	else
		return;
	boot->words = copy_text(words);
	boot->end.cause = CAUSE_CRASH;
	boot->end.bytes = boot->words;
	boot->end.size = strlen(boot->words);
}

static void agent_closed(uv_handle_t *handle)
{
	struct xen_boot *boot = handle->data;

	xen_tell(boot, &boot->end);
}

static void hear_end(struct xen_boot *boot, const struct event *event)
{
	hear_agent(boot);
	name_end(boot, event);
	boot->step = XEN_OVER;
	if (boot->agent_watched)
		uv_close((uv_handle_t *)&boot->agent_poll, agent_closed);
	else
		xen_tell(boot, &boot->end);
}

/* What the processor holds for the hypervisor's own sake while the guest runs, and the guest cannot
 * see: CR0.TS, CR4.MCE and EFER.SVME. */
static void hide_host(struct cpu_state *cpu)
{
	cpu->cr0 &= ~0x8u;
	cpu->cr4 &= ~0x40u;
	cpu->efer &= ~0x1000u;
}

static void hear_outer(void *context, const struct event *outer)
{
	struct xen_boot *boot = context;
	struct event event = *outer;

	switch (event.kind) {
	case EVENT_BYTES:
		if (event.channel == CHANNEL_SERIAL)
			hear_host(boot, &event);
		else
			xen_tell(boot, &event);
		break;
	case EVENT_FROZEN:
		hide_host(&event.cpu);
		hear_frozen(boot, &event);
		break;
	case EVENT_STOPPED:
		hear_stop(boot, event.cause);
		break;
	case EVENT_ENDED:
		hear_end(boot, &event);
		break;
	case EVENT_STARTED:
		xen_tell(boot, &event);
		break;
	case EVENT_HALTED:
	case EVENT_MARK:
		break;
	}
}

static void agent_readable(uv_poll_t *poll, int status, int events)
{
	struct xen_boot *boot = poll->data;

	(void)status;
	(void)events;
	hear_agent(boot);
}

/* ---- start ---- */

static bool place_in_outer(void *context, uint64_t linear, uint64_t *outer, uint64_t *follow)
{
	return nested_place(context, linear, outer, follow);
}

/* The stub asks for memory by the outer machine's addresses: it knows no nested page tables. */
static void prepare_stub(struct xen_boot *boot)
{
	boot->outer->stub.translate = place_in_outer;
	boot->outer->stub.translate_context = &boot->memory;
}

/* Once the processors run, a byte to the stub would stop them: all this lies in the socket before.
 */
void xen_ignore_shared(struct qmp *qmp)
{
	qmp_command(qmp, "migrate-set-capabilities",
		json_pack("{s:[{s:s, s:b}]}", "capabilities", "capability", "x-ignore-shared",
			"state", 1),
		NULL);
}

void xen_wake(struct qmp *qmp, bool frozen)
{
	autofree char *state = format_text("fd:%d", XEN_FD_STATE);

	if (frozen) {
		xen_ignore_shared(qmp);
		qmp_command(qmp, "migrate-incoming", json_pack("{s:s}", "uri", state), NULL);
	}
	qmp_command(qmp, "cont", NULL, NULL);
}

static int watch_agent(struct xen_boot *boot, uv_loop_t *loop, struct error *error)
{
	int result = uv_poll_init(loop, &boot->agent_poll, boot->agent.fd);

	if (result)
		return fail(error, "agent: %s", uv_strerror(result));
	boot->agent_poll.data = boot;
	boot->agent_watched = true;
	uv_poll_start(&boot->agent_poll, UV_READABLE, agent_readable);
	return 0;
}

/* The outer machine's descriptors. */
struct outer_ties {
	int agent, disk, state;
};

static void close_outer_ties(struct outer_ties *ties)
{
	const int all[] = {ties->agent, ties->disk, ties->state};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			close(all[i]);
}

static int open_outer_ties(struct xen_boot *boot, struct outer_ties *ties, struct error *error)
{
	const struct machine *machine = boot->request.machine;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the agent");
	boot->agent.fd = ends[0];
	ties->agent = ends[1];
	fcntl(boot->agent.fd, F_SETFL, O_NONBLOCK);
	ties->disk = xen_disk(machine, boot->request.payload, boot->id, error);
	if (ties->disk < 0)
		return -1;
	if (machine->frozen)
		return frozen_open(machine->frozen, &boot->ram, &ties->state, &boot->built, error);
	boot->ram = memfd_create("outer-ram", MFD_CLOEXEC);
	if (boot->ram < 0 || ftruncate(boot->ram, (off_t)XEN_OUTER_MEMORY))
		return fail_errno(error, "no memory for the outer machine");
	return 0;
}

static int launch_outer(
	struct xen_boot *boot, uv_loop_t *loop, const struct outer_ties *ties, struct error *error)
{
	struct boot_request request = boot->request;
	const struct machine *machine = request.machine;
	struct inherit inherit[] = {{boot->ram, QEMU_FD_MEMORY}, {ties->agent, XEN_FD_AGENT},
		{ties->disk, XEN_FD_DISK}, {ties->state, XEN_FD_STATE}};
	struct qemu_launch launch = {.loop = loop,
		.request = &request,
		.inherit = inherit,
		.inherit_count = machine->frozen ? 4 : 3,
		.memory = -1,
		.stub = true,
		.start = QEMU_START_LATER};

	request.listener = hear_outer;
	request.context = boot;
	launch.argv = xen_argv(machine, machine->frozen ? XEN_MEMORY_CLONED : XEN_MEMORY_OWN);
	boot->outer = qemu_launch(&launch, error);
	qemu_argv_free(launch.argv);
	return boot->outer ? 0 : -1;
}

struct xen_boot *xen_start(uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	static unsigned number;
	__attribute__((cleanup(close_outer_ties))) struct outer_ties ties = {-1, -1, -1};
	struct xen_boot *boot = calloc(1, sizeof(*boot));

	if (!boot)
		abort();
	boot->head.engine = request->machine->stubdom ? &engine_stubdom : &engine_xen;
	boot->request = *request;
	boot->agent.fd = boot->ram = -1;
	snprintf(boot->id, sizeof(boot->id), "%d-%u", (int)getpid(), number++);
	if (open_outer_ties(boot, &ties, error) < 0 || launch_outer(boot, loop, &ties, error) < 0) {
		xen_release(boot);
		return NULL;
	}
	boot->memory = (struct nested_memory){
		.pid = boot->outer->pid, .file = boot->ram, .size = XEN_OUTER_MEMORY};
	prepare_stub(boot);
	xen_wake(&boot->outer->qmp, request->machine->frozen != NULL);
	if (watch_agent(boot, loop, error) < 0)
		xen_end(boot, CAUSE_ENGINE, 0, error->text);
	else if (request->machine->frozen)
		course_begin(boot);
	return boot;
}

void xen_release(struct xen_boot *boot)
{
	if (boot->outer)
		boot_release(boot->outer);
	agent_close(&boot->agent);
	host_close(&boot->host);
	nested_close(&boot->memory);
	buffer_free(&boot->tool);
	if (boot->ram >= 0)
		close(boot->ram);
	free(boot->words);
	free(boot);
}

/* ---- the engine's table ---- */

static struct boot *start(uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	struct xen_boot *boot = xen_start(loop, request, error);

	return boot ? &boot->head : NULL;
}

static void reset(struct boot *boot)
{
	course_reset(ours(boot));
}

static void move(struct boot *boot, const char *how)
{
	course_move(ours(boot), how);
}

/* A guest that halts for good is a domain that stops: the agent says so unasked. */
static void poll(struct boot *boot)
{
	(void)boot;
}

static uint64_t progress(const struct boot *boot)
{
	const struct xen_boot *self = (const struct xen_boot *)boot;

	return nested_progress(self->memory.pid, self->request.machine->frozen);
}

static int read_memory(
	struct boot *boot, uint64_t address, void *out, size_t size, struct error *error)
{
	if (nested_map(&ours(boot)->memory, error) < 0)
		return -1;
	return nested_read(&ours(boot)->memory, address, out, size, error);
}

static void thaw(struct boot *boot, enum freeze_set points)
{
	freeze_thaw(ours(boot)->outer, points);
}

static int watch(struct boot *boot, size_t point, struct error *error)
{
	return freeze_watch_point(ours(boot)->outer, point, error);
}

static struct memory_reader reader(struct boot *boot)
{
	return nested_reader(&ours(boot)->memory);
}

static int memory_map(struct boot *boot, struct memory_map *out, struct error *error)
{
	struct qemu_boot *outer = ours(boot)->outer;

	if (!outer->frozen)
		return fail(error, "memory map: the machine does not stand still");
	if (rsp_command(&outer->stub, "Qqemu.PhyMemMode:1", error) < 0)
		return -1;
	return firmware_memory_map(&outer->stub, out, error);
}

static void stop(struct boot *boot)
{
	boot_kill(ours(boot)->outer);
}

static void release(struct boot *boot)
{
	xen_release(ours(boot));
}

#define KEPT_DISK "payload.img"

static int keep(const struct machine *machine, const struct payload *payload, const char *folder,
	struct error *error)
{
	autofree char *to = format_text("%s/" KEPT_DISK, folder);
	autofd int disk = xen_disk(machine, payload, AGENT_ALONE, error);
	autofree char *from = format_text("/proc/self/fd/%d", disk);

	return disk < 0 ? -1 : file_copy(from, to, 0644, error);
}

static char **repeat(const struct machine *machine, const struct payload *payload,
	const char *kernel, const char *initrd)
{
	(void)payload;
	(void)kernel;
	(void)initrd;
	return xen_argv_alone(machine, KEPT_DISK);
}

/* What both engines do; they differ in what dom0 is asked for. */
#define ENGINE(called)                                                                             \
	{                                                                                          \
		.name = (called), .start = start, .reset = reset, .move = move, .poll = poll,      \
		.progress = progress, .read_memory = read_memory, .thaw = thaw, .watch = watch,    \
		.reader = reader, .memory_map = memory_map, .stop = stop, .release = release,      \
		.repeat = repeat, .keep = keep,                                                    \
	}

const struct engine engine_xen = ENGINE("xen");

const struct engine engine_stubdom = ENGINE("stubdom");
