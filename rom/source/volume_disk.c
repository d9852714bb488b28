#include "source/volume_disk.h"
#include "memory.h"

#define TABLES	      ((struct crc32 *)VOLUME_AREA)
#define SMALL_BUFFER  (VOLUME_AREA + (uint32_t)sizeof(struct crc32))
#define SMALL_SECTORS ((VOLUME_AREA_SIZE - (uint32_t)sizeof(struct crc32)) / DISK_SECTOR)
#define LARGE_BUFFER  (DISK_SECTORS_MAX * DISK_SECTOR)

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
	return volume_judge(header, sectors, TABLES, &volume->parts, volume->why);
}

int volume_find(struct volume *volume, struct work *work, struct place *place)
{
	const uint32_t count = disk_count();

	if (place_at(place, ITEM_LOADER, VOLUME_AREA, VOLUME_AREA_SIZE) < 0)
		return -1;
	volume->work = work;
	volume->why = place->why;
	volume->buffer = SMALL_BUFFER;
	volume->buffer_sectors = SMALL_SECTORS;
	crc32_init(TABLES);
	for (uint32_t i = 0; i < count && !volume->found; i++)
		if (look_at(volume, DISK_FIRST + i) < 0)
			return -1;
	return 0;
}

void volume_widen(struct volume *volume, struct place *place)
{
	uint32_t at;

	place->first = LOW_FIRST;
	at = place_high(place, ITEM_LOADER, LARGE_BUFFER, VIDEO_BASE - 1);
	place->first = ONE_MIB;
	if (!at)
		return;
	volume->buffer = at;
	volume->buffer_sectors = DISK_SECTORS_MAX;
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
	while (bytes) {
		const uint32_t room = volume->buffer_sectors * DISK_SECTOR;
		const uint32_t step = bytes < room ? bytes : room;
		const uint32_t count = (step + DISK_SECTOR - 1) / DISK_SECTOR;
		const uint32_t status =
			disk_read(volume->work, volume->drive, sector, count, volume->buffer);

		if (status)
			return refuse(volume->why, REFUSE_DISK, volume->drive, status >> 8, sector);
		memcpy((void *)to, (const void *)volume->buffer, step);
		sector += count;
		to += step;
		bytes -= step;
	}
	return 0;
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

void volume_clear(const struct volume *volume)
{
	if (!volume->work)
		return;
	memset((void *)VOLUME_AREA, 0, VOLUME_AREA_SIZE);
	memset((void *)volume->buffer, 0, volume->buffer_sectors * DISK_SECTOR);
}
