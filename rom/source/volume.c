#include <stddef.h>

#include "source/volume.h"

/* Begins with a jump over the numbers: the sector may be a boot sector, too. */
static const uint8_t magic[8] = {0xe9, 0xfd, 0x00, 'D', 'K', 'V', 'O', 'L'};

#define BYTES_MAX 0xfffffe00u /* of a part: what is rounded up to sectors stays a number */

bool volume_known(const struct volume_header *header)
{
	uint32_t i = 0;

	while (i < sizeof(magic) && header->magic[i] == magic[i])
		i++;
	return i == sizeof(magic);
}

bool volume_unwritten(const struct volume_header *header)
{
	return volume_known(header) && header->state == VOLUME_UNWRITTEN;
}

static uint32_t sum_header(const struct volume_header *header, const struct crc32 *crc)
{
	const uint32_t behind = offsetof(struct volume_header, sectors), none = 0;
	uint32_t sum = crc32_more(crc, 0, header, offsetof(struct volume_header, crc32));

	sum = crc32_more(crc, sum, &none, sizeof(none));
	return crc32_more(
		crc, sum, (const uint8_t *)header + behind, (uint32_t)sizeof(*header) - behind);
}

static bool part_fits(const struct volume_part *part, uint32_t sectors)
{
	const uint32_t needs = (part->bytes + VOLUME_SECTOR - 1) / VOLUME_SECTOR;

	return part->bytes <= BYTES_MAX && part->sector && part->sector <= sectors &&
	       needs <= sectors - part->sector;
}

static int judge_part(const struct volume_header *header, uint32_t number,
	struct volume_parts *parts, struct refusal *why)
{
	const struct volume_part *part = &header->part[number];

	if (!part->kind || part->kind >= VOLUME_KINDS || parts->part[part->kind].kind ||
		!part_fits(part, header->sectors))
		return refuse(why, REFUSE_VOLUME_PART, number, part->kind, part->sector);
	parts->part[part->kind] = *part;
	return 0;
}

/* Of another version only the magic, the version and the checksum are where they are in ours. */
int volume_judge(const struct volume_header *header, uint32_t disk_sectors, const struct crc32 *crc,
	struct volume_parts *parts, struct refusal *why)
{
	const uint32_t sum = sum_header(header, crc), count = header->parts;

	if (sum != header->crc32)
		return refuse(why, REFUSE_VOLUME_HEADER, sum, header->crc32, 0);
	if (header->version != VOLUME_VERSION)
		return refuse(why, REFUSE_VOLUME_VERSION, header->version, VOLUME_VERSION, 0);
	if (header->sectors > disk_sectors)
		return refuse(why, REFUSE_VOLUME_SHORT, disk_sectors, header->sectors, 0);
	for (uint32_t kind = 0; kind < VOLUME_KINDS; kind++)
		parts->part[kind] = (struct volume_part){0, 0, 0, 0};
	for (uint32_t i = 0; i < count && i < VOLUME_PARTS_MAX; i++)
		if (judge_part(header, i, parts, why) < 0)
			return -1;
	if (count > VOLUME_PARTS_MAX || !parts->part[ITEM_KERNEL].bytes)
		return refuse(why, REFUSE_VOLUME_PART, count, ITEM_KERNEL, 0);
	return 0;
}
