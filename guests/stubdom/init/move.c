/* A guest that is saved or restored: the state of its device model goes by console 1, and comes by
 * console 2 (docs/misc/stubdom.txt). */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "stubdom.h"

#define SAVE	"/dev/hvc1"
#define RESTORE "/dev/hvc2"
#define WANTED	"$STUBDOM_RESTORE_INCOMING_ARG"

/* A terminal takes what comes for typed lines until it is told not to. The thread that reads the
 * console is kept from running until then. */
static int open_raw(const char *path, int flags)
{
	const struct sched_param first = {.sched_priority = 1}, usual = {.sched_priority = 0};
	struct termios settings;
	int fd;

	sched_setscheduler(0, SCHED_FIFO, &first);
	fd = open(path, flags | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &settings))
		give_up("%s: %s", path, strerror(errno));
	cfmakeraw(&settings);
	tcsetattr(fd, TCSANOW, &settings);
	sched_setscheduler(0, SCHED_OTHER, &usual);
	return fd;
}

/* libxl has the device model write to /dev/fdset/1. */
void move_prepare(struct arguments *arguments)
{
	char text[32];

	snprintf(text, sizeof(text), "fd=%d,set=1", open_raw(SAVE, O_WRONLY));
	arguments_set(arguments, "-add-fd", text);
	/* QEMU drops such descriptors when the last monitor hangs up: one stays. */
	arguments_set(arguments, "-monitor", "file:/dev/null");
	if (!arguments_get(arguments, "-incoming"))
		return;
	snprintf(text, sizeof(text), "fd:%d", open_raw(RESTORE, O_RDONLY));
	arguments_replace(arguments, WANTED, text);
}
