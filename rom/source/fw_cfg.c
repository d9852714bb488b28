#include "source/fw_cfg.h"
#include "io.h"

#define PORT_SELECT   0x510
#define PORT_DATA     0x511
#define PORT_DMA_HIGH 0x514
#define PORT_DMA_LOW  0x518

#define KEY_SIGNATURE 0x00
#define KEY_ID	      0x01
#define KEY_FILES     0x19
#define ID_DMA	      2

#define DMA_ERROR    1u
#define DMA_READ     2u
#define DMA_SKIP     4u
#define DMA_SELECT   8u
#define DMA_PATIENCE 0x10000000u

#define SIGNATURE 0x554d4551u /* "QEMU" */

/* The device reads it big-endian. */
struct dma {
	uint32_t control, length;
	uint32_t address_high, address_low;
};

static void read_ports(uint16_t key, uint32_t to, uint32_t bytes)
{
	outw(PORT_SELECT, key);
	insb(PORT_DATA, to, bytes);
}

/*
 * The transfer is over when control is 0 or only has its error bit: that is returned. QEMU has
 * done it all before the write to the port ends; the patience is for a device that does it later.
 */
static uint32_t run_dma(uint32_t control, uint32_t to, uint32_t bytes)
{
	volatile struct dma dma;

	dma.control = swap32(control);
	dma.length = swap32(bytes);
	dma.address_high = 0;
	dma.address_low = swap32(to);
	outl(PORT_DMA_HIGH, 0);
	outl(PORT_DMA_LOW, swap32((uint32_t)&dma));
	for (uint32_t i = DMA_PATIENCE; i && dma.control & ~swap32(DMA_ERROR); i--)
		barrier();
	return swap32(dma.control);
}

static int read_key(
	const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t to, uint32_t bytes)
{
	uint32_t control;

	if (!fw->dma) {
		read_ports(key, to, bytes);
		return 0;
	}
	control = run_dma((uint32_t)key << 16 | DMA_SELECT | DMA_READ, to, bytes);
	return control ? refuse(fw->why, REFUSE_READ, item, control, 0) : 0;
}

int fw_cfg_probe(struct fw_cfg *fw)
{
	uint32_t value;

	read_ports(KEY_SIGNATURE, (uint32_t)&value, sizeof(value));
	if (value != SIGNATURE)
		return refuse(fw->why, REFUSE_NO_FW_CFG, value, 0, 0);
	read_ports(KEY_ID, (uint32_t)&value, sizeof(value));
	fw->dma = value & ID_DMA;
	return 0;
}

/* Indexed by item. */
static const struct {
	uint8_t size, data;
} keys[PAYLOAD_ITEMS] = {
	[ITEM_SETUP] = {0x17, 0x18},
	[ITEM_KERNEL] = {0x08, 0x11},
	[ITEM_INITRD] = {0x0b, 0x12},
	[ITEM_CMDLINE] = {0x14, 0x15},
};

int fw_cfg_sizes(const struct fw_cfg *fw, uint32_t size[PAYLOAD_ITEMS])
{
	for (enum item item = 0; item < PAYLOAD_ITEMS; item++)
		if (read_key(fw, item, keys[item].size, (uint32_t)&size[item], sizeof(*size)) < 0)
			return -1;
	return 0;
}

int fw_cfg_read(const struct fw_cfg *fw, enum item item, uint32_t to, uint32_t bytes)
{
	return bytes ? read_key(fw, item, keys[item].data, to, bytes) : 0;
}

int fw_cfg_word(const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t *value)
{
	return read_key(fw, item, key, (uint32_t)value, sizeof(*value));
}

/* Go on where the item was left. to: 0 to read past the bytes, by DMA. */
static int read_on(const struct fw_cfg *fw, enum item item, uint32_t to, uint32_t bytes)
{
	uint32_t control;

	if (fw->dma) {
		control = run_dma(to ? DMA_READ : DMA_SKIP, to, bytes);
		return control ? refuse(fw->why, REFUSE_READ, item, control, 0) : 0;
	}
	insb(PORT_DATA, to, bytes);
	return 0;
}

/* Port I/O knows no skipping: what comes before is read to where the bytes will be. Byte by byte
 * and thrown away it would be a call of the device model for each of them under Xen, which is
 * minutes. */
static int skip(
	const struct fw_cfg *fw, enum item item, uint32_t offset, uint32_t to, uint32_t room)
{
	uint32_t step;

	if (fw->dma)
		return read_on(fw, item, 0, offset);
	for (; offset; offset -= step) {
		step = offset < room ? offset : room;
		insb(PORT_DATA, to, step);
	}
	return 0;
}

int fw_cfg_read_part(const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t offset,
	uint32_t to, uint32_t bytes)
{
	if (!bytes)
		return 0;
	if (!offset)
		return read_key(fw, item, key, to, bytes);
	outw(PORT_SELECT, key);
	if (skip(fw, item, offset, to, bytes) < 0)
		return -1;
	return read_on(fw, item, to, bytes);
}

int fw_cfg_files(const struct fw_cfg *fw, struct file file[FILES])
{
	struct file_entry entry;
	uint32_t count;

	if (fw_cfg_word(fw, ITEM_FIRMWARE, KEY_FILES, &count) < 0)
		return -1;
	for (count = swap32(count); count; count--) {
		if (read_on(fw, ITEM_FIRMWARE, (uint32_t)&entry, sizeof(entry)) < 0)
			return -1;
		files_note(file, &entry);
	}
	return 0;
}
