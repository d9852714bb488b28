/* The sending side of the stream, as a state machine: bytes in, bytes out, no file is looked at. */
#ifndef DKBOOT_STREAM_SENDER_H
#define DKBOOT_STREAM_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "wire.h"

/** A part that is offered. */
struct sender_part {
	uint32_t number; /* enum stream_part */
	uint64_t length; /* bytes */
	uint8_t sha256[32];
	const void *bytes; /* all of them */
};

/** What is done wrong on purpose, for tests: at a byte of the payload, counted from the first that
 * is sent. */
enum sender_fault {
	SENDER_SOUND,
	SENDER_DIES,   /* it is gone there */
	SENDER_STALLS, /* nothing is sent from there on */
	SENDER_ONCE,   /* a byte is wrong, once; its frame's checksum shows it */
	/* From here on: in that place of a part, whenever it is sent. */
	SENDER_ALWAYS, /* a byte is wrong, and the checksum shows it */
	SENDER_LIES,   /* a byte is wrong, and the frame's checksum is right */
	SENDER_SHORT,  /* the frame ends a byte too early */
	SENDER_LONG    /* the frame has a byte more than was asked for */
};

struct sender {
	const struct sender_part *parts;
	size_t count;
	enum sender_fault fault;
	uint64_t fault_at;

	uint8_t in[sizeof(struct stream_ask_frame)];
	size_t held;
	struct stream_ask_frame ask; /* what is being answered */
	uint64_t sent;		     /* bytes of data for it */
	bool busy;		     /* there is more to send for it */
	uint64_t total;		     /* bytes of data sent since the table was asked for */
	bool faulted;		     /* SENDER_ONCE has happened */

	bool done;    /* the receiver has all */
	bool aborted; /* it gave up: @ask says where and why */
	bool called;  /* it wants to go on over a vchan of domain ask.part */
	bool dead;    /* SENDER_DIES has happened */
};

/** Room that sender_next() needs, bytes. */
#define SENDER_ROOM (sizeof(struct stream_head) + STREAM_FRAME + 64)

/** Takes bytes of a receiver. What is no request is passed over. */
void sender_take(struct sender *sender, const void *bytes, size_t size);

/** Makes the next frame. @param out SENDER_ROOM bytes @return its bytes; 0 = nothing is asked for
 */
size_t sender_next(struct sender *sender, uint8_t *out);

#endif
