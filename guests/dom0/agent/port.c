/* Frames in and out of the virtio-serial port. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

static int port = -1;
static uint32_t sent, received;
static void (*on_order)(char *words);
static char input[sizeof(struct agent_head) + AGENT_BODY_LIMIT];
static size_t held;

/* /dev/vportXpY of the port with our name. */
static int find_port(void)
{
	glob_t found = {0};
	char name[64], path[64];
	int fd = -1;

	glob("/sys/class/virtio-ports/*/name", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && fd < 0; i++) {
		FILE *file = fopen(found.gl_pathv[i], "re");
		char *device = found.gl_pathv[i] + strlen("/sys/class/virtio-ports/");

		if (file && fgets(name, sizeof(name), file) &&
			!strncmp(name, AGENT_PORT, strlen(AGENT_PORT))) {
			snprintf(
				path, sizeof(path), "/dev/%.*s", (int)strcspn(device, "/"), device);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
		if (file)
			fclose(file);
	}
	globfree(&found);
	return fd;
}

static void write_all(const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t done = write(port, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			give_up("the port to the runner");
		at += done;
		size -= (size_t)done;
	}
}

/* Without a runner what guests and xl say goes to dom0's console, and what happens in a line. */
static void show(enum agent_kind kind, const char *bytes, size_t size)
{
	if (kind == AGENT_ANSWER || kind == AGENT_EVENT)
		printf("dkboot: %.*s\n", (int)size, bytes);
	else
		fwrite(bytes, 1, size, stdout);
	fflush(stdout);
}

void port_send(enum agent_kind kind, const void *body, size_t size)
{
	static char frame[sizeof(struct agent_head) + AGENT_BODY_LIMIT];
	struct agent_head head;

	if (port < 0) {
		show(kind, body, size);
		return;
	}
	agent_head_make(&head, kind, sent++, body, size);
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), body, size);
	write_all(frame, sizeof(head) + size);
}

void port_say(enum agent_kind kind, const char *format, ...)
{
	char words[4096];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	port_send(kind, words, (size_t)size < sizeof(words) ? (size_t)size : sizeof(words) - 1);
}

/* A frame with the number 0 begins a conversation: another runner took over a machine that was
 * frozen. */
static void begin_anew(void)
{
	struct agent_head head;

	if (held < sizeof(head))
		return;
	memcpy(&head, input, sizeof(head));
	if (head.sequence == 0)
		received = 0;
}

/* Takes whole frames out of what was received. */
static void take_frames(void)
{
	struct agent_head head;
	long used;

	begin_anew();
	while ((used = agent_frame_parse(input, held, received, &head)) > 0) {
		char *words = strndup(input + sizeof(head), head.size);

		received++;
		memmove(input, input + used, held - (size_t)used);
		held -= (size_t)used;
		if (head.kind == AGENT_ORDER)
			on_order(words);
		free(words);
	}
	if (used < 0) {
		errno = EPROTO;
		give_up("a frame of the runner");
	}
}

/* Without a runner at the other end the port reads as ended; poll(2) says so again and again. A
 * frozen dom0 has a runner: it is the clone's that reads on. */
static void port_ready(struct watch *watch)
{
	ssize_t got = read(watch->fd, input + held, sizeof(input) - held);

	if (got < 0 && errno != EINTR && errno != EAGAIN)
		give_up("the port to the runner");
	if (got == 0)
		usleep(1000);
	if (got > 0) {
		held += (size_t)got;
		take_frames();
	}
}

bool port_open(void (*order)(char *words))
{
	on_order = order;
	port = find_port();
	if (port >= 0)
		watch_add(port, port_ready, 0);
	return port >= 0;
}

bool port_is_open(void)
{
	return port >= 0;
}
