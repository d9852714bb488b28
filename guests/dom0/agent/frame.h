/* What the runner and the agent in dom0 say to each other: frames over a virtio-serial port.
 * Included by both.
 *
 * A frame is a head of 20 bytes and a body, all numbers little-endian. Frames of one direction are
 * numbered from 0; a receiver that finds a wrong magic number, sequence or checksum gives the
 * connection up: nothing is sent again, as the port loses nothing.
 */
#ifndef DKBOOT_AGENT_FRAME_H
#define DKBOOT_AGENT_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#define AGENT_PORT	 "org.dkboot.agent" /* name of the virtio-serial port */
#define AGENT_MAGIC	 0x314b4144u	    /* "DAK1": the version is its last byte */
#define AGENT_BODY_LIMIT 65536u		    /* bytes */
#define AGENT_SERIAL	 "/run/agent/serial" /* where a device model connects its first serial port */
#define AGENT_CELL	 "/run/cell"	     /* where the payload of a cell is unpacked */
#define AGENT_DISK	 "/dev/vda"	     /* the payload disk: an archive, then a volume */
#define AGENT_ALONE	 "alone" /* id of a payload disk that is booted without a runner */
#define AGENT_CONFIG	 AGENT_CELL "/cell.cfg"
#define AGENT_STREAM	 AGENT_CELL "/stream" /* arguments of the sender, one a line */
#define AGENT_SENDER	 "/run/agent/stream"  /* where it serves stub domains */

enum agent_kind {
	AGENT_ORDER = 1, /* to the agent: words, see agent/orders.c */
	AGENT_ANSWER,	 /* from it: "ok ..." or "error ..."; orders are answered in their order */
	AGENT_EVENT,	 /* from it: words, see agent/domain.c */
	AGENT_SERIAL_BYTES, /* from it: what the guest's ttyS0 said */
	AGENT_PV_BYTES,	    /* from it: what the guest's hvc0 said */
	AGENT_TOOL_BYTES    /* from it: what xl said */
};

struct agent_head {
	uint32_t magic;
	uint16_t kind;
	uint16_t reserved; /* 0 */
	uint32_t sequence;
	uint32_t size;	/* bytes of the body */
	uint32_t crc32; /* of the head with 0 here, then the body */
} __attribute__((packed));

static inline uint32_t agent_crc32(const struct agent_head *head, const void *body)
{
	struct agent_head bare = *head;
	uLong sum;

	bare.crc32 = 0;
	sum = crc32(0, (const unsigned char *)&bare, sizeof(bare));
	return (uint32_t)crc32(sum, body, head->size);
}

/** Fills in a head. @param body, size at most AGENT_BODY_LIMIT bytes */
static inline void agent_head_make(struct agent_head *head, enum agent_kind kind, uint32_t sequence,
	const void *body, size_t size)
{
	*head = (struct agent_head){.magic = AGENT_MAGIC,
		.kind = (uint16_t)kind,
		.sequence = sequence,
		.size = (uint32_t)size};
	head->crc32 = agent_crc32(head, body);
}

/**
 * Looks at received bytes for one frame.
 * @param expected the sequence number that is due
 * @param head     filled in when there is a frame; its body lies behind the head in @bytes
 * @return bytes of the frame; 0 when it is not complete; -1 when these bytes are no frame that is
 * due
 */
static inline long agent_frame_parse(
	const void *bytes, size_t size, uint32_t expected, struct agent_head *head)
{
	if (size < sizeof(*head))
		return 0;
	memcpy(head, bytes, sizeof(*head));
	if (head->magic != AGENT_MAGIC || head->size > AGENT_BODY_LIMIT ||
		head->sequence != expected)
		return -1;
	if (size - sizeof(*head) < head->size)
		return 0;
	if (agent_crc32(head, (const char *)bytes + sizeof(*head)) != head->crc32)
		return -1;
	return (long)(sizeof(*head) + head->size);
}

#endif
