/* Our end of the line to the agent in dom0 (guests/dom0/agent/frame.h). */
#ifndef DKBOOT_ENGINE_XEN_AGENT_H
#define DKBOOT_ENGINE_XEN_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/** Called with each frame. @param words the body, a NUL behind it */
typedef void (*agent_listener)(void *context, unsigned kind, const char *words, size_t size);

/** One connection. Zero-initialise, then set @fd (non-blocking). */
struct xen_agent {
	int fd;
	struct buffer in;
	uint32_t sent, received; /* frames */
	bool begun;		 /* a frame came: one that was frozen goes on counting */
};

/** Sends an order. @return 0, or -1 with the reason */
int agent_order(struct xen_agent *agent, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Reads what is there and calls @listener for each frame.
 * @return 0; -1 with the reason when the connection cannot be trusted any more
 */
int agent_receive(
	struct xen_agent *agent, agent_listener listener, void *context, struct error *error);

/** Closes the descriptor and releases memory. */
void agent_close(struct xen_agent *agent);

#endif
