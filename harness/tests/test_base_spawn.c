/* Children, what they inherit, and that none of them is left. Ends are awaited, never slept for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/spawn.h"
#include "base/text.h"

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

static char *const sleeper[] = {(char *)"sleep", (char *)"1000", NULL};

static void await_end(int pidfd)
{
	struct pollfd watched = {.fd = pidfd, .events = POLLIN};

	assert_int_equal(poll(&watched, 1, PATIENCE_MS), 1);
	close(pidfd);
}

static int open_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Runs `sh -c @script` under spawn() and returns what it printed. */
static char *shell(const char *script, const struct inherit *inherit, size_t count, int *status)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct command command = {
		.argv = argv, .inherit = inherit, .inherit_count = count, .in = -1, .err = -1};
	struct buffer output = {0};
	struct error error;
	char chunk[4096];
	int ends[2], pidfd;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	command.out = ends[1];
	pid = spawn(&command, &pidfd, &error);
	assert_true(pid > 0);
	close(ends[1]);
	while ((got = read(ends[0], chunk, sizeof(chunk))) > 0)
		buffer_add(&output, chunk, (size_t)got);
	close(ends[0]);
	await_end(pidfd);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return buffer_take(&output);
}

static int text_descriptor(const char *text)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	close(ends[1]);
	return ends[0];
}

static void descriptors_may_change_places(void **state)
{
	int a = text_descriptor("A"), b = text_descriptor("B");
	const struct inherit swapped[] = {{a, b}, {b, a}, {a, 9}};
	char *script = format_text("cat <&%d; cat <&%d; ls /proc/self/fd | wc -l", a, b);
	char *output;
	int status;

	(void)state;
	output = shell(script, swapped, 3, &status);
	/* 0, 1, 2, three inherited ones and the folder that ls reads. */
	assert_string_equal(output, "BA7\n");
	free(output);
	free(script);
	close(a);
	close(b);
}

/* Clears bits of the mask behind "SigIgn:". */
static void forget_ignored(char *output, uint64_t bits)
{
	char *mask = strstr(output, "SigIgn:");
	char digits[17];

	assert_non_null(mask);
	mask += strlen("SigIgn:");
	snprintf(digits, sizeof(digits), "%016" PRIx64, (uint64_t)strtoull(mask, NULL, 16) & ~bits);
	memcpy(mask, digits, 16);
}

static void a_child_has_nothing_else_of_ours(void **state)
{
	int open = dup(2); /* not close-on-exec */
	sigset_t all, before;
	char *output;
	int status;

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	signal(SIGPIPE, SIG_IGN);
	output = shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' "
		       "/proc/self/status | tr -d '\\n\\t'; readlink /proc/$$/fd/0; exit 3",
		NULL, 0, &status);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* Signals 32 and 33 are the C library's own: nobody can change what we were started with.
	 */
	forget_ignored(output, UINT64_C(3) << 31);
	assert_string_equal(
		output, "0 1 2 3 SigBlk:0000000000000000SigIgn:0000000000000000/dev/null\n");
	assert_int_equal(WEXITSTATUS(status), 3);
	free(output);
	close(open);
}

static void the_terminal_reaches_only_us(void **state)
{
	char *output;
	int status;

	(void)state;
	output = shell("cut -d ' ' -f 1,5,6 /proc/$$/stat", NULL, 0, &status);
	assert_int_equal(atoi(output), strtol(strchr(output, ' '), NULL, 10));
	assert_int_equal(atoi(output), strtol(strrchr(output, ' '), NULL, 10));
	free(output);
}

static void what_cannot_be_started_is_an_error(void **state)
{
	static char *const nonesuch[] = {(char *)"no-such-program", NULL};
	struct command command = {.argv = nonesuch, .in = -1, .out = -1, .err = -1};
	struct error error;
	int pidfd;

	(void)state;
	assert_int_equal(spawn(&command, &pidfd, &error), -1);
	assert_string_equal(
		error.text, "no-such-program: cannot be executed: No such file or directory");
	command.argv = sleeper;
	command.folder = "/no/such/folder";
	assert_int_equal(spawn(&command, &pidfd, &error), -1);
	assert_string_equal(error.text,
		"/no/such/folder: cannot be entered to run sleep: No such file or directory");
	command.folder = NULL;
	command.inherit = &(struct inherit){1000, 3};
	command.inherit_count = 1;
	assert_int_equal(spawn(&command, &pidfd, &error), -1);
	assert_string_equal(error.text, "sleep: descriptors cannot be passed: Bad file descriptor");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_child_dies_with_its_parent(void **state)
{
	struct command command = {.argv = sleeper, .in = -1, .out = -1, .err = -1};
	int ends[2], pidfd;
	struct error error;
	pid_t parent, child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (!parent) {
		child = spawn(&command, &pidfd, &error);
		_exit(write(ends[1], &child, sizeof(child)) < 0 || pause());
	}
	assert_int_equal(read(ends[0], &child, sizeof(child)), sizeof(child));
	pidfd = open_pidfd(child);
	assert_true(pidfd >= 0);
	assert_int_equal(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 0), 0);
	kill(parent, SIGKILL);
	await_end(pidfd);
	waitpid(parent, NULL, 0);
	close(ends[0]);
	close(ends[1]);
}

