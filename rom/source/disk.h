/*
 * The firmware's hard disks, by int 13h: whatever controller they hang on, and the firmware's own
 * driver stays as it is, so that after a refusal the next device still boots.
 */
#ifndef ROM_SOURCE_DISK_H
#define ROM_SOURCE_DISK_H

#include <stdint.h>

#include "work.h"

#define DISK_FIRST  0x80u
#define DISK_SECTOR 512u

/* Most sectors of one call (Enhanced Disk Drive specification 3.0, disk address packet). */
#define DISK_SECTORS_MAX 127u

/* How many there are. */
uint32_t disk_count(void);

/*
 * Sectors of a disk, at most UINT32_MAX; 0 when it has other ones than of 512 bytes or no answer.
 * drive: DISK_FIRST and so on.
 */
uint32_t disk_sectors(struct work *work, uint32_t drive);

/*
 * Read count sectors, at most DISK_SECTORS_MAX, to an address below 1 MiB that is a multiple of 16.
 * Returns 0 or the status of int 13h.
 */
uint32_t disk_read(struct work *work, uint32_t drive, uint32_t sector, uint32_t count, uint32_t to);

#endif
