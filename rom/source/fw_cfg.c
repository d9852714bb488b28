#include "source/fw_cfg.h"
#include "io.h"

#define PORT_SELECT   0x510
#define PORT_DATA     0x511
#define PORT_DMA_HIGH 0x514
#define PORT_DMA_LOW  0x518

#define KEY_SIGNATURE 0x00
#define KEY_ID	      0x01
#define ID_DMA	      2

#define DMA_ERROR    1u
#define DMA_READ     2u
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
 * The transfer is over when control is 0 or only has its error bit. QEMU has done it all before
 * the write to the port ends; the patience is for a device that does it later.
 */
static uint32_t read_dma(uint16_t key, uint32_t to, uint32_t bytes)
{
	volatile struct dma dma = {
		.control = swap32((uint32_t)key << 16 | DMA_SELECT | DMA_READ),
		.length = swap32(bytes),
		.address_low = swap32(to),
	};

	outl(PORT_DMA_HIGH, 0);
	barrier();
	outl(PORT_DMA_LOW, swap32((uint32_t)&dma));
	for (uint32_t i = DMA_PATIENCE; i && dma.control & ~swap32(DMA_ERROR); i--)
		barrier();
	return swap32(dma.control);
}

static int read_key(const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t to,
	uint32_t bytes, struct refusal *why)
{
	uint32_t control;

	if (!fw->dma) {
		read_ports(key, to, bytes);
		return 0;
	}
	control = read_dma(key, to, bytes);
	if (control & ~DMA_ERROR)
		return REFUSE(why, REFUSE_STUCK, item, control);
	if (control)
		return REFUSE(why, REFUSE_READ, item, control);
	return 0;
}

int fw_cfg_probe(struct fw_cfg *fw, struct refusal *why)
{
	uint32_t signature = 0, id = 0;

	read_ports(KEY_SIGNATURE, (uint32_t)&signature, sizeof(signature));
	if (signature != SIGNATURE)
		return REFUSE(why, REFUSE_NO_FW_CFG, signature);
	read_ports(KEY_ID, (uint32_t)&id, sizeof(id));
	fw->dma = id & ID_DMA;
	return 0;
}

/* Indexed by item. */
static const struct {
	uint8_t size, data;
} keys[] = {
	[ITEM_SETUP] = {0x17, 0x18},
	[ITEM_KERNEL] = {0x08, 0x11},
	[ITEM_INITRD] = {0x0b, 0x12},
	[ITEM_CMDLINE] = {0x14, 0x15},
};

int fw_cfg_size(const struct fw_cfg *fw, enum item item, uint32_t *size, struct refusal *why)
{
	return read_key(fw, item, keys[item].size, (uint32_t)size, sizeof(*size), why);
}

int fw_cfg_read(
	const struct fw_cfg *fw, enum item item, uint32_t to, uint32_t bytes, struct refusal *why)
{
	return bytes ? read_key(fw, item, keys[item].data, to, bytes, why) : 0;
}
