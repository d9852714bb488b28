/* A console carries a kibibyte a round through the device model of dom0; a vchan is memory that
 * both ends see. */
#include <errno.h>
#include <libxenvchan.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "../stream/wire.h"
#include "stubdom.h"

#define RING_BYTES (256u << 10) /* towards us */
#define CALL_MS	   1000
#define CALLS	   5

static void take_event(void *context)
{
	libxenvchan_wait(context);
}

static size_t read_some(void *context, void *out, size_t room)
{
	int got = libxenvchan_read(context, out, room);

	return got > 0 ? (size_t)got : 0;
}

static size_t write_some(void *context, const void *bytes, size_t size)
{
	int done = libxenvchan_write(context, bytes, size);

	/* The sender is gone: what is meant for it is lost, as on any line. */
	return done < 0 ? size : (size_t)done;
}

static void call(struct channel *channel, unsigned domain)
{
	struct stream_ask_frame ask = {.magic = STREAM_ASK,
		.version = STREAM_VERSION,
		.kind = STREAM_ASK_CALL,
		.part = domain};

	ask.crc32 = stream_ask_sum(&ask);
	channel_send(channel, &ask, sizeof(ask));
}

/* The sender may not be there yet, and what it does not hear is lost. */
static bool await_client(struct channel *channel, struct libxenvchan *vchan, unsigned domain)
{
	struct pollfd polled = {.fd = libxenvchan_fd_for_select(vchan), .events = POLLIN};

	for (int calls = 0; calls < CALLS; calls++) {
		call(channel, domain);
		while (poll(&polled, 1, CALL_MS) > 0) {
			libxenvchan_wait(vchan);
			if (libxenvchan_is_open(vchan) == 1)
				return true;
		}
	}
	return false;
}

bool vchan_call(struct channel *channel, unsigned domain)
{
	struct libxenvchan *vchan;
	char path[64];

	snprintf(path, sizeof(path), STREAM_VCHAN, domain);
	vchan = libxenvchan_server_init(NULL, 0, path, RING_BYTES, 4096);
	if (!vchan) {
		say("no vchan: %s", strerror(errno));
		return false;
	}
	vchan->blocking = 0; /* libxenvchan leaves it as malloc gave it */
	if (!await_client(channel, vchan, domain)) {
		say("the sender does not come to the vchan: the console will do");
		libxenvchan_close(vchan);
		return false;
	}
	*channel = (struct channel){
		vchan, libxenvchan_fd_for_select(vchan), take_event, read_some, write_some};
	return true;
}
