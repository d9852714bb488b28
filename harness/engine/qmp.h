/* A client of QEMU's machine protocol on a socket that never blocks us. */
#ifndef DKBOOT_ENGINE_QMP_H
#define DKBOOT_ENGINE_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/** Called with what a command returned. */
typedef void (*qmp_reply)(void *context, const json_t *value);

/** Who hears what the emulator says of its own accord. */
struct qmp_listener {
	void (*event)(void *context, const char *name, const json_t *data);
	/** The conversation is over: an error reply, or text that is not the protocol's. */
	void (*failed)(void *context, const char *why);
	void *context;
};

enum { QMP_PENDING = 16 };

/** One conversation. Replies come in the order of the commands (docs/interop/qmp-spec, 2.4). */
struct qmp {
	int fd;
	struct qmp_listener listener;
	struct buffer input; /* bytes of a line that is not complete yet */
	size_t scanned;	     /* bytes of @input known to hold no line's end */
	struct {
		const char *name; /* as given to qmp_command() */
		qmp_reply reply;
	} pending[QMP_PENDING]; /* a ring of commands without their replies */
	unsigned first, count;
	bool over; /* failed: nothing is sent or heard any more */
};

/**
 * Begins the conversation; nothing is waited for: the commands sent meanwhile are carried out once
 * the emulator listens.
 * @param fd    our end of a stream socket; stays the caller's
 * @param ready called when the emulator's main loop has answered the handshake
 */
void qmp_open(struct qmp *qmp, int fd, const struct qmp_listener *listener, qmp_reply ready);

/**
 * Sends a command.
 * @param name      must outlive the reply
 * @param arguments of a JSON object, or NULL; the reference is taken over
 * @param reply     may be NULL; an error reply ends the conversation either way
 */
void qmp_command(struct qmp *qmp, const char *name, json_t *arguments, qmp_reply reply);

/**
 * Hands a descriptor over, to be named in later commands (getfd). @param fd stays the caller's
 */
void qmp_give_fd(struct qmp *qmp, const char *name, int fd);

/** Reads what there is, without blocking, and calls the listener. @return false at end of file */
bool qmp_receive(struct qmp *qmp);

/** Takes bytes in pieces of any size, as qmp_receive() does after its recv(2). */
void qmp_feed(struct qmp *qmp, const char *bytes, size_t size);

/** Releases memory. */
void qmp_close(struct qmp *qmp);

#endif
