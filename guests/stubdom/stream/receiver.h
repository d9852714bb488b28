/* The receiving side of the stream, as a state machine: bytes in, requests and parts out; no time,
 * no descriptor. */
#ifndef DKBOOT_STREAM_RECEIVER_H
#define DKBOOT_STREAM_RECEIVER_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "wire.h"

/** What a receiver needs of whoever has it. */
struct receiver_needs {
	/** Sends bytes. */
	void (*send)(void *context, const void *bytes, size_t size);
	/** Whether a part is wanted at all. */
	bool (*wanted)(void *context, uint32_t part);
	/** Keeps bytes of a part; they come in order. @return 0, -1: no room */
	int (*store)(void *context, uint32_t part, uint64_t offset, const void *bytes, size_t size);
	void *context;
};

enum receiver_state { RECEIVER_TABLE, RECEIVER_PARTS, RECEIVER_DONE, RECEIVER_FAILED };

/** Zero-initialise but for @needs; receiver_begin() then. */
struct receiver {
	struct receiver_needs needs;
	enum receiver_state state;
	char words[200]; /* why it failed */

	struct stream_table_row table[STREAM_PARTS];
	size_t count, current; /* rows; the one that is being received */
	uint64_t have;	       /* bytes of it */
	uint64_t due;	       /* end of what was asked for */
	EVP_MD_CTX *digest;

	uint32_t number;   /* of the last request */
	unsigned attempts; /* since the last good byte */
	bool lost;	   /* what comes is no frame: looking for the next */
	uint8_t frame[sizeof(struct stream_head) + STREAM_FRAME];
	size_t held;

	uint64_t good, asked_again; /* for figures: bytes of data, requests that were repeated */
};

/** Asks for the table. */
void receiver_begin(struct receiver *receiver);

/** Takes bytes of a sender. */
void receiver_take(struct receiver *receiver, const void *bytes, size_t size);

/** Nothing has come for STREAM_SILENCE_MS: asks again, or gives up. */
void receiver_silence(struct receiver *receiver);

/** Releases what it holds. */
void receiver_end(struct receiver *receiver);

#endif
