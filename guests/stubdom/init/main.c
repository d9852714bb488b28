/* The stub domain's first process: modules, the payload, the device model. It ends when the device
 * model does, and the domain with it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stubdom.h"

#define STREAM_OUTPUT "chardev:dkboot" /* of the console that the payload comes by */
#define QMP_PROXY     "/usr/lib/xen-4.17/bin/vchan-socket-proxy"
#define QMP_SOCKET    "/run/xen/qmp"
#define TRUNCATE      "/usr/lib/truncate.so"

static unsigned read_number(struct xs_handle *store, const char *path)
{
	unsigned size, number;
	char *text = xs_read(store, XBT_NULL, path, &size);

	if (!text)
		give_up("there is no %s in xenstore", path);
	number = (unsigned)atoi(text);
	free(text);
	return number;
}

/* The console whose other end is a character device called dkboot; 0 = there is none. */
static unsigned find_stream(struct xs_handle *store)
{
	for (unsigned console = 3; console < 10; console++) {
		char path[64], *output;
		unsigned size;
		bool found;

		snprintf(path, sizeof(path), "device/console/%u/output", console);
		output = xs_read(store, XBT_NULL, path, &size);
		found = output && !strcmp(output, STREAM_OUTPUT);
		free(output);
		if (found)
			return console;
	}
	return 0;
}

/* ---- the device model ---- */

static pid_t start(char *const *argv)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork: %s", strerror(errno));
	if (pid > 0)
		return pid;
	execv(argv[0], argv);
	say("%s: %s", argv[0], strerror(errno));
	_exit(127);
}

/* The device model listens to its monitor once it says so in xenstore. */
static void await_running(struct xs_handle *store, unsigned target, int pidfd)
{
	struct pollfd polled[] = {{xs_fileno(store), POLLIN, 0}, {pidfd, POLLIN, 0}};
	char path[64], **event, *state = NULL;
	unsigned size;

	snprintf(path, sizeof(path), "device-model/%u/state", target);
	xs_watch(store, path, "state");
	while ((!state || strcmp(state, "running") != 0) && !polled[1].revents) {
		poll(polled, 2, -1);
		while ((event = xs_check_watch(store)))
			free(event);
		free(state);
		state = xs_read(store, XBT_NULL, path, &size);
	}
	free(state);
}

/* libxl speaks to the device model's monitor through a ring in shared memory. */
static void start_proxy(struct xs_handle *store, unsigned target)
{
	char path[96];
	char *argv[] = {(char *)QMP_PROXY, (char *)"--mode=server", (char *)"0", path,
		(char *)QMP_SOCKET, NULL};

	snprintf(path, sizeof(path), "/local/domain/%u/device-model/%u/qmp-vchan",
		read_number(store, "domid"), target);
	start(argv);
}

/* Whether a port of the guest is to be served, by which its ROM asks for the payload. */
static bool has_port(const struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		if (strstr(arguments->list[i], "path=" RELAY_PORT))
			return true;
	return false;
}

/* @return whether there is somebody to ask */
static bool open_stream(
	struct xs_handle *store, struct arguments *arguments, struct channel *channel)
{
	unsigned console = find_stream(store);
	char device[32];

	if (!console)
		return false;
	snprintf(device, sizeof(device), "/dev/hvc%u", console);
	arguments_drop(arguments, "-serial", device);
	*channel = frontend_open(store, console);
	vchan_call(channel, read_number(store, "domid"));
	return true;
}

static void await_end(pid_t model)
{
	int status;
	pid_t pid;

	while ((pid = wait(&status)) != model)
		if (pid < 0 && errno != EINTR)
			give_up("wait: %s", strerror(errno));
	if (WIFSIGNALED(status))
		give_up("the device model died of signal %d", WTERMSIG(status));
	give_up("the device model ended with status %d", WEXITSTATUS(status));
}

int main(void)
{
	struct arguments arguments = {0};
	struct channel channel;
	struct xs_handle *store;
	unsigned target;
	bool asks, passes;
	pid_t model;
	int pidfd;

	system_begin();
	store = xs_open(0);
	if (!store)
		give_up("no xenstore: %s", strerror(errno));
	target = read_number(store, "target");
	arguments_read(&arguments, store, target);
	passes = has_port(&arguments);
	asks = open_stream(store, &arguments, &channel);
	if (asks)
		stage_payload(&channel, &arguments, passes);
	move_prepare(&arguments);
	arguments_set(&arguments, "-qmp", "unix:" QMP_SOCKET ",server=on,wait=off");
	setenv("LD_PRELOAD", TRUNCATE, 1);
	model = start(arguments.list);
	unsetenv("LD_PRELOAD");
	pidfd = (int)syscall(SYS_pidfd_open, model, 0);
	await_running(store, target, pidfd);
	start_proxy(store, target);
	if (asks && passes)
		relay(&channel, pidfd);
	await_end(model);
}
