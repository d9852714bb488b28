#include "engine/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/text.h"
#include "engine/qemu_argv.h"
#include "engine/qemu_boot.h"
#include "engine/qemu_registers.h"

/* A drain that brought this much may have found the pipe full, with more to come behind it. A full
 * pipe holds many times that (pipe(7): 16 pages). */
enum { NEARLY_FULL = 4096 };

void boot_tell(struct boot *boot, struct event *event)
{
	event->at = clock_now() - boot->since;
	boot->request.listener(boot->request.context, event);
}

static void kill_emulator(struct boot *boot)
{
	if (boot->killed)
		return;
	boot->killed = true;
	/* Whoever drops the guest's RAM last pays for freeing it: let that be the emulator. */
	if (boot->memory >= 0)
		close(boot->memory);
	boot->memory = -1;
	kill(boot->pid, SIGKILL);
}

void boot_fail(struct boot *boot, const char *why)
{
	if (!boot->failure)
		boot->failure = copy_text(why);
	kill_emulator(boot);
}

/* ---- what the emulator's monitor says ---- */

static void stop_confirmed(void *context, const json_t *value);

/* Delivers the stop once every byte that the guest printed before it has been. */
static void settle_stop(struct boot *boot)
{
	struct event event = {.kind = EVENT_STOPPED, .cause = boot->stopped};

	if (intakes_drain(boot) >= NEARLY_FULL) {
		qmp_command(&boot->qmp, "query-status", NULL, stop_confirmed);
		return;
	}
	if (boot->killed || boot->stopped == CAUSE_NONE)
		return;
	if (boot->stopped == CAUSE_RESET && reset_forgiven(boot))
		return;
	boot_tell(boot, &event);
}

static void stop_confirmed(void *context, const json_t *value)
{
	(void)value;
	settle_stop(context);
}

static void guest_stopped(struct boot *boot, enum cause cause)
{
	if (boot->resetting || boot->killed || boot->stopped != CAUSE_NONE)
		return;
	boot->stopped = cause;
	settle_stop(boot);
}

static void hear_shutdown(struct boot *boot, const json_t *data)
{
	static const struct {
		const char *reason;
		enum cause cause;
	} reasons[] = {{"guest-shutdown", CAUSE_POWEROFF}, {"guest-reset", CAUSE_RESET},
		{"guest-panic", CAUSE_PANIC}};
	const char *reason = json_string_value(json_object_get(data, "reason"));

	/* Other reasons come from the host: the emulator is about to end. */
	for (size_t i = 0; reason && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(reason, reasons[i].reason))
			guest_stopped(boot, reasons[i].cause);
}

static void hear_event(void *context, const char *name, const json_t *data)
{
	struct boot *boot = context;

	if (!strcmp(name, "SHUTDOWN"))
		hear_shutdown(boot, data);
	else if (!strcmp(name, "GUEST_PANICKED"))
		guest_stopped(boot, CAUSE_PANIC);
	else if (!strcmp(name, "RESET"))
		reset_seen(boot, json_is_true(json_object_get(data, "guest")));
}

static void monitor_failed(void *context, const char *why)
{
	boot_fail(context, why);
}

/* The emulator answers the handshake from its main loop, so the processors have started. */
static void monitor_ready(void *context, const json_t *value)
{
	struct boot *boot = context;
	struct event event = {.kind = EVENT_STARTED};

	(void)value;
	boot->since = clock_now();
	boot_tell(boot, &event);
}

/* Events from before the handshake are lost: nobody may conclude anything from their absence. */
static void first_status(void *context, const json_t *value)
{
	struct boot *boot = context;

	if (!json_is_true(json_object_get(value, "running")) && boot->stopped == CAUSE_NONE &&
		!boot->resetting)
		boot_fail(boot, "the machine stopped before its monitor could be asked why");
}

static void monitor_readable(uv_poll_t *poll, int status, int events)
{
	struct boot *boot = poll->data;

	(void)status;
	(void)events;
	if (!qmp_receive(&boot->qmp))
		uv_poll_stop(poll);
}

static void hear_registers(void *context, const json_t *value)
{
	struct boot *boot = context;
	struct event event = {.kind = EVENT_HALTED};
	const char *text = json_string_value(value);

	boot->asking = false;
	if (text && registers_halted(text) && boot->stopped == CAUSE_NONE && !boot->resetting &&
		!boot->killed)
		boot_tell(boot, &event);
}

/* ---- its end ---- */

static void handle_closed(uv_handle_t *handle)
{
	struct boot *boot = handle->data;

	if (--boot->handles == 0 && boot->end.kind == EVENT_ENDED)
		boot_tell(boot, &boot->end);
}

static void close_handles(struct boot *boot)
{
	intakes_close(boot, handle_closed);
	if (boot->monitor_poll.data)
		uv_close((uv_handle_t *)&boot->monitor_poll, handle_closed);
	if (boot->exit_poll.data)
		uv_close((uv_handle_t *)&boot->exit_poll, handle_closed);
}

