#include "engine/xen_agent.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "../guests/dom0/agent/frame.h"
#include "base/cleanup.h"

enum { SEND_MS = 2000 };

static int send_all(int fd, const char *bytes, size_t size, struct error *error)
{
	while (size > 0) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EAGAIN && poll(&ready, 1, SEND_MS) > 0)
			continue;
		if (done < 0)
			return fail_errno(error, "agent");
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

int agent_order(struct xen_agent *agent, struct error *error, const char *format, ...)
{
	autobuffer struct buffer frame = {0};
	char words[1024];
	struct agent_head head;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(words))
		return fail(error, "agent: an order of %d bytes", size);
	agent_head_make(&head, AGENT_ORDER, agent->sent++, words, (size_t)size);
	buffer_add(&frame, &head, sizeof(head));
	buffer_add(&frame, words, (size_t)size);
	return send_all(agent->fd, frame.data, frame.size, error);
}

/* A frozen agent has sent frames before; the first that comes says how many. */
static void begin(struct xen_agent *agent)
{
	struct agent_head head;

	if (agent->begun || agent->in.size < sizeof(head))
		return;
	memcpy(&head, agent->in.data, sizeof(head));
	agent->received = head.sequence;
	agent->begun = true;
}

static int take_frames(
	struct xen_agent *agent, agent_listener listener, void *context, struct error *error)
{
	struct agent_head head;
	long used;

	begin(agent);
	while (agent->in.size && (used = agent_frame_parse(agent->in.data, agent->in.size,
					  agent->received, &head)) != 0) {
		autobuffer struct buffer body = {0};

		if (used < 0)
			return fail(error, "agent: frame %u is damaged or not the one that is due",
				agent->received);
		buffer_add(&body, agent->in.data + sizeof(head), head.size);
		buffer_drop(&agent->in, (size_t)used);
		agent->received++;
		listener(context, head.kind, body.data ? body.data : "", body.size);
	}
	return 0;
}

int agent_receive(
	struct xen_agent *agent, agent_listener listener, void *context, struct error *error)
{
	char bytes[16384];
	ssize_t got;

	while (agent->fd >= 0 && (got = read(agent->fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN || errno == ECONNRESET ? 0
								      : fail_errno(error, "agent");
		buffer_add(&agent->in, bytes, (size_t)got);
		if (take_frames(agent, listener, context, error) < 0)
			return -1;
	}
	return 0;
}

void agent_close(struct xen_agent *agent)
{
	if (agent->fd >= 0)
		close(agent->fd);
	agent->fd = -1;
	buffer_free(&agent->in);
}
