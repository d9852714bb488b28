#include "source/disk.h"
#include "memory.h"

#define BIOS_DISK_COUNT 0x475u
#define READ		0x4200u
#define PARAMETERS	0x4800u

/* In entry.S: int 13h with what work has in disk_ax, disk_dx and packet. */
void bios_disk(void);

uint32_t disk_count(void)
{
	const volatile uint8_t *count = (const volatile uint8_t *)BIOS_DISK_COUNT;

	__asm__("" : "+r"(count)); /* so low an address is an address */
	return *count;
}

/* The firmware writes to work behind the compiler's back. */
static uint32_t call(struct work *work, uint16_t ax, uint32_t drive)
{
	work->disk_ax = ax;
	work->disk_dx = (uint16_t)drive;
	__asm__ volatile("" : : : "memory");
	bios_disk();
	__asm__ volatile("" : : : "memory");
	return work->disk_status;
}

uint32_t disk_sectors(struct work *work, uint32_t drive)
{
	union disk_packet *packet = &work->packet;

	memset(packet, 0, sizeof(*packet));
	packet->parameters.size = sizeof(packet->parameters);
	if (call(work, PARAMETERS, drive) || packet->parameters.sector_size != DISK_SECTOR)
		return 0;
	return address_clip(packet->parameters.sectors);
}

uint32_t disk_read(struct work *work, uint32_t drive, uint32_t sector, uint32_t count, uint32_t to)
{
	union disk_packet *packet = &work->packet;

	memset(packet, 0, sizeof(*packet));
	packet->read.size = sizeof(packet->read);
	packet->read.count = (uint16_t)count;
	packet->read.segment = (uint16_t)(to >> 4);
	packet->read.sector = sector;
	return call(work, READ, drive);
}