static void a_command_is_run_to_its_end(void **state)
{
	char *const argv[] = {
		(char *)"sh", (char *)"-c", (char *)"echo out; echo err >&2; pwd; exit 3", NULL};
	char *const dies[] = {(char *)"sh", (char *)"-c", (char *)"kill -9 $$", NULL};
	static char *const nonesuch[] = {(char *)"no-such-program", NULL};
	struct buffer output = {0};
	struct error error;
	int status;

	(void)state;
	assert_int_equal(run_command(argv, "/", 0, &output, &status, &error), 0);
	assert_string_equal(output.data, "out\nerr\n/\n");
	assert_int_equal(status, 3);
	assert_int_equal(run_command(dies, NULL, 0, &output, &status, &error), 0);
	assert_int_equal(status, 128 + 9);
	assert_int_equal(run_command(nonesuch, NULL, 0, &output, &status, &error), -1);
	assert_string_equal(
		error.text, "no-such-program: cannot be executed: No such file or directory");
	buffer_free(&output);
}

static void all_output_is_there_however_much(void **state)
{
	char *const argv[] = {
		(char *)"head", (char *)"-c", (char *)"3000000", (char *)"/dev/zero", NULL};
	struct buffer output = {0};
	struct error error;
	int status;

	(void)state;
	assert_int_equal(run_command(argv, NULL, 0, &output, &status, &error), 0);
	assert_int_equal(output.size, 3000000);
	buffer_free(&output);
}

/* A daemon: its own session, its parent gone, its output shut; it tells its number first. */
#define DAEMON "(setsid sh -c 'echo $$; exec sleep 1000 >/dev/null 2>&1 &' &)"

static void a_command_out_of_time_takes_its_daemons_along(void **state)
{
	char *const argv[] = {
		(char *)"sh", (char *)"-c", (char *)DAEMON "; setsid sleep 1000 & wait", NULL};
	struct buffer output = {0};
	struct error error;
	int status;

	(void)state;
	/* Orphans of the command would be ours now. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(run_command(argv, NULL, 50, &output, &status, &error), -1);
	assert_string_equal(error.text, "sh: not finished after 50 ms, killed");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	buffer_free(&output);
}

static void what_a_command_leaves_behind_is_killed(void **state)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)DAEMON "; echo done", NULL};
	struct buffer output = {0};
	struct error error;
	int status;

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(run_command(argv, NULL, 0, &output, &status, &error), 0);
	assert_non_null(strstr(output.data, "done"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	buffer_free(&output);
}

/* We are the subreaper: whoever outlives the caller's guardian becomes our child, and each of ours
 * must have ended without our doing. */
static void kill_9_of_the_caller_leaves_no_daemon(void **state)
{
	char script[160];
	char *const argv[] = {(char *)"sh", (char *)"-c", script, NULL};
	struct buffer output = {0};
	int ends[2], status;
	pid_t caller;
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	caller = fork();
	if (!caller) {
		/* The daemon inherits nothing: it tells through our own end in /proc. */
		snprintf(script, sizeof(script),
			"(setsid sh -c 'echo x >/proc/%d/fd/%d; "
			"exec sleep 1000' &); exec sleep 1000",
			getppid(), ends[1]);
		run_command(argv, NULL, 0, &output, &status, NULL);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	kill(caller, SIGKILL);
	alarm(PATIENCE_MS / 1000);
	while (wait(NULL) > 0)
		;
	alarm(0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_may_change_places),
		cmocka_unit_test(a_child_has_nothing_else_of_ours),
		cmocka_unit_test(the_terminal_reaches_only_us),
		cmocka_unit_test(what_cannot_be_started_is_an_error),
		cmocka_unit_test(a_child_dies_with_its_parent),
		cmocka_unit_test(a_command_is_run_to_its_end),
		cmocka_unit_test(all_output_is_there_however_much),
		cmocka_unit_test(a_command_out_of_time_takes_its_daemons_along),
		cmocka_unit_test(what_a_command_leaves_behind_is_killed),
		cmocka_unit_test(kill_9_of_the_caller_leaves_no_daemon),
	};

	return cmocka_run_group_tests_name("base spawn", tests, NULL, NULL);
}
