/* What an engine tells about a boot while it happens. */
#ifndef DKBOOT_ENGINE_EVENT_H
#define DKBOOT_ENGINE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/channel.h"
#include "base/memory.h"

enum event_kind {
	EVENT_BYTES,   /* a channel said something */
	EVENT_STARTED, /* the machine runs: time counts from here */
	EVENT_STOPPED, /* the guest stopped itself: @cause POWEROFF, RESET or PANIC; the machine
			  stands still, its memory can be read */
	EVENT_HALTED,  /* answer to boot_poll(): all processors are halted with interrupts off */
	EVENT_FROZEN,  /* a freeze point was reached: @point; the machine stands still until thaw()
			*/
	EVENT_MARK,    /* a phase of the boot is over: @bytes is its name */
	EVENT_ENDED    /* the last event: the emulator is gone and every channel is drained */
};

enum cause {
	CAUSE_NONE,
	CAUSE_POWEROFF, /* the guest switched itself off */
	CAUSE_RESET,	/* the guest reset itself, or triple-faulted */
	CAUSE_PANIC,	/* pvpanic; under Xen the domain crashed, @bytes says how */
	CAUSE_CRASH,	/* what carries the guest died: @bytes says what, and its words */
	CAUSE_EXIT,	/* the emulator left by itself: @code is its exit status */
	CAUSE_SIGNAL,	/* the emulator was killed by signal @code, and not by us */
	CAUSE_KILLED,	/* boot_stop() */
	CAUSE_ENGINE	/* our own side failed: @bytes says how; a verdict `broken` */
};

struct event {
	enum event_kind kind;
	uint64_t at; /* nanoseconds since EVENT_STARTED (or since the spawn, before that) */
	enum channel channel; /* EVENT_BYTES */
	const char *bytes;    /* EVENT_BYTES; EVENT_MARK; CAUSE_PANIC, CAUSE_CRASH, CAUSE_ENGINE: a
				 message */
	size_t size;
	enum cause cause;     /* EVENT_STOPPED, EVENT_ENDED */
	int code;	      /* CAUSE_EXIT, CAUSE_SIGNAL */
	size_t point;	      /* EVENT_FROZEN: index in the request */
	struct cpu_state cpu; /* EVENT_FROZEN */
};

/** Called on the event loop's thread. After EVENT_ENDED no further call comes and the boot may be
 * released. */
typedef void (*boot_listener)(void *context, const struct event *event);

#endif
