/* What guests print, sent on as it comes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"

/* @return false at the end of the stream */
static bool pass_on(int fd, enum agent_kind kind)
{
	char bytes[4096];
	ssize_t got = read(fd, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (got > 0)
		port_send(kind, bytes, (size_t)got);
	return got > 0;
}

/* The device model holds its end for as long as it lives. */
static void serial_ready(struct watch *watch)
{
	if (pass_on(watch->fd, AGENT_SERIAL_BYTES))
		return;
	watch_end(watch);
	port_say(AGENT_EVENT, "device-model gone");
}

static void serial_accept(struct watch *watch)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	watch_add(fd, serial_ready, fd);
	port_say(AGENT_EVENT, "device-model connected");
}

void serial_open(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = AGENT_SERIAL};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 4))
		give_up(AGENT_SERIAL);
	watch_add(fd, serial_accept, 0);
}

static void pv_ready(struct watch *watch)
{
	if (!pass_on(watch->fd, AGENT_PV_BYTES))
		watch_end(watch);
}

void pv_open(int domain, const char *path)
{
	struct termios raw;
	int fd;

	if (watch_find(pv_ready, domain))
		return;
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (tcgetattr(fd, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	watch_add(fd, pv_ready, domain);
}

/* Bytes that can be read at once are read; an end is left to the loop. */
void consoles_drain(void)
{
	struct watch *watch;

	for (int again = 1; again;) {
		again = 0;
		for (int i = 0; i < WATCHES; i++) {
			struct pollfd now = {.events = POLLIN};

			watch = watch_at(i);
			if (!watch || (watch->ready != serial_ready && watch->ready != pv_ready))
				continue;
			now.fd = watch->fd;
			if (poll(&now, 1, 0) == 1 && now.revents & POLLIN &&
				pass_on(watch->fd, watch->ready == pv_ready ? AGENT_PV_BYTES
									    : AGENT_SERIAL_BYTES))
				again = 1;
		}
	}
}
