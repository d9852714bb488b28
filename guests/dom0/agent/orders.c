/* Orders, words in a line; answered by "ok", with what is to be told behind it, or by "error" and a
 * reason:
 *
 * - hello: answered, no more
 * - unpack ID: unpacks the archive on the payload disk; its file `id` must hold ID
 * - stream [ARGUMENTS]: starts the sender of a payload that a stub domain is to have, stream-end
 * ends it (agent/stubdom.c)
 * - create: builds the domain of cell.cfg and leaves it paused
 * - unpause N, pause N, destroy N
 * - save N: into memory of dom0; the domain is gone then
 * - restore: what was saved, and lets it run
 * - migrate N: to this same host
 * - cancel: ends the command that runs
 * - left: domains but dom0, and what xenstore has of any
 * - forget: what dom0 has kept in memory of the payload disk is read anew
 * - root N: the nested page table's root
 * - key K: presses the hypervisor's debug key K
 * - dmesg: the end of what the hypervisor said since its start
 *
 * Planted faults, for the tests of the runner:
 *
 * - kill-model: kills the device model
 * - crash N: the domain crashes
 * - panic-dom0: dom0's kernel panics; not answered
 * - quit-agent: the agent ends; not answered
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define SAVED "/run/saved"

/* The last command that was started and has not ended; what commands print goes to the runner. */
static pid_t last;

static void output_ready(struct watch *watch)
{
	char bytes[4096];
	ssize_t got = read(watch->fd, bytes, sizeof(bytes));

	if (got > 0)
		port_send(AGENT_TOOL_BYTES, bytes, (size_t)got);
	if (got == 0)
		watch_end(watch);
}

static pid_t start(char *const *argv)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		give_up("pipe");
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		setpgid(0, 0);
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		if (argv[0])
			execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	watch_add(ends[0], output_ready, pid);
	last = pid;
	return pid;
}

/* Runs a command to its end; guests are heard meanwhile. What xl leaves in the background has
 * closed its output.
 * @return its status, 128 + n for signal n */
static int run(char *const *argv)
{
	pid_t pid = start(argv);
	int status;

	/* Another order may come meanwhile, and be a command, too. */
	while (watch_find(output_ready, pid))
		watch_wait();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (last == pid)
		last = 0;
	domains_look();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What the device model of the cell printed, where xl only says that it failed. */
static void tell_model_log(void)
{
	static char log[AGENT_BODY_LIMIT];
	FILE *file = fopen("/var/log/xen/qemu-dm-cell.log", "re");
	size_t size = file ? fread(log, 1, sizeof(log), file) : 0;

	if (size)
		port_send(AGENT_TOOL_BYTES, log, size);
	if (file)
		fclose(file);
}

static void answer_status(const char *verb, int status)
{
	if (status)
		port_say(AGENT_ANSWER, "error %s ended with status %d", verb, status);
	else
		port_say(AGENT_ANSWER, "ok %s", verb);
}

static void unpack(const char *id)
{
	char found[64] = "";
	FILE *file;

	if (archive_unpack(AGENT_DISK, AGENT_CELL)) {
		port_say(AGENT_ANSWER, "error unpack: %s", strerror(errno));
		return;
	}
	file = fopen(AGENT_CELL "/id", "re");
	if (file && !fgets(found, sizeof(found), file))
		found[0] = '\0';
	if (file)
		fclose(file);
	if (strcmp(found, id))
		port_say(AGENT_ANSWER, "error the payload disk is that of %s", found);
	else
		port_say(AGENT_ANSWER, "ok unpack");
}

/* As a person who waits no longer: what the command has started, and has not let go, ends with it.
 */
static void cancel(const char *unused)
{
	(void)unused;
	if (last)
		kill(-last, SIGTERM);
	port_say(AGENT_ANSWER, last ? "ok cancel" : "error nothing runs");
}

static void tell_left(const char *unused)
{
	char names[1024];

	(void)unused;
	domains_left(names, sizeof(names));
	port_say(AGENT_ANSWER, "ok left:%s", names);
}

static void tell_root(const char *domain)
{
	port_say(AGENT_ANSWER, "ok 0x%llx", domain_root(atoi(domain)));
}

/* Device models read the disk through the kernel's cache: past it they cannot, as the kernel writes
 * to no guest's pages that are mapped into them. */
static void forget(const char *unused)
{
	int fd = open(AGENT_DISK, O_RDONLY | O_CLOEXEC);
	int status = fd < 0 ? -1 : ioctl(fd, BLKFLSBUF, 0);

	(void)unused;
	if (fd >= 0)
		close(fd);
	if (status)
		port_say(AGENT_ANSWER, "error forget: %s", strerror(errno));
	else
		port_say(AGENT_ANSWER, "ok forget");
}

static void greet(const char *unused)
{
	(void)unused;
	port_say(AGENT_ANSWER, "ok hello");
}

static void pause_domain(const char *domain)
{
	answer_status("pause", domain_pause(atoi(domain), true));
}

static void unpause_domain(const char *domain)
{
	answer_status("unpause", domain_pause(atoi(domain), false));
}

static void press(const char *key)
{
	hypervisor_key(key);
	port_say(AGENT_ANSWER, "ok key");
}

static void crash(const char *domain)
{
	answer_status("crash", domain_crash(atoi(domain)));
}

/* proc(5), sysrq-trigger: root may always. */
static void panic_dom0(const char *unused)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	(void)unused;
	if (fd < 0 || write(fd, "c", 1) != 1)
		give_up("sysrq-trigger");
}

