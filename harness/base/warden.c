#include "base/warden.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUPS 256 /* more boots at a time than anybody has memory for */

struct order {
	pid_t leader;
	bool watch;
};

/* What the warden was told; lives in the warden only. */
struct list {
	pid_t leader[GROUPS];
	size_t count;
};

static void obey(struct list *list, const struct order *order)
{
	size_t i = 0;

	while (i < list->count && list->leader[i] != order->leader)
		i++;
	if (order->watch && i == list->count && i < GROUPS)
		list->leader[list->count++] = order->leader;
	else if (!order->watch && i < list->count)
		list->leader[i] = list->leader[--list->count];
}

/* Nothing but the pipe is kept open, and nothing but its end is waited for. */
__attribute__((noreturn)) static void be_warden(int orders)
{
	struct list list = {.count = 0};
	struct order order;
	sigset_t all;
	ssize_t got;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (dup2(orders, 0) < 0 || syscall(SYS_close_range, 1u, ~0u, 0))
		_exit(1);
	while ((got = read(0, &order, sizeof(order))) == sizeof(order) ||
		(got < 0 && errno == EINTR))
		if (got > 0)
			obey(&list, &order);
	for (size_t i = 0; i < list.count; i++)
		kill(-list.leader[i], SIGKILL);
	_exit(0);
}

/* The end of the pipe that tells the warden; -1 when there is none. */
static int warden_pipe(void)
{
	static int tell = -1;
	static pid_t owner;
	int ends[2];
	pid_t pid;

	if (owner == getpid())
		return tell;
	owner = getpid();
	tell = -1;
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		/* A child of init's, so that nobody has to wait for it. */
		if (fork() == 0) {
			close(ends[1]);
			be_warden(ends[0]);
		}
		_exit(0);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return -1;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	tell = ends[1];
	return tell;
}

static void tell(pid_t leader, bool watch)
{
	const struct order order = {.leader = leader, .watch = watch};
	int fd = warden_pipe();

	/* A warden that cannot be told leaves us with the parent-death signal. */
	if (fd >= 0 && write(fd, &order, sizeof(order)) < 0)
		return;
}

void warden_watch(pid_t leader)
{
	tell(leader, true);
}

void warden_forget(pid_t leader)
{
	tell(leader, false);
}
