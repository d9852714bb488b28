/*
 * Straight to the disk that a volume lies on, where that is a virtio block device with the legacy
 * interface (Virtual I/O Device 1.2, sections 2.6, 4.1.4.8, 5.2): a few large requests into their
 * places, where the firmware makes hundreds, and waits for each in a way that keeps a hypervisor's
 * device model waiting, too.
 *
 * The firmware has a driver on the same device, with a queue of its own: on the way back to it the
 * device is given that queue again, at the index where it was.
 */
#ifndef ROM_SOURCE_VIRTIO_BLK_H
#define ROM_SOURCE_VIRTIO_BLK_H

#include <stdbool.h>
#include <stdint.h>

/* Most bytes of one request. */
#define VIRTIO_BYTES_MAX 0x400000u

/* Bytes that the queue and what belongs to a request take, at a page boundary. */
#define VIRTIO_AREA_SIZE 0x3000u

struct virtio_blk {
	uint16_t port; /* 0: no device */
	uint16_t size; /* entries of the queue: the device says how many */
	uint16_t next; /* index of the next request */
	uint32_t area;
	/* as the firmware's driver left it */
	uint32_t features, queue;
	uint16_t index;
};

/*
 * Look for the only such device with so many sectors, that the firmware's driver runs, too. Changes
 * nothing. area: VIRTIO_AREA_SIZE bytes of low memory, page aligned. Returns whether there is one.
 */
bool virtio_find(struct virtio_blk *blk, uint32_t sectors, uint32_t area);

/* Reset the device and give it our queue. */
void virtio_start(struct virtio_blk *blk);

/*
 * Read to an address below 4 GiB. bytes: at most VIRTIO_BYTES_MAX. scratch: a sector's room for
 * what the last sector has besides. Returns 0, or the status that came; 0xff when none did.
 */
uint32_t virtio_read(
	struct virtio_blk *blk, uint32_t sector, uint32_t to, uint32_t bytes, uint32_t scratch);

/* Give it back to the firmware. scratch: a sector's room. */
void virtio_give_back(struct virtio_blk *blk, uint32_t scratch);

#endif
