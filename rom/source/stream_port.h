/* A payload over the port of a virtio console device, while it arrives. */
#ifndef ROM_SOURCE_STREAM_PORT_H
#define ROM_SOURCE_STREAM_PORT_H

#include "source/virtio_serial.h"

struct stream_port {
	bool found;
	uint32_t wide, wide_bytes; /* the larger place for what arrives, or 0 */
	struct virtio_serial serial;
	struct stream stream;
};

/*
 * Look for the port and ask for the table. area: VOLUME_AREA_SIZE bytes at VOLUME_AREA, free.
 * Returns 0, with port->found set or not, or -1 with a reason: also for a stream that cannot be
 * used.
 */
int stream_find(struct stream_port *port, struct refusal *why);

/* Before the large parts are read: have them come by a place of a page or more. */
void stream_widen(struct stream_port *port, uint32_t at, uint32_t bytes);

/* End it, and leave nothing behind in memory. Does nothing the second time. */
void stream_close(struct stream_port *port, bool refused);

#endif
