/*
 * A payload that arrives over a pipe while we ask for it: the receiver's side of the protocol of
 * rom/source/README.md. Pure: the pipe is the caller's.
 */
#ifndef ROM_SOURCE_STREAM_H
#define ROM_SOURCE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "refuse.h"
#include "source/crc32.h"
#include "source/sha256.h"

#define STREAM_VERSION 1

/* Parts: 0 is the table of them, then enum item for kernel, initrd and command line. */
#define STREAM_PARTS	 4
#define STREAM_PARTS_MAX 16 /* entries of a table */

#define STREAM_FRAME_MAX   0x10000u  /* bytes of data in a frame */
#define STREAM_REQUEST_MAX 0x100000u /* bytes asked for at once */

/* Attempts without a good byte until we give up: more for the first answer, as who sends may come
 * later than we do. */
#define STREAM_ATTEMPTS	      8u
#define STREAM_ATTEMPTS_FIRST 30u

/* Bytes that are no answer to the request, until they count as silence. */
#define STREAM_NOISE_MAX 0x200000u

/* What both requests and frames begin with, as it is sent: numbers little-endian. */
struct stream_head {
	uint32_t magic;
	uint16_t version, kind;
	uint32_t part;
	uint32_t offset, offset_high;
	uint32_t length; /* of a frame's data; of what is asked for */
	uint32_t number; /* of the request */
	uint32_t crc32;	 /* of the bytes before, and of a frame's data */
};

_Static_assert(sizeof(struct stream_head) == 32, "a head");

#define STREAM_ASK    0x3f534b44u /* "DKS?" */
#define STREAM_ANSWER 0x21534b44u /* "DKS!" */

enum stream_request { STREAM_ASK_TABLE, STREAM_ASK_READ, STREAM_ASK_DONE, STREAM_ASK_ABORT };
enum stream_frame { STREAM_TABLE, STREAM_DATA, STREAM_ERROR };

/* Why a stream was aborted, in the length of the request that says so. */
enum stream_abort {
	STREAM_ABORT_STALLED = 1,
	STREAM_ABORT_SUM,
	STREAM_ABORT_TABLE,
	STREAM_ABORT_ROOM,
	STREAM_ABORT_SENDER, /* the sender had said that it cannot go on */
	STREAM_ABORT_VERSION,
	STREAM_ABORT_OTHER /* a reason that is not the stream's */
};

struct stream_entry {
	uint32_t part, reserved;
	uint32_t bytes, bytes_high;
	uint8_t sha256[32];
};

struct stream_table {
	uint32_t count, reserved;
	struct stream_entry entry[STREAM_PARTS_MAX];
};

/* A pipe that may lose and damage what goes through. */
struct stream_pipe {
	void (*send)(struct stream_pipe *pipe, const void *bytes, uint32_t size);

	/* Receive into to, or to nowhere when it is NULL. Returns how many bytes came: less than
	 * size only when nothing came for the time that counts as silence. */
	uint32_t (*receive)(struct stream_pipe *pipe, void *to, uint32_t size);
};

struct stream {
	struct stream_pipe *pipe;
	const struct crc32 *crc;
	struct stream_table *table; /* room for one */
	struct refusal *why;
	uint32_t number; /* of the last request */
	/* where it has come to, for who is told of the end */
	uint32_t part, offset;
	/* indexed by part; NULL: there is none */
	const struct stream_entry *entry[STREAM_PARTS];
};

/*
 * Ask for the table and judge it. stream: pipe, crc, table and why are set, number is 0. A table is
 * accepted when a kernel is one of its entries, and those that we know are there once and below
 * 4 GiB; others are for other receivers. Returns 0, or -1 with REFUSE_STREAM_STALLED, _VERSION,
 * _SENDER or _TABLE in *why.
 */
int stream_begin(struct stream *stream);

/* Bytes of a part; 0: there is none. part: below STREAM_PARTS. */
uint32_t stream_bytes(const struct stream *stream, uint32_t part);

/*
 * Read bytes of a part from an offset on. What is past the part's end is 0. Returns 0, or -1 as
 * stream_begin().
 */
int stream_read(struct stream *stream, uint32_t part, uint32_t offset, void *to, uint32_t bytes);

/*
 * Is what lies in memory the part? In two pieces, the first one a multiple of SHA256_BLOCK, or 0.
 * Returns 0, or -1 with REFUSE_STREAM_SUM.
 */
int stream_check(struct stream *stream, uint32_t part, const void *at, uint32_t bytes,
	const void *then, uint32_t then_bytes);

/* Tell the sender how it ended. refused: with *why. */
void stream_end(struct stream *stream, bool refused);

#endif
