#include "source/virtio_blk.h"
#include "io.h"
#include "memory.h"

#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc
#define PCI_ENABLE  0x80000000u
#define PCI_ID	    0x00
#define PCI_HEADER  0x0c /* byte 2: its type */
#define PCI_BAR0    0x10
#define PCI_BUSES   0x18 /* byte 2: the highest bus behind a bridge */
#define MULTI	    0x80
#define BRIDGE	    0x01
#define NOTHING	    0xffffffffu
#define VIRTIO_BLK  0x10011af4u

/* Registers, from BAR 0 on. */
#define GUEST_FEATURES 0x04
#define QUEUE_ADDRESS  0x08
#define QUEUE_SIZE     0x0c
#define QUEUE_SELECT   0x0e
#define QUEUE_NOTIFY   0x10
#define STATUS	       0x12
#define ISR	       0x13
#define CAPACITY       0x14 /* without MSI-X, which firmware does not use */

#define KNOWN	  3 /* ACKNOWLEDGE, DRIVER */
#define DRIVER_OK 4

#define QUEUE_MAX    256u
#define PAGE	     0x1000u
#define NEXT	     1
#define WRITE	     2
#define NO_INTERRUPT 1
#define SECTOR	     512u
#define NO_STATUS    0xff
#define PATIENCE     0x400000u

struct descriptor {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags, next;
};

/* Available and used ring begin alike; an index, then elements. */
struct ring {
	volatile uint16_t flags, index;
	volatile uint16_t element[];
};

/* What a request begins and ends with. */
struct request {
	uint32_t type, priority;
	uint64_t sector;
	volatile uint8_t status;
};

#define REQUEST_AT (VIRTIO_AREA_SIZE - 0x100u)

static uint32_t pci_read(uint32_t device, uint32_t at)
{
	outl(PCI_ADDRESS, PCI_ENABLE | device << 8 | at);
	return inl(PCI_DATA);
}

static struct ring *available(uint32_t queue, uint32_t size)
{
	return (struct ring *)(queue + size * (uint32_t)sizeof(struct descriptor));
}

/* Its elements are one of 4 bytes more than the available ring's fill (2.6: "Legacy Interfaces").
 */
static struct ring *used(const struct virtio_blk *blk)
{
	const uint32_t end =
		(uint32_t)available(blk->area, blk->size) + 6 + 2 * (uint32_t)blk->size;

	return (struct ring *)((end + PAGE - 1) & -PAGE);
}

/* Does the firmware run a disk of so many sectors here, with a queue that we have room for? */
static bool fits(uint16_t port, uint32_t sectors)
{
	if (inl(port + CAPACITY) != sectors || inl(port + CAPACITY + 4) ||
		!(inb(port + STATUS) & DRIVER_OK))
		return false;
	outw(port + QUEUE_SELECT, 0);
	return inl(port + QUEUE_ADDRESS) && inw(port + QUEUE_SIZE) <= QUEUE_MAX;
}

/* The port of a function that fits, or 0. */
static uint16_t look_at(uint32_t device, uint32_t sectors)
{
	const uint32_t bar = pci_read(device, PCI_BAR0);
	const uint16_t port = (uint16_t)(bar & ~3u);

	if (pci_read(device, PCI_ID) != VIRTIO_BLK || !(bar & 1) || !port)
		return 0;
	return fits(port, sectors) ? port : 0;
}

/* How many functions fit; the last one's port. Buses are numbered from the host's on. */
static uint32_t scan(uint32_t sectors, uint16_t *port)
{
	uint32_t found = 0, last = 0xff;

	for (uint32_t device = 0; device <= last; device++) {
		uint32_t type;
		uint16_t here;

		if (pci_read(device, PCI_ID) == NOTHING) {
			device |= device & 7 ? 0 : 7;
			continue;
		}
		type = pci_read(device, PCI_HEADER) >> 16;
		if ((type & 0x7f) == BRIDGE) {
			const uint32_t bus = pci_read(device, PCI_BUSES) >> 16 & 0xff;

			if (last < (bus << 8 | 0xff))
				last = bus << 8 | 0xff;
		}
		here = look_at(device, sectors);
		if (here) {
			*port = here;
			found++;
		}
		if (!(device & 7) && !(type & MULTI))
			device |= 7;
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
	blk->size = inw(port + QUEUE_SIZE);
	blk->features = inl(port + GUEST_FEATURES);
	blk->queue = inl(port + QUEUE_ADDRESS);
	blk->index = available(blk->queue * PAGE, blk->size)->index;
	return true;
}

void virtio_start(struct virtio_blk *blk)
{
	const uint16_t port = blk->port;

	memset((void *)blk->area, 0, VIRTIO_AREA_SIZE);
	blk->next = 0;
	outb(port + STATUS, 0);
	outb(port + STATUS, KNOWN);
	outl(port + GUEST_FEATURES, blk->features);
	outw(port + QUEUE_SELECT, 0);
	outl(port + QUEUE_ADDRESS, blk->area / PAGE);
	outb(port + STATUS, KNOWN | DRIVER_OK);
}

static struct descriptor *describe(
	struct descriptor *at, uint32_t address, uint32_t bytes, uint16_t flags, uint16_t next)
{
	*at = (struct descriptor){address, bytes, flags, next};
	return at + 1;
}

/* Looking at the port lets a hypervisor run the device; memory alone would keep its processor. */
static uint32_t wait(const struct virtio_blk *blk, const struct request *request)
{
	const struct ring *ring = used(blk);

	for (uint32_t i = PATIENCE; i && ring->index != blk->next; i--) {
		inb(blk->port + ISR);
		barrier();
	}
	return ring->index == blk->next ? request->status : NO_STATUS;
}

uint32_t virtio_read(
	struct virtio_blk *blk, uint32_t sector, uint32_t to, uint32_t bytes, uint32_t scratch)
{
	struct request *request = (struct request *)(blk->area + REQUEST_AT);
	struct descriptor *at = (struct descriptor *)blk->area;
	struct ring *ring = available(blk->area, blk->size);
	const uint32_t rest = -bytes & (SECTOR - 1);

	request->sector = sector;
	request->status = NO_STATUS;
	at = describe(at, (uint32_t)request, 16, NEXT, 1);
	at = describe(at, to, bytes, NEXT | WRITE, 2);
	if (rest)
		at = describe(at, scratch, rest, NEXT | WRITE, 3);
	describe(at, (uint32_t)&request->status, 1, WRITE, 0);
	ring->flags = NO_INTERRUPT;
	barrier();
	ring->index = ++blk->next; /* all its elements are 0: the first descriptor */
	barrier();
	outw(blk->port + QUEUE_NOTIFY, 0);
	return wait(blk, request);
}

/* A device counts requests from its reset on, and goes on to count when its queue is moved. */
void virtio_give_back(struct virtio_blk *blk, uint32_t scratch)
{
	virtio_start(blk);
	while (blk->next != blk->index)
		if (virtio_read(blk, 0, scratch, SECTOR, scratch) == NO_STATUS)
			return;
	outl(blk->port + QUEUE_ADDRESS, blk->queue);
}
