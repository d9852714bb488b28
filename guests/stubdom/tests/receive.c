/* A receiver on this machine, for tests of dkboot-send: receive SOCKET FOLDER.
 * Writes each part to FOLDER/NUMBER; ends with 0, or with 1 and the reason on standard error. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "receiver.h"

static int line = -1;
static const char *folder;

static void send_bytes(void *context, const void *bytes, size_t size)
{
	(void)context;
	if (send(line, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		fprintf(stderr, "receive: the sender is gone\n");
}

static bool wanted(void *context, uint32_t part)
{
	(void)context;
	(void)part;
	return true;
}

static int store(void *context, uint32_t part, uint64_t offset, const void *bytes, size_t size)
{
	char path[4096];
	ssize_t done;
	int fd;

	(void)context;
	snprintf(path, sizeof(path), "%s/%u", folder, part);
	fd = open(path, O_WRONLY | O_CREAT | (offset ? 0 : O_TRUNC), 0644);
	done = fd < 0 ? -1 : pwrite(fd, bytes, size, (off_t)offset);
	close(fd);
	return done == (ssize_t)size ? 0 : -1;
}

static int connect_to(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	return connect(fd, (struct sockaddr *)&name, sizeof(name)) ? -1 : fd;
}

/* A line that has ended is as silent as one where nothing comes. */
static void receive(struct receiver *receiver)
{
	static char bytes[65536];
	ssize_t got;

	receiver_begin(receiver);
	while (receiver->state == RECEIVER_TABLE || receiver->state == RECEIVER_PARTS) {
		struct pollfd polled = {.fd = line, .events = POLLIN};

		if (poll(&polled, 1, STREAM_SILENCE_MS) <= 0) {
			receiver_silence(receiver);
			continue;
		}
		got = read(line, bytes, sizeof(bytes));
		if (got > 0)
			receiver_take(receiver, bytes, (size_t)got);
		else
			receiver_silence(receiver);
	}
	receiver_end(receiver);
}

int main(int argc, char **argv)
{
	static struct receiver receiver = {.needs = {send_bytes, wanted, store, NULL}};

	if (argc != 3) {
		fprintf(stderr, "usage: receive SOCKET FOLDER\n");
		return 2;
	}
	folder = argv[2];
	line = connect_to(argv[1]);
	if (line < 0) {
		fprintf(stderr, "receive: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	receive(&receiver);
	if (receiver.state == RECEIVER_DONE)
		return 0;
	fprintf(stderr, "receive: %s\n", receiver.words);
	return 1;
}
