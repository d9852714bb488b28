/*
 * Payload bytes from QEMU's firmware configuration device: by DMA when the device has it, by port
 * I/O otherwise (docs/specs/fw_cfg in QEMU). Everything is read whole and checked.
 */
#ifndef ROM_SOURCE_FW_CFG_H
#define ROM_SOURCE_FW_CFG_H

#include <stdbool.h>
#include <stdint.h>

#include "refuse.h"

struct fw_cfg {
	bool dma;
};

/* Look for the device and what it can. Returns 0, or -1 with REFUSE_NO_FW_CFG in *why. */
int fw_cfg_probe(struct fw_cfg *fw, struct refusal *why);

/*
 * Bytes of a boot item: 0 when it is absent. item: ITEM_SETUP, _KERNEL, _INITRD or _CMDLINE.
 * Returns 0 with *size, or -1 with REFUSE_READ or REFUSE_STUCK in *why.
 */
int fw_cfg_size(const struct fw_cfg *fw, enum item item, uint32_t *size, struct refusal *why);

/*
 * Read the first bytes of a boot item to a physical address. What is past the item's end is 0.
 * to: flat address, below 4 GiB. Returns as fw_cfg_size().
 */
int fw_cfg_read(
	const struct fw_cfg *fw, enum item item, uint32_t to, uint32_t bytes, struct refusal *why);

#endif
