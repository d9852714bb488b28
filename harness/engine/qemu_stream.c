#include "engine/qemu_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/stream_fault.h"

/* Bytes written in a row, for the sake of the other lanes. */
enum { TURN = 1 << 20, PARTS = 3 };

/* What is offered. */
struct offer {
	struct sender_part parts[PARTS];
	size_t count;
};

struct qemu_stream {
	int fd;
	uv_poll_t poll;
	struct offer offer;
	struct stream_spoiler spoiler;
	struct buffer asked; /* all requests, as they came */
	size_t size, sent;   /* of the frame that is being sent */
	uint8_t frame[STREAM_SPOILER_ROOM];
};

/* ---- the offer ---- */

static void put_digest(uint8_t *out, const struct sha256 *sha256)
{
	for (size_t i = 0; i < 32; i++) {
		const char two[3] = {sha256->hex[2 * i], sha256->hex[2 * i + 1], 0};

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
}

static void offer_bytes(struct offer *offer, uint32_t number, const void *bytes, uint64_t size,
	const struct sha256 *sha256)
{
	struct sender_part *part = &offer->parts[offer->count];

	if (!size)
		return;
	*part = (struct sender_part){.number = number, .length = size, .bytes = bytes};
	put_digest(part->sha256, sha256);
	offer->count++;
}

static int offer_part(
	struct offer *offer, uint32_t number, const struct part *part, struct error *error)
{
	void *bytes;

	if (!part || !part->size)
		return 0;
	bytes = mmap(NULL, part->size, PROT_READ, MAP_PRIVATE, part->fd, 0);
	if (bytes == MAP_FAILED)
		return fail_errno(error, "cannot map %s", part->origin);
	offer_bytes(offer, number, bytes, part->size, &part->sha256);
	return 0;
}

static void withdraw(struct offer *offer)
{
	for (size_t i = 0; i < offer->count; i++)
		if (offer->parts[i].number != STREAM_CMDLINE)
			munmap((void *)(uintptr_t)offer->parts[i].bytes, offer->parts[i].length);
	offer->count = 0;
}

static int make_offer(struct offer *offer, struct stream_spoiler *spoiler,
	const struct payload *payload, struct error *error)
{
	size_t length = strlen(payload->cmdline);
	struct sha256 sha256 = sha256_bytes(payload->cmdline, length);

	if (offer_part(offer, STREAM_KERNEL, payload->kernel, error) < 0 ||
		offer_part(offer, STREAM_INITRD, payload->initrd, error) < 0)
		return -1;
	offer_bytes(offer, STREAM_CMDLINE, payload->cmdline, length, &sha256);
	spoiler->sender = (struct sender){.parts = offer->parts, .count = offer->count};
	if (!stream_spoiler_plant(spoiler, payload->stream_fault))
		return fail(error, "a stream with the fault %s: there is none of that name",
			payload->stream_fault);
	return 0;
}

/* ---- to and fro ---- */

static bool hear(struct qemu_stream *stream)
{
	uint8_t bytes[4096];
	ssize_t got;

	while ((got = read(stream->fd, bytes, sizeof(bytes))) > 0) {
		buffer_add(&stream->asked, bytes, (size_t)got);
		sender_take(&stream->spoiler.sender, bytes, (size_t)got);
	}
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Sends what is to be sent. @return whether there is more of it */
static bool speak(struct qemu_stream *stream)
{
	size_t total = 0;
	ssize_t put;

	while (total < TURN) {
		if (stream->sent == stream->size) {
			stream->sent = 0;
			stream->size = stream_spoiler_next(&stream->spoiler, stream->frame);
		}
		if (!stream->size)
			return false;
		put = send(stream->fd, stream->frame + stream->sent, stream->size - stream->sent,
			MSG_NOSIGNAL);
		if (put < 0)
			return errno == EAGAIN || errno == EINTR;
		stream->sent += (size_t)put;
		total += (size_t)put;
	}
	return true;
}

static void stream_ready(uv_poll_t *poll, int status, int events)
{
	struct qemu_boot *boot = poll->data;
	struct qemu_stream *stream = boot->stream;

	(void)status;
	(void)events;
	if (!hear(stream)) {
		uv_poll_stop(poll);
		return;
	}
	uv_poll_start(poll, UV_READABLE | (speak(stream) ? UV_WRITABLE : 0), stream_ready);
}

int stream_prepare(struct qemu_boot *boot, int *theirs, struct error *error)
{
	const struct payload *payload = boot->request.payload;
	struct qemu_stream *stream;
	int ends[2];

	/* A machine that is frozen has no payload; one that carries a guest of Xen does not give it
	 * its own. */
	if (!payload || !payload->stream || boot->request.machine->dom0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the stream");
	*theirs = ends[1];
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		abort();
	boot->stream = stream;
	stream->fd = ends[0];
	fcntl(stream->fd, F_SETFL, O_NONBLOCK);
	return make_offer(&stream->offer, &stream->spoiler, payload, error);
}

int stream_watch(struct qemu_boot *boot)
{
	struct qemu_stream *stream = boot->stream;
	int result;

	if (!stream)
		return 0;
	result = uv_poll_init(boot->loop, &stream->poll, stream->fd);
	if (result)
		return result;
	stream->poll.data = boot;
	boot->handles++;
	return uv_poll_start(&stream->poll, UV_READABLE, stream_ready);
}

void stream_unwatch(struct qemu_boot *boot, uv_close_cb closed)
{
	struct qemu_stream *stream = boot->stream;
	autofree char *path = NULL;
	struct error error;

	if (!stream || !stream->poll.data)
		return;
	/* without it a failed cell cannot be repeated, and is no other cell for that */
	path = format_text("%s/" STREAM_ASKED, boot->request.folder);
	file_write(path, stream->asked.data, stream->asked.size, &error);
	uv_close((uv_handle_t *)&stream->poll, closed);
}

void stream_release(struct qemu_stream *stream)
{
	if (!stream)
		return;
	withdraw(&stream->offer);
	buffer_free(&stream->asked);
	close(stream->fd);
	free(stream);
}

/* ---- for whoever repeats the boot ---- */

static void answer(struct stream_spoiler *spoiler, const struct buffer *asked, struct buffer *out)
{
	static uint8_t frame[STREAM_SPOILER_ROOM];
	const size_t each = sizeof(struct stream_ask_frame);
	size_t size;

	for (size_t at = 0; at + each <= asked->size; at += each) {
		sender_take(&spoiler->sender, asked->data + at, each);
		while ((size = stream_spoiler_next(spoiler, frame)))
			buffer_add(out, frame, size);
	}
}

int stream_keep(const struct payload *payload, const char *folder, struct error *error)
{
	autofree char *from = format_text("%s/" STREAM_ASKED, folder);
	autofree char *to = format_text("%s/" STREAM_ANSWERS, folder);
	autobuffer struct buffer asked = {0};
	autobuffer struct buffer answered = {0};
	struct stream_spoiler spoiler = {0};
	struct offer offer = {0};
	int result = make_offer(&offer, &spoiler, payload, error);

	if (!result && file_exists(from))
		result = file_read(from, &asked, error);
	if (!result) {
		answer(&spoiler, &asked, &answered);
		result = file_write(to, answered.data, answered.size, error);
	}
	withdraw(&offer);
	return result;
}
