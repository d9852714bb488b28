/* What int 13h is asked with and answers in memory (Enhanced Disk Drive specification 3.0). */
#ifndef ROM_SOURCE_DISK_PACKET_H
#define ROM_SOURCE_DISK_PACKET_H

#include <stdint.h>

/* AH 42h takes an address packet, AH 48h fills in parameters. */
union disk_packet {
	struct {
		uint8_t size, zero;
		uint16_t count;
		uint16_t offset, segment;
		uint64_t sector;
	} read;
	struct {
		uint16_t size, flags;
		uint32_t cylinders, heads, sectors_per_track;
		uint64_t sectors;
		uint16_t sector_size;
	} __attribute__((packed)) parameters;
	uint32_t room[8];
};

#endif
