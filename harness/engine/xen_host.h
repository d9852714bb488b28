/* What the hypervisor and dom0 print on the outer machine's serial port, told apart. Pure. */
#ifndef DKBOOT_ENGINE_XEN_HOST_H
#define DKBOOT_ENGINE_XEN_HOST_H

#include <stdbool.h>

#include "base/buffer.h"

/** Called with what the guest wrote to port 0xe9, as it wrote it. */
typedef void (*host_debug)(void *context, const char *bytes, size_t size);

/** The console that is being read. Zero-initialise. */
struct xen_host {
	struct buffer line; /* a line that has not ended */
	char death[240];    /* what died, and its words: "" = nothing has */
	bool ours;	    /* and it was our own program in dom0 */
	bool panicking;	    /* the hypervisor panics; its next line says why */
	unsigned mark;	    /* the last one that the agent made: what was said before it is here */
};

/**
 * Takes bytes of the console. The hypervisor cuts a guest's lines into pieces of 199 characters
 * (DOMAIN_PBUF_SIZE less a NUL, xen/include/xen/sched.h); they are joined again.
 */
void host_feed(
	struct xen_host *host, const char *bytes, size_t size, host_debug debug, void *context);

void host_close(struct xen_host *host);

#endif
