/* Payload bytes from a volume on one of the firmware's disks. Everything is read whole and summed.
 */
#ifndef ROM_SOURCE_VOLUME_DISK_H
#define ROM_SOURCE_VOLUME_DISK_H

#include "place.h"
#include "source/disk.h"
#include "source/virtio_blk.h"
#include "source/volume.h"

/* Low memory that is only used when a volume or a stream is looked for: checksum tables, virtio
 * queues, and a buffer. */
#define VOLUME_AREA	 0xa000u
#define VOLUME_AREA_SIZE 0x6000u

struct volume {
	struct work *work;
	struct refusal *why;
	bool found;
	uint32_t drive;
	uint32_t sectors;		 /* of the disk */
	struct virtio_blk blk;		 /* port 0: all is read by int 13h */
	uint32_t buffer, buffer_sectors; /* what the firmware reads to: it reaches 1 MiB */
	struct volume_parts parts;
};

/*
 * Look at every disk's first sector; the first volume is it. Whom a boot sector started looks at
 * its disk alone. place: with everything taken that is in use now, VOLUME_AREA, too. Returns 0,
 * with volume->found set or not, or -1 with a reason: also for a volume that cannot be used.
 */
int volume_find(struct volume *volume, struct work *work, struct place *place);

/*
 * Before the large parts are read, when everything has its place: go to the device itself, or take
 * a larger buffer.
 */
void volume_hasten(struct volume *volume, struct place *place);

/*
 * Read bytes of a part from an offset on, a multiple of a sector, to anywhere below 4 GiB. What is
 * past the part's end is 0. Returns 0, or -1 with REFUSE_DISK.
 */
int volume_read(
	struct volume *volume, enum item item, uint32_t offset, uint32_t to, uint32_t bytes);

/* The sum of what sum is of, and of bytes in memory. */
uint32_t volume_sum(uint32_t sum, uint32_t at, uint32_t bytes);

/* Is sum that of a part? Returns 0, or -1 with REFUSE_VOLUME_SUM. */
int volume_check(struct volume *volume, enum item item, uint32_t sum);

/*
 * Leave nothing behind in low memory, and the disk to the firmware: the next boot device may be on
 * it, and the setup of a real kernel asks int 13h about all disks.
 */
void volume_end(struct volume *volume);

#endif