static void set_end(struct boot *boot, int status)
{
	boot->end = (struct event){.kind = EVENT_ENDED, .cause = CAUSE_EXIT};
	if (boot->failure) {
		boot->end.cause = CAUSE_ENGINE;
		boot->end.bytes = boot->failure;
		boot->end.size = strlen(boot->failure);
	} else if (WIFEXITED(status)) {
		boot->end.code = WEXITSTATUS(status);
	} else {
		boot->end.code = WTERMSIG(status);
		boot->end.cause =
			boot->killed && boot->end.code == SIGKILL ? CAUSE_KILLED : CAUSE_SIGNAL;
	}
}

static void emulator_ended(uv_poll_t *poll, int poll_status, int events)
{
	struct boot *boot = poll->data;
	int status = 0;

	(void)poll_status;
	(void)events;
	if (waitpid(boot->pid, &status, WNOHANG) == 0)
		return;
	boot->pid = 0;
	qmp_receive(&boot->qmp);
	intakes_drain(boot);
	set_end(boot, status);
	boot->killed = true;
	close_handles(boot);
}

/* ---- its start ---- */

/* Both ends of what ties an emulator to us; those still open at the scope's end are closed. */
struct ties {
	int theirs[QEMU_FD_GDB]; /* by their number in the emulator; 0 = not there */
};

static void close_ties(struct ties *ties)
{
	/* The payload's descriptors belong to the payload. */
	for (int fd = 0; fd < QEMU_FD_GDB; fd++)
		if (ties->theirs[fd] > 0 && fd != QEMU_FD_KERNEL && fd != QEMU_FD_INITRD &&
			fd != QEMU_FD_MEMORY)
			close(ties->theirs[fd]);
}

static int open_intake(struct boot *boot, enum channel channel, int *theirs, struct error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return fail_errno(error, "no pipe for the emulator");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	boot->intakes[channel].fd = ends[0];
	*theirs = ends[1];
	return 0;
}

static int open_monitor(struct boot *boot, int *theirs, struct error *error)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the emulator");
	boot->monitor = ends[0];
	*theirs = ends[1];
	return 0;
}

static int open_memory(struct boot *boot, struct error *error)
{
	uint64_t size = boot->request.machine->memory;

	boot->memory = memfd_create("guest-ram", MFD_CLOEXEC);
	if (boot->memory < 0 || ftruncate(boot->memory, (off_t)size))
		return fail_errno(error, "no %" PRIu64 " bytes of guest memory", size);
	return 0;
}

static int open_ties(struct boot *boot, struct ties *ties, struct error *error)
{
	const struct payload *payload = boot->request.payload;

	if (open_monitor(boot, &ties->theirs[QEMU_FD_MONITOR], error) || open_memory(boot, error) ||
		open_intake(boot, CHANNEL_SERIAL, &ties->theirs[QEMU_FD_SERIAL], error) ||
		open_intake(boot, CHANNEL_DEBUG, &ties->theirs[QEMU_FD_DEBUG], error) ||
		open_intake(boot, CHANNEL_EMULATOR, &ties->theirs[1], error))
		return -1;
	ties->theirs[QEMU_FD_MEMORY] = boot->memory;
	ties->theirs[QEMU_FD_KERNEL] = payload->kernel->fd;
	if (payload->initrd)
		ties->theirs[QEMU_FD_INITRD] = payload->initrd->fd;
	return 0;
}

/* The emulator runs in another folder than we do. */
static char *absolute(const char *path)
{
	char *real = path && strchr(path, '/') ? realpath(path, NULL) : NULL;

	return real ? real : copy_text(path);
}

static char **full_argv(const struct machine *machine, const struct payload *payload,
	const char *kernel, const char *initrd, enum qemu_ties ties)
{
	struct machine here = *machine;
	autofree char *emulator = absolute(machine->emulator);
	autofree char *firmware = absolute(machine->firmware);
	autofree char *rom_folder = absolute(machine->rom_folder);

	here.emulator = emulator;
	here.firmware = firmware;
	here.rom_folder = rom_folder;
	return qemu_argv(&here, kernel, initrd, payload->cmdline, ties);
}

static int spawn_emulator(struct boot *boot, const struct ties *ties, struct error *error)
{
	const struct payload *payload = boot->request.payload;
	struct inherit inherit[QEMU_FD_GDB];
	struct command command = {.folder = boot->request.folder,
		.inherit = inherit,
		.in = -1,
		.out = ties->theirs[1],
		.err = ties->theirs[1]};
	char **argv = full_argv(boot->request.machine, payload, payload->kernel->path,
		payload->initrd ? payload->initrd->path : NULL, QEMU_LIVE);

	for (int fd = QEMU_FD_MONITOR; fd < QEMU_FD_GDB; fd++)
		if (ties->theirs[fd] > 0)
			inherit[command.inherit_count++] = (struct inherit){ties->theirs[fd], fd};
	command.argv = argv;
	boot->since = clock_now();
	boot->pid = spawn(&command, &boot->pidfd, error);
	qemu_argv_free(argv);
	return boot->pid < 0 ? -1 : 0;
}

