/* A disk that boots a payload: the way that direct boot is compared with. */
#ifndef DKBOOT_PAYLOAD_DISK_H
#define DKBOOT_PAYLOAD_DISK_H

#include "base/error.h"
#include "payload/payload.h"

/** What GRUB brings along, as files. */
struct disk_loader {
	const char *mbr;  /* its boot.img: the first sector, without a partition table */
	const char *core; /* its core image */
};

/**
 * Makes a disk image: a master boot record with one active partition, GRUB's core in the gap behind
 * it, and from 1 MiB on, as that partition, a tar (POSIX ustar, which GRUB reads as a file system)
 * with grub.cfg, kernel and initrd. Its size is a multiple of 1 MiB. Every byte depends on nothing
 * but the arguments.
 * @return a sealed part, released with part_free(); NULL with the reason when a file of @loader is
 * not GRUB's, the core does not fit the gap, or grub_config() refuses
 */
struct part *disk_image(const struct payload *payload, enum disk_entry entry,
	const struct disk_loader *loader, struct error *error);

#endif
