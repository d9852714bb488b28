#include "source/virtio.h"
#include "io.h"

struct virtio_ring *virtio_available(uint32_t queue, uint32_t size)
{
	return (struct virtio_ring *)(queue + size * (uint32_t)sizeof(struct virtio_descriptor));
}

/* Its elements are one of 4 bytes more than the available ring's fill (2.7: "Legacy Interfaces").
 */
struct virtio_ring *virtio_used(uint32_t queue, uint32_t size)
{
	const uint32_t end = (uint32_t)virtio_available(queue, size) + 6 + 2 * size;

	return (struct virtio_ring *)((end + VIRTIO_PAGE - 1) & -VIRTIO_PAGE);
}

struct virtio_descriptor *virtio_describe(struct virtio_descriptor *at, uint32_t address,
	uint32_t bytes, uint16_t flags, uint16_t next)
{
	*at = (struct virtio_descriptor){address, bytes, flags, next};
	return at + 1;
}

void virtio_reset(uint16_t port, uint32_t features)
{
	outb(port + VIRTIO_STATUS, 0);
	outb(port + VIRTIO_STATUS, VIRTIO_KNOWN);
	outl(port + VIRTIO_GUEST_FEATURES, features);
}
