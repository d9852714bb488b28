/*
 * The port of a virtio console device that a payload comes through: the legacy interface, with
 * several ports (Virtual I/O Device 1.2, sections 2.7, 4.1.4.8, 5.3), looked at and not waited for
 * by interrupts. The firmware has no driver for it, so nobody misses its state.
 */
#ifndef ROM_SOURCE_VIRTIO_SERIAL_H
#define ROM_SOURCE_VIRTIO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "source/stream.h"

/* The name of the port. It is number 1, as the first one of a device is unless told otherwise. */
#define VIRTIO_SERIAL_NAME "org.dkboot.stream"

/* Bytes of low memory for its four queues, at a page boundary. */
#define VIRTIO_SERIAL_AREA 0x5000u

/* The part of them that is free for others: STREAM_TABLE_BYTES at least. */
#define VIRTIO_SERIAL_FREE	 0x3a00u
#define VIRTIO_SERIAL_FREE_BYTES 0x600u

enum virtio_serial_queue {
	CONTROL_RECEIVE,
	CONTROL_SEND,
	PORT_RECEIVE,
	PORT_SEND,
	VIRTIO_SERIAL_QUEUES
};

struct virtio_serial_ring {
	uint32_t at;	/* its page */
	uint16_t size;	/* entries */
	uint16_t first; /* descriptors before this one lie under another ring */
	uint16_t given; /* index behind what the device was given; */
	uint16_t seen;	/* behind what it gave back and we looked at */
};

struct virtio_serial {
	struct stream_pipe pipe;
	uint16_t port; /* 0: there is none */
	struct virtio_serial_ring queue[VIRTIO_SERIAL_QUEUES];
	uint32_t buffer, bytes, count; /* where it puts what it receives, one behind the other */
	uint32_t at, left;	       /* what is not taken yet of the one looked at; */
	uint16_t descriptor;	       /* and whose that is */
	uint32_t untold;	       /* buffers given and the device not told of */
};

/*
 * Look for the port among all virtio console devices and open it. area: VIRTIO_SERIAL_AREA bytes.
 * Returns whether there is one; serial->pipe leads to whoever is on its other side.
 */
bool virtio_serial_open(struct virtio_serial *serial, uint32_t area);

/* From now on have received bytes put into a larger place, of a page at least. */
void virtio_serial_widen(struct virtio_serial *serial, uint32_t buffer, uint32_t bytes);

/* Reset the device: it writes to no memory any more. */
void virtio_serial_close(struct virtio_serial *serial);

#endif
