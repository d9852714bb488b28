#include "source/virtio_blk.h"
#include "io.h"
#include "memory.h"
#include "source/pci.h"
#include "source/virtio.h"

#define VIRTIO_BLK 0x10011af4u
#define CAPACITY   VIRTIO_CONFIG

#define QUEUE_MAX 256u
#define SECTOR	  512u
#define NO_STATUS 0xff
#define PATIENCE  0x400000u

/* What a request begins and ends with. */
struct request {
	uint32_t type, priority;
	uint64_t sector;
	volatile uint8_t status;
};

#define REQUEST_AT (VIRTIO_AREA_SIZE - 0x100u)

/* Does the firmware run a disk of so many sectors here, with a queue that we have room for? */
static bool fits(uint16_t port, uint32_t sectors)
{
	if (inl(port + CAPACITY) != sectors || inl(port + CAPACITY + 4) ||
		!(inb(port + VIRTIO_STATUS) & VIRTIO_DRIVER_OK))
		return false;
	outw(port + VIRTIO_QUEUE_SELECT, 0);
	return inl(port + VIRTIO_QUEUE_ADDRESS) && inw(port + VIRTIO_QUEUE_SIZE) <= QUEUE_MAX;
}

/* How many functions fit; the last one's port. */
static uint32_t scan(uint32_t sectors, uint16_t *port)
{
	struct pci_walk walk = PCI_WALK;
	uint32_t found = 0;
	uint16_t here;

	while ((here = pci_next(&walk, VIRTIO_BLK)))
		if (fits(here, sectors)) {
			*port = here;
			found++;
		}
	return found;
}

bool virtio_find(struct virtio_blk *blk, uint32_t sectors, uint32_t area)
{
	uint16_t port = 0;

	if (scan(sectors, &port) != 1)
		return false;
	blk->port = port;
	blk->area = area;
	blk->size = inw(port + VIRTIO_QUEUE_SIZE);
	blk->features = inl(port + VIRTIO_GUEST_FEATURES);
	blk->queue = inl(port + VIRTIO_QUEUE_ADDRESS);
	blk->index = virtio_available(blk->queue * VIRTIO_PAGE, blk->size)->index;
	return true;
}

void virtio_start(struct virtio_blk *blk)
{
	const uint16_t port = blk->port;

	memset((void *)blk->area, 0, VIRTIO_AREA_SIZE);
	blk->next = 0;
	virtio_reset(port, blk->features);
	outw(port + VIRTIO_QUEUE_SELECT, 0);
	outl(port + VIRTIO_QUEUE_ADDRESS, blk->area / VIRTIO_PAGE);
	outb(port + VIRTIO_STATUS, VIRTIO_KNOWN | VIRTIO_DRIVER_OK);
}

/* Looking at the port lets a hypervisor run the device; memory alone would keep its processor. */
static uint32_t wait(const struct virtio_blk *blk, const struct request *request)
{
	const struct virtio_ring *ring = virtio_used(blk->area, blk->size);

	for (uint32_t i = PATIENCE; i && ring->index != blk->next; i--) {
		inb(blk->port + VIRTIO_ISR);
		barrier();
	}
	return ring->index == blk->next ? request->status : NO_STATUS;
}

uint32_t virtio_read(
	struct virtio_blk *blk, uint32_t sector, uint32_t to, uint32_t bytes, uint32_t scratch)
{
	struct request *request = (struct request *)(blk->area + REQUEST_AT);
	struct virtio_descriptor *at = (struct virtio_descriptor *)blk->area;
	struct virtio_ring *ring = virtio_available(blk->area, blk->size);
	const uint32_t rest = -bytes & (SECTOR - 1);

	request->sector = sector;
	request->status = NO_STATUS;
	at = virtio_describe(at, (uint32_t)request, 16, VIRTIO_NEXT, 1);
	at = virtio_describe(at, to, bytes, VIRTIO_NEXT | VIRTIO_WRITE, 2);
	if (rest)
		at = virtio_describe(at, scratch, rest, VIRTIO_NEXT | VIRTIO_WRITE, 3);
	virtio_describe(at, (uint32_t)&request->status, 1, VIRTIO_WRITE, 0);
	ring->flags = VIRTIO_NO_INTERRUPT;
	barrier();
	ring->index = ++blk->next; /* all its elements are 0: the first descriptor */
	barrier();
	outw(blk->port + VIRTIO_QUEUE_NOTIFY, 0);
	return wait(blk, request);
}

/* A device counts requests from its reset on, and goes on to count when its queue is moved. */
void virtio_give_back(struct virtio_blk *blk, uint32_t scratch)
{
	virtio_start(blk);
	while (blk->next != blk->index)
		if (virtio_read(blk, 0, scratch, SECTOR, scratch) == NO_STATUS)
			return;
	outl(blk->port + VIRTIO_QUEUE_ADDRESS, blk->queue);
}
