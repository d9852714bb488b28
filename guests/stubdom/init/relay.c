/* The payload is passed on: the guest's ROM asks for it over a port of the guest, whose other end
 * is a socket of the device model here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../stream/wire.h"
#include "stubdom.h"

/* Bytes on their way in one direction. */
struct flow {
	char bytes[STREAM_FRAME];
	size_t size, at;
};

static int connect_port(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = RELAY_PORT};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)))
		give_up(RELAY_PORT ": %s", strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* From the sender to the ROM. @return whether a byte moved */
static bool pass_down(struct channel *channel, int port, struct flow *flow)
{
	ssize_t done;

	if (flow->at == flow->size) {
		flow->at = 0;
		flow->size = channel->read(channel->context, flow->bytes, sizeof(flow->bytes));
	}
	if (flow->at == flow->size)
		return false;
	done = send(port, flow->bytes + flow->at, flow->size - flow->at, MSG_NOSIGNAL);
	if (done > 0)
		flow->at += (size_t)done;
	return done > 0;
}

/* From the ROM to the sender: requests. */
static bool pass_up(struct channel *channel, int port, struct flow *flow)
{
	ssize_t got;
	size_t done;

	if (flow->at == flow->size) {
		got = read(port, flow->bytes, sizeof(flow->bytes));
		flow->at = 0;
		flow->size = got > 0 ? (size_t)got : 0;
	}
	if (flow->at == flow->size)
		return false;
	done = channel->write(channel->context, flow->bytes + flow->at, flow->size - flow->at);
	flow->at += done;
	return done > 0;
}

void relay(struct channel *channel, int model)
{
	struct flow *down = calloc(1, sizeof(*down)), *up = calloc(1, sizeof(*up));
	int port = connect_port();

	if (!down || !up)
		give_up("out of memory");
	for (;;) {
		struct pollfd polled[] = {
			{model, POLLIN, 0}, {channel->fd, POLLIN, 0}, {port, POLLIN, 0}};

		while (pass_down(channel, port, down) | pass_up(channel, port, up))
			;
		if (down->at < down->size)
			polled[2].events |= POLLOUT;
		poll(polled, 3, -1);
		if (polled[0].revents)
			return;
		if (polled[1].revents)
			channel->event(channel->context);
	}
}
