/* The staged way: the payload into this domain's memory, where the device model reads it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../stream/receiver.h"
#include "stubdom.h"

#define STAGED "/staged"

struct staging {
	struct channel *channel;
	bool files_only;
	int files[STREAM_PARTS];
	uint32_t parts[STREAM_PARTS];
	size_t count;
};

static void name_of(uint32_t part, char *path, size_t room)
{
	snprintf(path, room, STAGED "/%u", part);
}

void channel_send(struct channel *channel, const void *bytes, size_t size)
{
	struct pollfd polled = {.fd = channel->fd, .events = POLLIN};
	const char *at = bytes;

	while (size > 0) {
		size_t done = channel->write(channel->context, at, size);

		at += done;
		size -= done;
		if (size > 0 && poll(&polled, 1, STREAM_SILENCE_MS) > 0)
			channel->event(channel->context);
	}
}

/* ---- what the receiver needs ---- */

static void send_bytes(void *context, const void *bytes, size_t size)
{
	struct staging *staging = context;

	channel_send(staging->channel, bytes, size);
}

static bool wanted(void *context, uint32_t part)
{
	const struct staging *staging = context;

	return part >= STREAM_NAMES || (part <= STREAM_CMDLINE && !staging->files_only);
}

static int file_of(struct staging *staging, uint32_t part)
{
	char path[64];

	for (size_t i = 0; i < staging->count; i++)
		if (staging->parts[i] == part)
			return staging->files[i];
	name_of(part, path, sizeof(path));
	staging->parts[staging->count] = part;
	staging->files[staging->count] = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return staging->files[staging->count++];
}

static int store(void *context, uint32_t part, uint64_t offset, const void *bytes, size_t size)
{
	int fd = file_of(context, part);

	return fd >= 0 && pwrite(fd, bytes, size, (off_t)offset) == (ssize_t)size ? 0 : -1;
}

/* ---- the stream ---- */

static void receive(struct staging *staging, struct receiver *receiver)
{
	struct channel *channel = staging->channel;
	struct pollfd polled = {.fd = channel->fd, .events = POLLIN};
	static char bytes[STREAM_FRAME];
	size_t got;

	receiver_begin(receiver);
	while (receiver->state == RECEIVER_TABLE || receiver->state == RECEIVER_PARTS) {
		got = channel->read(channel->context, bytes, sizeof(bytes));
		if (got > 0) {
			receiver_take(receiver, bytes, got);
			continue;
		}
		if (poll(&polled, 1, STREAM_SILENCE_MS) > 0)
			channel->event(channel->context);
		else
			receiver_silence(receiver);
	}
}

/* ---- what the device model is told ---- */

static char *text_of(struct staging *staging, uint32_t part)
{
	int fd = file_of(staging, part);
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	if (!text || pread(fd, text, (size_t)size, 0) != size)
		give_up("part %u cannot be read again", part);
	return text;
}

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* The device model finds each file at the path that its arguments have. */
static void place_files(struct staging *staging)
{
	char *names = text_of(staging, STREAM_NAMES), *rest = names, *name;
	uint32_t part = STREAM_FILES;

	while ((name = strsep(&rest, "\n")) && *name) {
		char path[64];

		name_of(part++, path, sizeof(path));
		make_folders(name);
		if (symlink(path, name))
			give_up("%s: %s", name, strerror(errno));
	}
	free(names);
}

static void tell(struct staging *staging, struct arguments *arguments)
{
	static const struct {
		uint32_t part;
		const char *option;
	} options[] = {{STREAM_KERNEL, "-kernel"}, {STREAM_INITRD, "-initrd"}};

	for (size_t i = 0; i < staging->count; i++)
		for (size_t j = 0; j < 2; j++)
			if (staging->parts[i] == options[j].part) {
				char path[64];

				name_of(options[j].part, path, sizeof(path));
				arguments_set(arguments, options[j].option, path);
			}
	for (size_t i = 0; i < staging->count; i++) {
		if (staging->parts[i] == STREAM_CMDLINE) {
			char *text = text_of(staging, STREAM_CMDLINE);

			arguments_set(arguments, "-append", text);
			free(text);
		}
		if (staging->parts[i] == STREAM_NAMES)
			place_files(staging);
	}
}

void stage_payload(struct channel *channel, struct arguments *arguments, bool files_only)
{
	static struct staging staging;
	static struct receiver receiver;
	unsigned long since = uptime_ms(), took;

	staging.channel = channel;
	staging.files_only = files_only;
	receiver.needs = (struct receiver_needs){send_bytes, wanted, store, &staging};
	say("asks for its payload %lu ms after its start", since);
	receive(&staging, &receiver);
	if (receiver.state == RECEIVER_FAILED)
		give_up("%s", receiver.words);
	took = uptime_ms() - since;
	say("received %llu bytes in %lu ms, %llu KB/s, %llu requests repeated",
		(unsigned long long)receiver.good, took,
		(unsigned long long)receiver.good / (took ? took : 1),
		(unsigned long long)receiver.asked_again);
	receiver_end(&receiver);
	tell(&staging, arguments);
}
