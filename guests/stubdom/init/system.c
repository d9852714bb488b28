/* The system around: the console, file systems, modules. */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "stubdom.h"

#define PREDICTABLE "dkboot.predictable" /* on the kernel's command line */

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

void system_begin(void)
{
	mount_all();
	open_console();
	seed_random_numbers();
	load_modules();
}
