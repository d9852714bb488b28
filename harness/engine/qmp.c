#include "engine/qmp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"

/* No reply comes near this: `info registers -a` of 255 processors is half a megabyte. */
enum { LINE_LIMIT = 16 << 20, SHOWN = 200 };

static void end_with(struct qmp *qmp, const char *format, const char *bytes, size_t size)
{
	autobuffer struct buffer shown = {0};
	autofree char *why = NULL;

	if (qmp->over)
		return;
	qmp->over = true;
	add_printable(&shown, bytes, size, SHOWN);
	why = format_text("%s: %s", format, shown.data ? shown.data : "");
	qmp->listener.failed(qmp->listener.context, why);
}

static void hear_error(struct qmp *qmp, const char *command, const json_t *error)
{
	const char *text = json_string_value(json_object_get(error, "desc"));
	autofree char *what = format_text("the emulator refused '%s'", command);

	text = text ? text : "(no reason given)";
	end_with(qmp, what, text, strlen(text));
}

static void hear_reply(struct qmp *qmp, const json_t *message)
{
	const json_t *error = json_object_get(message, "error");
	unsigned slot = qmp->first;

	if (!qmp->count) {
		end_with(qmp, "the emulator's monitor answered what was not asked", "", 0);
		return;
	}
	qmp->first = (qmp->first + 1) % QMP_PENDING;
	qmp->count--;
	if (error)
		hear_error(qmp, qmp->pending[slot].name, error);
	else if (qmp->pending[slot].reply)
		qmp->pending[slot].reply(qmp->listener.context, json_object_get(message, "return"));
}

static void hear_line(struct qmp *qmp, const char *line, size_t size)
{
	json_t *message = json_loadb(line, size, 0, NULL);
	const char *event = json_string_value(json_object_get(message, "event"));

	if (event)
		qmp->listener.event(qmp->listener.context, event, json_object_get(message, "data"));
	else if (json_object_get(message, "return") || json_object_get(message, "error"))
		hear_reply(qmp, message);
	else if (!json_object_get(message, "QMP"))
		end_with(qmp, "the emulator's monitor said what is no QMP", line, size);
	json_decref(message);
}

void qmp_feed(struct qmp *qmp, const char *bytes, size_t size)
{
	char *end;

	buffer_add(&qmp->input, bytes, size);
	while (!qmp->over && qmp->input.size > qmp->scanned &&
		(end = memchr(
			 qmp->input.data + qmp->scanned, '\n', qmp->input.size - qmp->scanned))) {
		size_t length = (size_t)(end - qmp->input.data) + 1;

		hear_line(qmp, qmp->input.data, length);
		buffer_drop(&qmp->input, length);
		qmp->scanned = 0;
	}
	qmp->scanned = qmp->input.size;
	if (qmp->input.size > LINE_LIMIT)
		end_with(qmp, "the emulator's monitor sent a line without an end", "", 0);
}

bool qmp_receive(struct qmp *qmp)
{
	char chunk[16384];
	ssize_t got;

	for (;;) {
		got = recv(qmp->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN;
		if (got == 0)
			return false;
		if (!qmp->over)
			qmp_feed(qmp, chunk, (size_t)got);
	}
}

/* A command is far smaller than the socket's room and few are ever under way: one that does not fit
 * at once means that the emulator has stopped reading long ago. */
static void send_text(struct qmp *qmp, const char *text, int fd)
{
	size_t size = strlen(text);
	struct iovec bytes = {(char *)text, size};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = {0};
	struct cmsghdr *rights = (struct cmsghdr *)control;
	ssize_t put;

	if (fd >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		*rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(fd)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	}
	put = sendmsg(qmp->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

	/* A dead emulator is seen by its end, not here. */
	if (put < 0 && (errno == EPIPE || errno == ECONNRESET))
		return;
	if (put != (ssize_t)size)
		end_with(qmp, "the emulator does not read its monitor", strerror(errno),
			strlen(strerror(errno)));
}

/* @fd goes along with the command, -1 for none */
static void send_command(
	struct qmp *qmp, const char *name, json_t *arguments, qmp_reply reply, int fd)
{
	json_t *command = json_pack("{s:s, s:o*}", "execute", name, "arguments", arguments);
	autofree char *text = json_dumps(command, JSON_COMPACT);
	unsigned slot = (qmp->first + qmp->count) % QMP_PENDING;

	json_decref(command);
	if (!text)
		abort();
	if (qmp->over)
		return;
	if (qmp->count == QMP_PENDING) {
		end_with(qmp, "the emulator's monitor answers no more, before", name, strlen(name));
		return;
	}
	qmp->pending[slot].name = name;
	qmp->pending[slot].reply = reply;
	qmp->count++;
	send_text(qmp, text, fd);
}

void qmp_command(struct qmp *qmp, const char *name, json_t *arguments, qmp_reply reply)
{
	send_command(qmp, name, arguments, reply, -1);
}

void qmp_give_fd(struct qmp *qmp, const char *name, int fd)
{
	send_command(qmp, "getfd", json_pack("{s:s}", "fdname", name), NULL, fd);
}

void qmp_open(struct qmp *qmp, int fd, const struct qmp_listener *listener, qmp_reply ready)
{
	*qmp = (struct qmp){.fd = fd, .listener = *listener};
	qmp_command(qmp, "qmp_capabilities", NULL, ready);
}

void qmp_close(struct qmp *qmp)
{
	qmp->over = true;
	buffer_free(&qmp->input);
}