static int poll_descriptor(struct boot *boot, uv_poll_t *poll, int fd, uv_poll_cb callback)
{
	int result = uv_poll_init(boot->loop, poll, fd);

	if (result)
		return result;
	poll->data = boot;
	boot->handles++;
	return uv_poll_start(poll, UV_READABLE, callback);
}

static int watch_emulator(struct boot *boot, struct error *error)
{
	const struct qmp_listener listener = {hear_event, monitor_failed, boot};
	int result = intakes_open(boot);

	if (!result)
		result =
			poll_descriptor(boot, &boot->monitor_poll, boot->monitor, monitor_readable);
	if (!result)
		result = poll_descriptor(boot, &boot->exit_poll, boot->pidfd, emulator_ended);
	if (result)
		return fail(error, "the emulator cannot be watched: %s", uv_strerror(result));
	qmp_open(&boot->qmp, boot->monitor, &listener, monitor_ready);
	qmp_command(&boot->qmp, "query-status", NULL, first_status);
	return 0;
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void release(struct boot *boot)
{
	if (!boot)
		return;
	for (size_t i = 0; i < CHANNELS; i++)
		close_descriptor(&boot->intakes[i].fd);
	close_descriptor(&boot->monitor);
	close_descriptor(&boot->pidfd);
	close_descriptor(&boot->memory);
	qmp_close(&boot->qmp);
	free(boot->failure);
	free(boot);
}

static void abandoned(uv_handle_t *handle)
{
	struct boot *boot = handle->data;

	if (--boot->handles == 0)
		release(boot);
}

/* A start that failed half-way: nothing of it may be left, and no event comes. */
static struct boot *abandon(struct boot *boot)
{
	if (boot->pid > 0) {
		kill(boot->pid, SIGKILL);
		waitpid(boot->pid, NULL, 0);
	}
	if (!boot->handles) {
		release(boot);
		return NULL;
	}
	intakes_close(boot, abandoned);
	if (boot->monitor_poll.data)
		uv_close((uv_handle_t *)&boot->monitor_poll, abandoned);
	if (boot->exit_poll.data)
		uv_close((uv_handle_t *)&boot->exit_poll, abandoned);
	return NULL;
}

static struct boot *start(uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	__attribute__((cleanup(close_ties))) struct ties ties = {{0}};
	struct boot *boot = calloc(1, sizeof(*boot));

	if (!boot)
		abort();
	boot->loop = loop;
	boot->request = *request;
	boot->monitor = boot->pidfd = boot->memory = -1;
	for (size_t i = 0; i < CHANNELS; i++)
		boot->intakes[i].fd = -1;
	if (open_ties(boot, &ties, error) || spawn_emulator(boot, &ties, error) ||
		watch_emulator(boot, error))
		return abandon(boot);
	return boot;
}

/* ---- while it runs ---- */

static void reset(struct boot *boot)
{
	if (!boot->killed)
		reset_begin(boot);
}

static void poll_halt(struct boot *boot)
{
	if (boot->killed || boot->asking || boot->resetting || boot->stopped != CAUSE_NONE)
		return;
	boot->asking = true;
	qmp_command(&boot->qmp, "human-monitor-command",
		json_pack("{s:s}", "command-line", "info registers -a"), hear_registers);
}

static uint64_t progress(const struct boot *boot)
{
	struct stat status;

	if (boot->memory < 0 || fstat(boot->memory, &status))
		return boot->progress;
	return (uint64_t)status.st_blocks * 512;
}

static int read_memory(
	struct boot *boot, uint64_t address, void *out, size_t size, struct error *error)
{
	const struct machine *machine = boot->request.machine;
	uint64_t offset;
	char *to = out;

	if (boot->memory < 0)
		return fail(error, "guest memory: the machine is gone");
	if (qemu_ram_offset(machine->type, machine->memory, address, size, &offset))
		return fail(error,
			"guest memory: %#" PRIx64 " + %#zx is not RAM of a %s with %" PRIu64
			" bytes",
			address, size, machine->type, machine->memory);
	while (size) {
		ssize_t got = pread(boot->memory, to, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_errno(error, "guest memory at %#" PRIx64, address);
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

static void stop(struct boot *boot)
{
	boot->progress = progress(boot);
	kill_emulator(boot);
}

static char **repeat(const struct machine *machine, const struct payload *payload,
	const char *kernel, const char *initrd)
{
	return full_argv(machine, payload, kernel, initrd, QEMU_REPEAT);
}

const struct engine engine_qemu = {
	.name = "qemu",
	.start = start,
	.reset = reset,
	.poll = poll_halt,
	.progress = progress,
	.read_memory = read_memory,
	.stop = stop,
	.release = release,
	.repeat = repeat,
};
