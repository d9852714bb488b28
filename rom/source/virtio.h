/*
 * What drivers of virtio devices share: the registers and the split queues of the legacy interface
 * (Virtual I/O Device 1.2, sections 2.7, 4.1.4.8). Its queues have as many entries as the device
 * says, and a layout that follows from that.
 */
#ifndef ROM_SOURCE_VIRTIO_H
#define ROM_SOURCE_VIRTIO_H

#include <stdint.h>

/* Registers, from the first port of BAR 0 on. */
#define VIRTIO_HOST_FEATURES  0x00
#define VIRTIO_GUEST_FEATURES 0x04
#define VIRTIO_QUEUE_ADDRESS  0x08 /* in pages */
#define VIRTIO_QUEUE_SIZE     0x0c
#define VIRTIO_QUEUE_SELECT   0x0e
#define VIRTIO_QUEUE_NOTIFY   0x10
#define VIRTIO_STATUS	      0x12
#define VIRTIO_ISR	      0x13
#define VIRTIO_CONFIG	      0x14 /* without MSI-X, which firmware does not use */

#define VIRTIO_KNOWN	 3 /* ACKNOWLEDGE, DRIVER */
#define VIRTIO_DRIVER_OK 4

#define VIRTIO_PAGE 0x1000u

/* Of a descriptor; of an available ring. */
#define VIRTIO_NEXT	    1
#define VIRTIO_WRITE	    2
#define VIRTIO_NO_INTERRUPT 1

struct virtio_descriptor {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags, next;
};

/* Available and used ring begin alike; an index, then elements. */
struct virtio_ring {
	volatile uint16_t flags, index;
	volatile uint16_t element[];
};

/* The rings of a queue at an address, of so many entries. */
struct virtio_ring *virtio_available(uint32_t queue, uint32_t size);
struct virtio_ring *virtio_used(uint32_t queue, uint32_t size);

/* Fill in a descriptor. Returns the one behind it. */
struct virtio_descriptor *virtio_describe(struct virtio_descriptor *at, uint32_t address,
	uint32_t bytes, uint16_t flags, uint16_t next);

/* Reset a device and tell it that somebody is there who wants these features. */
void virtio_reset(uint16_t port, uint32_t features);

#endif
