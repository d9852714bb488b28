#include "source/volume_disk.h"
#include "console.h"
#include "memory.h"

#define TABLES	      ((struct crc32 *)VOLUME_AREA)
#define QUEUE	      (VOLUME_AREA + (uint32_t)sizeof(struct crc32))
#define SMALL_BUFFER  (QUEUE + VIRTIO_AREA_SIZE)
#define SMALL_SECTORS ((VOLUME_AREA + VOLUME_AREA_SIZE - SMALL_BUFFER) / DISK_SECTOR)
#define LARGE_BUFFER  (DISK_SECTORS_MAX * DISK_SECTOR)

/* The first sector is read anew until it is another one: what is looked at then is what was read
 * last. Nothing of a payload can be known before. */
static int wait_for_payload(struct volume *volume, const struct volume_header *header)
{
	uint32_t status;

	console_waiting();
	do {
		status = disk_read(volume->work, volume->drive, 0, 1, SMALL_BUFFER);
		if (status)
			return refuse(volume->why, REFUSE_DISK, volume->drive, status, 0);
	} while (volume_unwritten(header));
	console_payload(header->id, VOLUME_ID);
	return 0;
}

/* Is there a volume? One that is, and is broken, is an error: what was meant to be booted is not.
 */
static int look_at(struct volume *volume, uint32_t drive)
{
	const struct volume_header *header = (const struct volume_header *)SMALL_BUFFER;
	const uint32_t sectors = disk_sectors(volume->work, drive);

	if (!sectors || disk_read(volume->work, drive, 0, 1, SMALL_BUFFER) || !volume_known(header))
		return 0;
	volume->found = true;
	volume->drive = drive;
	volume->sectors = sectors;
	if (volume_unwritten(header) && wait_for_payload(volume, header) < 0)
		return -1;
	return volume_judge(header, sectors, TABLES, &volume->parts, volume->why);
}

int volume_find(struct volume *volume, struct work *work, struct place *place)
{
	const uint32_t count = disk_count();

	volume->work = work;
	volume->why = place->why;
	volume->buffer = SMALL_BUFFER;
	volume->buffer_sectors = SMALL_SECTORS;
	crc32_init(TABLES);
	if (work->drive)
		return look_at(volume, work->drive);
	for (uint32_t i = 0; i < count && !volume->found; i++)
		if (look_at(volume, DISK_FIRST + i) < 0)
			return -1;
	return 0;
}

/* Another disk of the same size could be the one that the device is: then nothing is certain. */
static bool only_one_of_its_size(const struct volume *volume)
{
	const uint32_t count = disk_count();
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++)
		found += disk_sectors(volume->work, DISK_FIRST + i) == volume->sectors;
	return found == 1;
}

void volume_hasten(struct volume *volume, struct place *place)
{
	uint32_t at;

	if (only_one_of_its_size(volume) && virtio_find(&volume->blk, volume->sectors, QUEUE)) {
		virtio_start(&volume->blk);
		return;
	}
	place->first = LOW_FIRST;
	at = place_high(place, ITEM_LOADER, LARGE_BUFFER, VIDEO_BASE - 1);
	place->first = ONE_MIB;
	if (!at)
		return;
	volume->buffer = at;
	volume->buffer_sectors = DISK_SECTORS_MAX;
}

/* One request of the firmware, and its bytes carried to where they belong. */
static uint32_t read_by_firmware(
	struct volume *volume, uint32_t sector, uint32_t to, uint32_t bytes)
{
	const uint32_t count = (bytes + DISK_SECTOR - 1) / DISK_SECTOR;
	const uint32_t status =
		disk_read(volume->work, volume->drive, sector, count, volume->buffer);

	if (!status)
		memcpy((void *)to, (const void *)volume->buffer, bytes);
	return status;
}

static int read_sectors(struct volume *volume, uint32_t sector, uint32_t to, uint32_t bytes)
{
	struct virtio_blk *blk = &volume->blk;
	const uint32_t room = blk->port ? VIRTIO_BYTES_MAX : volume->buffer_sectors * DISK_SECTOR;

	while (bytes) {
		const uint32_t step = bytes < room ? bytes : room;
		const uint32_t status = blk->port
						? virtio_read(blk, sector, to, step, volume->buffer)
						: read_by_firmware(volume, sector, to, step);

		if (status)
			return refuse(volume->why, REFUSE_DISK, volume->drive, status, sector);
		sector += (step + DISK_SECTOR - 1) / DISK_SECTOR;
		to += step;
		bytes -= step;
	}
	return 0;
}

int volume_read(struct volume *volume, enum item item, uint32_t offset, uint32_t to, uint32_t bytes)
{
	const struct volume_part *part = &volume->parts.part[item];
	const uint32_t left = offset < part->bytes ? part->bytes - offset : 0;
	uint32_t sector = part->sector + offset / DISK_SECTOR;

	if (bytes > left) {
		memset((void *)(to + left), 0, bytes - left);
		bytes = left;
	}
	return read_sectors(volume, sector, to, bytes);
}

uint32_t volume_sum(uint32_t sum, uint32_t at, uint32_t bytes)
{
	return crc32_more(TABLES, sum, (const void *)at, bytes);
}

int volume_check(struct volume *volume, enum item item, uint32_t sum)
{
	const uint32_t says = volume->parts.part[item].crc32;

	return sum == says ? 0 : refuse(volume->why, REFUSE_VOLUME_SUM, item, sum, says);
}

void volume_end(struct volume *volume)
{
	if (!volume->work)
		return;
	if (volume->blk.port)
		virtio_give_back(&volume->blk, volume->buffer);
	memset((void *)VOLUME_AREA, 0, VOLUME_AREA_SIZE);
	memset((void *)volume->buffer, 0, volume->buffer_sectors * DISK_SECTOR);
}
