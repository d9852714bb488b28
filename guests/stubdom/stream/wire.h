/* The stream, version 1: what a sender and a receiver of a payload say to each other, byte by byte
 * (../README.md, "The protocol"). Included by both.
 *
 * The receiver asks, the sender answers; all numbers are little-endian, as the processors are that
 * this runs on.
 */
#ifndef DKBOOT_STREAM_WIRE_H
#define DKBOOT_STREAM_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#define STREAM_ASK	  0x3f534b44u /* "DKS?" */
#define STREAM_ANSWER	  0x21534b44u /* "DKS!" */
#define STREAM_VERSION	  1
#define STREAM_FRAME	  65536u     /* bytes of data in a frame, at most */
#define STREAM_READ	  (1u << 20) /* bytes asked for at once, at most */
#define STREAM_PARTS	  64	     /* parts in a table, at most */
#define STREAM_ATTEMPTS	  8	     /* without one good byte; then the receiver gives up */
#define STREAM_SILENCE_MS 1000	     /* an attempt: after so long without a byte it asks again */

/* Where in xenstore the vchan is, by the domain's number. */
#define STREAM_VCHAN "/local/domain/%u/data/dkboot"

enum stream_ask {
	STREAM_ASK_TABLE,
	STREAM_ASK_READ,
	STREAM_ASK_DONE,  /* all has arrived and is right */
	STREAM_ASK_ABORT, /* part and offset: where it ended; length: enum stream_code */
	STREAM_ASK_CALL	  /* go on over the vchan that domain number part serves */
};

enum stream_answer {
	STREAM_TABLE,
	STREAM_DATA,
	STREAM_REFUSAL /* the data are words */
};

enum stream_code {
	STREAM_STALLED = 1,
	STREAM_DAMAGED, /* what arrived has another SHA-256 than the table says */
	STREAM_STRANGE, /* the table is not understood */
	STREAM_NO_ROOM,
	STREAM_REFUSED /* the sender said so */
};

enum stream_part {
	STREAM_KERNEL = 1,
	STREAM_INITRD,
	STREAM_CMDLINE,
	STREAM_MODULES,	      /* and up: of a receiver that is a ROM */
	STREAM_NAMES = 0x100, /* a line for each file: the path where the device model opens it */
	STREAM_FILES	      /* and up: those files */
};

struct stream_ask_frame {
	uint32_t magic;
	uint16_t version, kind; /* enum stream_ask */
	uint32_t part;
	uint64_t offset;
	uint32_t length;
	uint32_t number; /* counts what is asked, from 1 */
	uint32_t crc32;	 /* of all before */
} __attribute__((packed));

struct stream_head {
	uint32_t magic;
	uint16_t version, kind; /* enum stream_answer */
	uint32_t part;
	uint64_t offset;
	uint32_t length; /* of the data behind this head */
	uint32_t number; /* of what it answers */
	uint32_t crc32;	 /* of all before and of the data */
} __attribute__((packed));

struct stream_table_row {
	uint32_t part, reserved;
	uint64_t length;
	uint8_t sha256[32];
} __attribute__((packed));

struct stream_table_head {
	uint32_t count, reserved;
} __attribute__((packed));

_Static_assert(sizeof(struct stream_ask_frame) == 32, "as documented");
_Static_assert(sizeof(struct stream_head) == 32, "as documented");
_Static_assert(sizeof(struct stream_table_row) == 48, "as documented");

static inline uint32_t stream_ask_sum(const struct stream_ask_frame *ask)
{
	return (uint32_t)crc32(
		0, (const unsigned char *)ask, offsetof(struct stream_ask_frame, crc32));
}

static inline uint32_t stream_sum(const struct stream_head *head, const void *data)
{
	uLong sum = crc32(0, (const unsigned char *)head, offsetof(struct stream_head, crc32));

	return (uint32_t)crc32(sum, data, head->length);
}

#endif
