/* Faults of a sender of payloads, on purpose: what a receiver must survive, or refuse in words. */
#ifndef DKBOOT_ENGINE_STREAM_FAULT_H
#define DKBOOT_ENGINE_STREAM_FAULT_H

#include <stdbool.h>

#include "../guests/stubdom/stream/sender.h"

struct stream_fault_row;

/** A sender, and what is wrong with it. */
struct stream_spoiler {
	struct sender sender;
	const struct stream_fault_row *fault; /* NULL = nothing */
	bool happened, stalled;
};

/** Room that stream_spoiler_next() needs, bytes. */
#define STREAM_SPOILER_ROOM (2 * SENDER_ROOM)

/**
 * Plants a fault.
 * @param name what stands behind "stream-" in a case; "" = none
 * @return false when there is none of that name
 */
bool stream_spoiler_plant(struct stream_spoiler *spoiler, const char *name);

/** As sender_next(), with the fault in it. Needs STREAM_SPOILER_ROOM. */
size_t stream_spoiler_next(struct stream_spoiler *spoiler, uint8_t *out);

#endif
