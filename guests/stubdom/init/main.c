/* The stub domain's first process: modules, the payload, the device model. It ends when the device
 * model does, and the domain with it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stubdom.h"

#define STREAM_OUTPUT "chardev:dkboot"	   /* of the console that the payload comes by */
#define PREDICTABLE   "dkboot.predictable" /* on the kernel's command line */
#define QMP_PROXY     "/usr/lib/xen-4.17/bin/vchan-socket-proxy"
#define QMP_SOCKET    "/run/xen/qmp"

unsigned long uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

static void print(const char *format, va_list args)
{
	char line[1024] = "dkboot: stubdom: ";
	size_t head = strlen(line);
	int size = vsnprintf(line + head, sizeof(line) - head - 1, format, args);

	if (size < 0)
		return;
	strcat(line, "\n");
	if (write(2, line, strlen(line)) < 0)
		return;
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
}

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	/* The console is drained by an interrupt: what was said last must not be lost. */
	fsync(2);
	sleep(1);
	reboot(RB_POWER_OFF);
	_exit(1);
}

/* ---- the system ---- */

static void mount_all(void)
{
	static const struct {
		const char *type, *path, *options;
	} mounts[] = {{"proc", "/proc", ""}, {"sysfs", "/sys", ""}, {"devtmpfs", "/dev", ""},
		{"tmpfs", "/run", ""}, {"tmpfs", "/staged", "size=90%"}};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].path, 0755);
		mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, mounts[i].options);
	}
	mkdir("/run/xen", 0755);
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/* Kernels from 6.1.192 on restrict what a domain may ask of the hypervisor for another one, until
 * they are told its target. */
static void load_modules(void)
{
	static const char *const modules[][2] = {{"xen-evtchn", ""}, {"xen-gntdev", ""},
		{"xen-gntalloc", ""}, {"xen-privcmd", "unrestricted=1"}};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/modules/%s.ko", modules[i][0]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (syscall(SYS_finit_module, fd, modules[i][1], 0))
			give_up("%s: %s", path, strerror(errno));
		close(fd);
	}
}

/* Where this is a test, and nothing secret: each stub domain draws the same numbers, and none waits
 * for the kernel's first entropy, which takes seconds. */
static void seed_random_numbers(void)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[64];
	} seed = {.info = {.entropy_count = 512, .buf_size = 64}};
	char line[1024] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	bool asked = read(fd, line, sizeof(line) - 1) > 0 && strstr(line, PREDICTABLE);

	close(fd);
	fd = asked ? open("/dev/random", O_WRONLY | O_CLOEXEC) : -1;
	if (asked && ioctl(fd, RNDADDENTROPY, &seed))
		say("no seed for random numbers: %s", strerror(errno));
	if (asked)
		close(fd);
}

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
static void await_running(struct xs_handle *store, unsigned target, pid_t model)
{
	int pidfd = (int)syscall(SYS_pidfd_open, model, 0);
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
	close(pidfd);
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

/* A guest that is restored: its device model's state comes by console 2. */
static void name_restore(struct arguments *arguments)
{
	int fd;

	if (!arguments_get(arguments, "-incoming"))
		return;
	fd = open("/dev/hvc2", O_RDWR);
	if (fd < 0)
		give_up("/dev/hvc2: %s", strerror(errno));
	char text[16];

	snprintf(text, sizeof(text), "fd:%d", fd);
	arguments_set(arguments, "-incoming", text);
}

static void take_stream(struct xs_handle *store, struct arguments *arguments)
{
	unsigned console = find_stream(store);
	struct channel channel;
	char device[32];

	if (!console)
		return;
	snprintf(device, sizeof(device), "/dev/hvc%u", console);
	arguments_drop(arguments, "-serial", device);
	channel = frontend_open(store, console);
	vchan_call(&channel, read_number(store, "domid"));
	stage_payload(&channel, arguments);
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
	struct xs_handle *store;
	unsigned target;
	pid_t pid;

	mount_all();
	open_console();
	seed_random_numbers();
	load_modules();
	store = xs_open(0);
	if (!store)
		give_up("no xenstore: %s", strerror(errno));
	target = read_number(store, "target");
	arguments_read(&arguments, store, target);
	take_stream(store, &arguments);
	name_restore(&arguments);
	arguments_set(&arguments, "-qmp", "unix:" QMP_SOCKET ",server=on,wait=off");
	pid = start(arguments.list);
	await_running(store, target, pid);
	start_proxy(store, target);
	await_end(pid);
}