static void quit(const char *unused)
{
	(void)unused;
	exit(0);
}

static void tell_log(const char *unused)
{
	static char log[AGENT_BODY_LIMIT];
	unsigned size;

	(void)unused;
	memcpy(log, "ok ", 3);
	size = hypervisor_log(log + 3, sizeof(log) - 3);
	port_send(AGENT_ANSWER, log, size + 3);
}

/* Orders that are a command: "%" is the order's argument. */
static const struct {
	const char *verb;
	const char *argv[8];
} commands[] = {
	{"create", {"xl", "create", "-p", AGENT_CONFIG}},
	{"destroy", {"xl", "destroy", "%"}},
	{"save", {"xl", "save", "%", SAVED}},
	{"restore", {"xl", "restore", SAVED}},
	/* An empty remote shell: the receiver is a child of the sender. */
	{"migrate", {"xl", "migrate", "-s", "", "%", "xl migrate-receive"}},
	{"kill-model", {"killall", "-KILL", "xen-qemu-system-i386"}},
};

static const struct {
	const char *verb;
	void (*take)(const char *argument);
} others[] = {
	{"hello", greet},
	{"unpack", unpack},
	{"stream", stream_start},
	{"stream-end", stream_stop},
	{"forget", forget},
	{"pause", pause_domain},
	{"unpause", unpause_domain},
	{"root", tell_root},
	{"cancel", cancel},
	{"left", tell_left},
	{"key", press},
	{"dmesg", tell_log},
	{"crash", crash},
	{"panic-dom0", panic_dom0},
	{"quit-agent", quit},
};

static void command(size_t which, char *argument)
{
	char *argv[9] = {NULL};
	int status;

	for (int i = 0; i < 8 && commands[which].argv[i]; i++)
		argv[i] = strcmp(commands[which].argv[i], "%") ? (char *)commands[which].argv[i]
							       : argument;
	status = run(argv);
	if (status && !strcmp(commands[which].verb, "create"))
		tell_model_log();
	answer_status(commands[which].verb, status);
}

void order_take(char *words)
{
	char *argument = strchr(words, ' ');

	if (argument)
		*argument++ = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].verb, words)) {
			command(i, argument ? argument : "");
			return;
		}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i].verb, words)) {
			others[i].take(argument ? argument : "");
			return;
		}
	port_say(AGENT_ANSWER, "error no order is called %.40s", words);
}
