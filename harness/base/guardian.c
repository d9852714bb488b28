/* run_command(): a process between us and a command that may have any number of descendants. */
#include "base/spawn.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/interrupt.h"

/* What the guardian tells at its end, in one write. */
struct report {
	enum { COMMAND_FAILED, COMMAND_ENDED, COMMAND_TIMED_OUT } outcome;
	int status; /* as waitpid() gives it */
	struct error error;
};

/* The guardian's own three descriptors. */
struct guardian {
	int life;   /* reads EOF when the one who asked is gone */
	int output; /* the command's 1 and 2 */
	int report;
};

/* Reads the parent of a process from /proc/PID/stat, where a name in parentheses may hold anything.
 */
static pid_t parent_of(const char *pid)
{
	char path[64], text[512];
	const char *behind;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -1;
	text[got] = '\0';
	behind = strrchr(text, ')');
	return behind && strlen(behind) > 4 ? (pid_t)atoi(behind + 4) : -1;
}

/* Kills our direct children, adopted ones included. @return how many could be killed */
static unsigned kill_children(void)
{
	autodir DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned killed = 0;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
			parent_of(entry->d_name) == getpid() && !kill(atoi(entry->d_name), SIGKILL))
			killed++;
	return killed;
}

/* The children of what is killed become ours (we are a subreaper), so killing goes on until there
 * is nobody left. What we may not kill (sudo's children) is left behind rather than waited for. */
static void kill_descendants(void)
{
	while (kill_children()) {
		waitpid(-1, NULL, 0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* Waits for the command's end, ours, or the time limit. @return true when the command ended */
static bool watch(int life, int pidfd, unsigned timeout_ms)
{
	struct pollfd watched[] = {{.fd = pidfd, .events = POLLIN}, {.fd = life, .events = POLLIN}};
	uint64_t end = clock_now() + timeout_ms * UINT64_C(1000000);

	for (;;) {
		uint64_t now = clock_now();
		int left = !timeout_ms	? -1
			   : now >= end ? 0
					: (int)((end - now + 999999) / 1000000);
		int ready = poll(watched, 2, left);

		if (ready < 0 && errno == EINTR)
			continue;
		return ready > 0 && watched[0].revents;
	}
}

/* The guardian keeps no descriptor of ours: a journal's lock or a pipe's end must not live on in
 * it. */
static void keep_only(struct guardian *guardian)
{
	int *const kept[] = {&guardian->life, &guardian->output, &guardian->report};

	for (size_t i = 0; i < 3; i++)
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, 3);
	for (size_t i = 0; i < 3; i++)
		*kept[i] = dup2(*kept[i], (int)i);
	syscall(SYS_close_range, 3u, ~0u, 0u);
}

__attribute__((noreturn)) static void guard(
	struct guardian *guardian, char *const *argv, const char *folder, unsigned timeout_ms)
{
	struct command command = {.argv = argv, .folder = folder, .in = -1};
	struct report report = {.outcome = COMMAND_FAILED};
	sigset_t all;
	int pidfd;
	pid_t pid;

	/* Nothing but SIGKILL ends a guardian early: a hang-up or ctrl-C is its parent's matter. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	keep_only(guardian);
	command.out = command.err = guardian->output;
	pid = spawn(&command, &pidfd, &report.error);
	if (pid > 0) {
		bool ended = watch(guardian->life, pidfd, timeout_ms);

		report.outcome = ended ? COMMAND_ENDED : COMMAND_TIMED_OUT;
		if (ended)
			waitpid(pid, &report.status, 0);
		kill_descendants();
	}
	_exit(write(guardian->report, &report, sizeof(report)) != sizeof(report));
}

/* Collects output until the report comes; a descendant may keep the pipe open beyond that. */
static bool collect(int output, int from_guardian, const struct listener *listener,
	struct report *report, struct buffer *out)
{
	struct pollfd watched[] = {{.fd = output, .events = POLLIN},
		{.fd = from_guardian, .events = POLLIN}, {.fd = interrupt_fd(), .events = POLLIN}};
	char chunk[4096];
	ssize_t got;

	for (;;) {
		if (poll(watched, 3, -1) < 0 && errno != EINTR)
			return false;
		if (watched[2].revents)
			return false;
		while ((got = read(output, chunk, sizeof(chunk))) > 0)
			buffer_add(out, chunk, (size_t)got);
		if (listener)
			listener->heard(listener->context);
		if (!got)
			watched[0].fd = -1;
		if (watched[1].revents)
			break;
	}
	got = read(from_guardian, report, sizeof(*report));
	if (got != sizeof(*report))
		return false;
	while ((got = read(output, chunk, sizeof(chunk))) > 0)
		buffer_add(out, chunk, (size_t)got);
	return true;
}

static int judge(const struct report *report, const char *program, unsigned timeout_ms, int *status,
	struct error *error)
{
	if (report->outcome == COMMAND_FAILED)
		return fail(error, "%s", report->error.text);
	if (report->outcome == COMMAND_TIMED_OUT)
		return fail(error, "%s: not finished after %u ms, killed", program, timeout_ms);
	*status = WIFSIGNALED(report->status) ? 128 + WTERMSIG(report->status)
					      : WEXITSTATUS(report->status);
	return 0;
}

int run_command_heard(char *const *argv, const char *folder, unsigned timeout_ms,
	struct buffer *output, const struct listener *listener, int *status, struct error *error)
{
	int life[2], out[2], told[2];
	autofd int alive = -1;
	autofd int from_command = -1;
	autofd int from_guardian = -1;
	struct report report;
	bool complete;
	pid_t pid;

	if (pipe2(life, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(told, O_CLOEXEC))
		return fail_errno(error, "%s: cannot be started", argv[0]);
	alive = life[1];
	from_command = out[0];
	from_guardian = told[0];
	fcntl(from_command, F_SETFL, O_NONBLOCK);
	pid = fork();
	if (!pid)
		guard(&(struct guardian){life[0], out[1], told[1]}, argv, folder, timeout_ms);
	close(life[0]);
	close(out[1]);
	close(told[1]);
	if (pid < 0)
		return fail_errno(error, "%s: cannot be started", argv[0]);
	complete = collect(from_command, from_guardian, listener, &report, output);
	if (!complete) { /* the guardian ends them all when it hears nothing of us any more */
		close(alive);
		alive = -1;
	}
	waitpid(pid, NULL, 0);
	if (!complete)
		return fail(error, "%s: %s", argv[0],
			interrupt_signal() ? "interrupted" : "its guardian was killed");
	return judge(&report, argv[0], timeout_ms, status, error);
}

int run_command(char *const *argv, const char *folder, unsigned timeout_ms, struct buffer *output,
	int *status, struct error *error)
{
	return run_command_heard(argv, folder, timeout_ms, output, NULL, status, error);
}
