#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/warden.h"

/* What the child needs to know; it shares our memory until it executes the program. */
struct child {
	const struct command *command;
	pid_t parent;
	int report; /* write end of the pipe for a failure's step and errno; close-on-exec */
	int above;  /* the first number above all that the child inherits */
};

enum step { STEP_DESCRIPTORS, STEP_FOLDER, STEP_EXEC };

struct failure {
	enum step step;
	int number;
};

__attribute__((noreturn)) static void give_up(const struct child *child, enum step step)
{
	struct failure failure = {step, errno};
	ssize_t put = write(child->report, &failure, sizeof(failure));

	(void)put;
	_exit(127);
}

/* A number out of the way of everything that is going to be dup2()ed. */
static int move_up(const struct child *child, int fd)
{
	int moved = fd < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : fd;

	moved = moved < 0 ? -1 : fcntl(moved, F_DUPFD_CLOEXEC, child->above);
	if (moved < 0)
		give_up(child, STEP_DESCRIPTORS);
	return moved;
}

static void settle(const struct child *child, int moved, int to)
{
	if (dup2(moved, to) < 0)
		give_up(child, STEP_DESCRIPTORS);
}

/* All sources are moved up first: then no dup2() can clobber a source, however the numbers overlap.
 * Everything but the copies that dup2() makes is close-on-exec. */
static void inherit_descriptors(struct child *child)
{
	const struct command *command = child->command;
	const int standard[] = {command->in, command->out, command->err};
	int moved[3 + 32];

	child->report = move_up(child, child->report);
	for (size_t i = 0; i < 3; i++)
		moved[i] = move_up(child, standard[i]);
	for (size_t i = 0; i < command->inherit_count; i++)
		moved[3 + i] = move_up(child, command->inherit[i].from);
	if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_CLOEXEC))
		give_up(child, STEP_DESCRIPTORS);
	for (size_t i = 0; i < 3; i++)
		settle(child, moved[i], (int)i);
	for (size_t i = 0; i < command->inherit_count; i++)
		settle(child, moved[3 + i], command->inherit[i].to);
}

static void default_signals(void)
{
	const struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs on our memory with all signals blocked: it may change nothing but its own frame. */
__attribute__((noreturn, noinline)) static void run_child(struct child child)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != child.parent)
		_exit(127);
	/* Ctrl-C at the terminal is for us; we decide what becomes of the child. */
	setsid();
	inherit_descriptors(&child);
	if (child.command->folder && chdir(child.command->folder))
		give_up(&child, STEP_FOLDER);
	default_signals();
	execvpe(child.command->argv[0], child.command->argv,
		child.command->environment ? child.command->environment : environ);
	give_up(&child, STEP_EXEC);
}

static int first_free_number(const struct command *command)
{
	int above = 3;

	for (size_t i = 0; i < command->inherit_count; i++)
		if (command->inherit[i].to >= above)
			above = command->inherit[i].to + 1;
	return above;
}

static int fail_step(
	const struct command *command, const struct failure *failure, struct error *error)
{
	errno = failure->number;
	if (failure->step == STEP_DESCRIPTORS)
		return fail_errno(error, "%s: descriptors cannot be passed", command->argv[0]);
	if (failure->step == STEP_FOLDER)
		return fail_errno(error, "%s: cannot be entered to run %s", command->folder,
			command->argv[0]);
	return fail_errno(error, "%s: cannot be executed", command->argv[0]);
}

/* vfork() spares the copy of our page tables, a good part of what starting a boot costs us. */
static pid_t start_child(struct child *child)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (!pid)
		run_child(*child);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* Reads why the child did not get as far as its program; nothing to read means that it did. */
static int check_child(const struct command *command, pid_t pid, int report, struct error *error)
{
	struct failure failure;

	if (read(report, &failure, sizeof(failure)) != sizeof(failure))
		return 0;
	waitpid(pid, NULL, 0);
	return fail_step(command, &failure, error);
}

pid_t spawn(const struct command *command, int *pidfd, struct error *error)
{
	autofd int report = -1;
	struct child child = {command, getpid(), -1, first_free_number(command)};
	int ends[2];
	pid_t pid;

	if (command->inherit_count > 32)
		return fail(error, "%s: more than 32 descriptors to inherit", command->argv[0]);
	if (pipe2(ends, O_CLOEXEC))
		return fail_errno(error, "%s: cannot be started", command->argv[0]);
	report = ends[0];
	child.report = ends[1];
	pid = start_child(&child);
	close(ends[1]);
	if (pid < 0)
		return fail_errno(error, "%s: cannot be started", command->argv[0]);
	if (check_child(command, pid, report, error))
		return -1;
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd < 0) {
		fail_errno(error, "%s: cannot be watched", command->argv[0]);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return -1;
	}
	warden_watch(pid);
	return pid;
}
