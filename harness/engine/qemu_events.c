/* What the emulator does of its own accord: its monitor's words, and its end. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/warden.h"
#include "engine/qemu_boot.h"
#include "engine/qemu_registers.h"
#include "engine/qemu_stream.h"

/* A drain that brought this much may have found the pipe full, with more to come behind it. A full
 * pipe holds many times that (pipe(7): 16 pages). */
enum { NEARLY_FULL = 4096 };

void boot_tell(struct qemu_boot *boot, struct event *event)
{
	event->at = clock_now() - boot->since;
	boot->request.listener(boot->request.context, event);
}

void boot_kill(struct qemu_boot *boot)
{
	if (boot->killed)
		return;
	boot->killed = true;
	/* Whoever drops the guest's RAM last pays for freeing it: let that be the emulator. */
	if (boot->memory >= 0)
		close(boot->memory);
	boot->memory = -1;
	/* Its number may be another's once it was waited for. It leads a session of its own: see
	 * spawn(). */
	if (boot->pid > 0)
		kill(-boot->pid, SIGKILL);
}

void boot_fail(struct qemu_boot *boot, const char *why)
{
	if (!boot->failure)
		boot->failure = copy_text(why);
	boot_kill(boot);
}

static void stop_confirmed(void *context, const json_t *value);

/* Delivers the stop once every byte that the guest printed before it has been. */
static void settle_stop(struct qemu_boot *boot)
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

static void guest_stopped(struct qemu_boot *boot, enum cause cause)
{
	if (boot->resetting || boot->killed || boot->stopped != CAUSE_NONE)
		return;
	boot->stopped = cause;
	settle_stop(boot);
}

static void hear_shutdown(struct qemu_boot *boot, const json_t *data)
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
	struct qemu_boot *boot = context;

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
	struct qemu_boot *boot = context;
	struct event event = {.kind = EVENT_STARTED};

	(void)value;
	boot->since = clock_now();
	boot_tell(boot, &event);
}

/* Where the gdb stub starts the guest, that may still end before the handshake. */
static void first_status(void *context, const json_t *value)
{
	struct qemu_boot *boot = context;
	const char *status = json_string_value(json_object_get(value, "status"));

	if (boot->stopped != CAUSE_NONE || boot->resetting || !status)
		return;
	if (!strcmp(status, "shutdown") || !strcmp(status, "guest-panicked"))
		boot_fail(boot, "the machine stopped before its monitor could be asked why");
}

static void monitor_readable(uv_poll_t *poll, int status, int events)
{
	struct qemu_boot *boot = poll->data;

	(void)status;
	(void)events;
	if (!qmp_receive(&boot->qmp))
		uv_poll_stop(poll);
}

static void hear_registers(void *context, const json_t *value)
{
	struct qemu_boot *boot = context;
	struct event event = {.kind = EVENT_HALTED};
	const char *text = json_string_value(value);

	boot->asking = false;
	if (text && registers_halted(text) && boot->stopped == CAUSE_NONE && !boot->resetting &&
		!boot->killed)
		boot_tell(boot, &event);
}

void boot_ask_halted(struct qemu_boot *boot)
{
	if (boot->killed || boot->asking || boot->resetting || boot->stopped != CAUSE_NONE)
		return;
	boot->asking = true;
	qmp_command(&boot->qmp, "human-monitor-command",
		json_pack("{s:s}", "command-line", "info registers -a"), hear_registers);
}

/* ---- its end ---- */

static void handle_closed(uv_handle_t *handle)
{
	struct qemu_boot *boot = handle->data;

	if (--boot->handles == 0 && boot->end.kind == EVENT_ENDED)
		boot_tell(boot, &boot->end);
}

void boot_close_handles(struct qemu_boot *boot, uv_close_cb closed)
{
	intakes_close(boot, closed);
	stream_unwatch(boot, closed);
	if (boot->monitor_poll.data)
		uv_close((uv_handle_t *)&boot->monitor_poll, closed);
	if (boot->stub_poll.data)
		uv_close((uv_handle_t *)&boot->stub_poll, closed);
	if (boot->exit_poll.data)
		uv_close((uv_handle_t *)&boot->exit_poll, closed);
}

static void set_end(struct qemu_boot *boot, int status)
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
	struct qemu_boot *boot = poll->data;
	int status = 0;

	(void)poll_status;
	(void)events;
	/* A script that stood between may have left its emulator behind. */
	kill(-boot->pid, SIGKILL);
	if (waitpid(boot->pid, &status, WNOHANG) == 0)
		return;
	warden_forget(boot->pid);
	boot->pid = 0;
	set_end(boot, status);
	qmp_receive(&boot->qmp);
	intakes_drain(boot);
	boot_close_handles(boot, handle_closed);
}

/* ---- watching for all that ---- */

static int poll_descriptor(struct qemu_boot *boot, uv_poll_t *poll, int fd, uv_poll_cb callback)
{
	int result = uv_poll_init(boot->loop, poll, fd);

	if (result)
		return result;
	poll->data = boot;
	boot->handles++;
	return uv_poll_start(poll, UV_READABLE, callback);
}

int boot_watch(struct qemu_boot *boot, struct error *error)
{
	const struct qmp_listener listener = {hear_event, monitor_failed, boot};
	int result = intakes_open(boot);

	if (!result)
		result =
			poll_descriptor(boot, &boot->monitor_poll, boot->monitor, monitor_readable);
	if (!result)
		result = poll_descriptor(boot, &boot->exit_poll, boot->pidfd, emulator_ended);
	if (!result)
		result = freeze_watch(boot);
	if (!result)
		result = stream_watch(boot);
	if (result)
		return fail(error, "the emulator cannot be watched: %s", uv_strerror(result));
	qmp_open(&boot->qmp, boot->monitor, &listener, monitor_ready);
	/* Only now may the guest run: the end of one that was quicker than the handshake would go
	 * unheard. Both lie in the socket before the emulator reads it, so nothing waits for us. */
	if (boot->start == QEMU_START_MONITOR)
		qmp_command(&boot->qmp, "cont", NULL, NULL);
	qmp_command(&boot->qmp, "query-status", NULL, first_status);
	return 0;
}
