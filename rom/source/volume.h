/*
 * The first sector of a payload volume, as rom/source/README.md has it: judged, and what it says.
 * Pure.
 */
#ifndef ROM_SOURCE_VOLUME_H
#define ROM_SOURCE_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "refuse.h"
#include "source/crc32.h"

#define VOLUME_VERSION	 1
#define VOLUME_PARTS_MAX 14
#define VOLUME_SECTOR	 512u
#define VOLUME_ID	 8

/* What state says: of one that is not written yet nothing else counts but the magic. */
#define VOLUME_WHOLE	 0
#define VOLUME_UNWRITTEN 1

/* Kinds of parts: enum item for kernel, initrd and command line, then these. */
#define VOLUME_KIND_LOADER 4 /* what a boot sector starts: not for the ROM */
#define VOLUME_KINDS	   5

/* A part's place, as the sector has it: numbers little-endian, as all of them. */
struct volume_part {
	uint32_t kind;
	uint32_t sector; /* its first one */
	uint32_t bytes;
	uint32_t crc32; /* of its bytes */
};

struct volume_header {
	uint8_t magic[8];
	uint16_t version;
	uint16_t parts;
	uint32_t crc32; /* of this sector, with 0 here */
	uint32_t sectors;
	uint32_t state;	       /* VOLUME_WHOLE, or VOLUME_UNWRITTEN */
	uint8_t id[VOLUME_ID]; /* of whom it is */
	struct volume_part part[VOLUME_PARTS_MAX];
	uint8_t code[256]; /* of a boot sector */
};

_Static_assert(sizeof(struct volume_header) == VOLUME_SECTOR, "a sector");

/* What there is to read, by kind; bytes 0 for what there is not. */
struct volume_parts {
	struct volume_part part[VOLUME_KINDS];
};

/* Does the sector begin as that of a volume, of whatever version? */
bool volume_known(const struct volume_header *header);

/* Is the sector of one that is known yet to be written? */
bool volume_unwritten(const struct volume_header *header);

/*
 * Judge a sector that is known. disk_sectors: how many the disk has. Returns 0 with parts filled
 * in, or -1 with REFUSE_VOLUME_VERSION, _HEADER, _SHORT or _PART in *why. A part is accepted
 * when its kind is known and the only one, and it lies behind this sector and inside the volume; a
 * kernel there has to be.
 */
int volume_judge(const struct volume_header *header, uint32_t disk_sectors, const struct crc32 *crc,
	struct volume_parts *parts, struct refusal *why);

#endif
