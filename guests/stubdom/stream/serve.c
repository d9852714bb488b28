#include "serve.h"

#include <errno.h>
#include <libxenvchan.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "words.h"

/* A receiver. It may have called for a vchan; the socket then only tells of its end. */
struct line {
	struct sender *sender;
	int fd; /* -1 = there is none */
	struct libxenvchan *vchan;
	struct timespec since; /* its first request */
	bool begun;
	uint8_t out[SENDER_ROOM];
	size_t size, at; /* bytes of @out, and how many of them are gone */
};

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void drop_vchan(struct line *line)
{
	if (line->vchan)
		libxenvchan_close(line->vchan);
	line->vchan = NULL;
	line->size = line->at = 0;
}

static void hang_up(struct line *line)
{
	struct sender *sender = line->sender;

	drop_vchan(line);
	if (line->fd >= 0)
		close(line->fd);
	*line = (struct line){.sender = sender, .fd = -1};
	sender->held = 0;
	sender->busy = sender->done = sender->aborted = false;
}

/* ---- what the receiver means ---- */

static void tell_delivered(const struct line *line)
{
	double seconds = seconds_since(&line->since);

	say("delivered: %llu bytes in %.3f s, %.2f MB/s%s", (unsigned long long)line->sender->total,
		seconds, (double)line->sender->total / seconds / 1e6,
		line->vchan ? " by vchan" : "");
}

static void tell_aborted(const struct sender *sender)
{
	char name[32];

	say("failed: %s, byte %llu: %s", stream_part_name(sender->ask.part, name),
		(unsigned long long)sender->ask.offset, stream_code_words(sender->ask.length));
}

static void tell_gone(const struct sender *sender)
{
	char name[32];

	say("failed: %s, byte %llu: the receiver went away",
		stream_part_name(sender->ask.part, name),
		(unsigned long long)(sender->ask.offset + sender->sent));
}

static void answer_call(struct line *line)
{
	char path[64];

	line->sender->called = false;
	drop_vchan(line);
	snprintf(path, sizeof(path), STREAM_VCHAN, line->sender->ask.part);
	line->vchan = libxenvchan_client_init(NULL, (int)line->sender->ask.part, path);
	if (line->vchan)
		line->vchan->blocking = 0; /* libxenvchan leaves it as malloc gave it */
	else
		say("no vchan to domain %u: going on without", line->sender->ask.part);
}

/* @return the status to end with, -1 = go on */
static int look(struct line *line, bool once)
{
	struct sender *sender = line->sender;
	bool over = sender->done || sender->aborted;
	int status = sender->aborted;

	if (sender->called)
		answer_call(line);
	if (!line->begun && sender->busy) {
		line->begun = true;
		clock_gettime(CLOCK_MONOTONIC, &line->since);
	}
	if (sender->done)
		tell_delivered(line);
	if (sender->aborted)
		tell_aborted(sender);
	sender->done = sender->aborted = false;
	if (over)
		line->begun = false;
	return over && once ? status : -1;
}

static int gone(struct line *line, bool once)
{
	bool failed = line->begun;

	if (failed)
		tell_gone(line->sender);
	hang_up(line);
	return once && failed ? 1 : -1;
}

/* ---- bytes ---- */

static int hear_socket(struct line *line, bool once)
{
	char bytes[4096];
	ssize_t got = read(line->fd, bytes, sizeof(bytes));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return -1;
	if (got <= 0)
		return gone(line, once);
	sender_take(line->sender, bytes, (size_t)got);
	return look(line, once);
}

/* The receiver's domain may end, or its program; the socket stays for whoever comes then. */
static int hear_vchan(struct line *line, bool once)
{
	char bytes[4096];
	int got;

	libxenvchan_wait(line->vchan);
	while (line->vchan && (got = libxenvchan_read(line->vchan, bytes, sizeof(bytes))) > 0) {
		int status;

		sender_take(line->sender, bytes, (size_t)got);
		status = look(line, once);
		if (status >= 0)
			return status;
	}
	if (line->vchan && libxenvchan_is_open(line->vchan) != 1)
		drop_vchan(line);
	return -1;
}

static ssize_t write_line(struct line *line)
{
	const uint8_t *from = line->out + line->at;
	size_t size = line->size - line->at;

	return line->vchan ? libxenvchan_write(line->vchan, from, size)
			   : send(line->fd, from, size, MSG_NOSIGNAL);
}

/* Writes as much as the line takes now. */
static void write_out(struct line *line)
{
	for (;;) {
		ssize_t done;

		if (line->at == line->size) {
			line->at = 0;
			line->size = line->fd < 0 ? 0 : sender_next(line->sender, line->out);
		}
		done = line->size ? write_line(line) : 0;
		if (done <= 0)
			return;
		line->at += (size_t)done;
		if (line->sender->dead && line->at == line->size)
			_exit(1); /* a planted fault */
	}
}

/* The newest one counts: the last of a guest that was started again is on its way out. */
static void take_call(struct line *line, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	hang_up(line);
	line->fd = fd;
}

int serve(struct sender *sender, int listener, bool once)
{
	static struct line line;
	int status = -1;

	line = (struct line){.sender = sender, .fd = -1};
	while (status < 0) {
		struct pollfd polled[] = {{listener, POLLIN, 0}, {line.fd, POLLIN, 0},
			{line.vchan ? libxenvchan_fd_for_select(line.vchan) : -1, POLLIN, 0}};

		write_out(&line);
		if (line.at < line.size && !line.vchan)
			polled[1].events |= POLLOUT;
		if (poll(polled, 3, -1) < 0 && errno != EINTR)
			die("poll", strerror(errno));
		if (polled[2].revents)
			status = hear_vchan(&line, once);
		if (status < 0 && polled[1].revents & (POLLIN | POLLHUP | POLLERR))
			status = hear_socket(&line, once);
		if (status < 0 && polled[0].revents)
			take_call(&line, listener);
	}
	return status;
}
