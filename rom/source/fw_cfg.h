/*
 * Payload bytes from QEMU's firmware configuration device: by DMA when the device has it, by port
 * I/O otherwise (docs/specs/fw_cfg in QEMU). Everything is read whole and checked.
 */
#ifndef ROM_SOURCE_FW_CFG_H
#define ROM_SOURCE_FW_CFG_H

#include <stdbool.h>
#include <stdint.h>

#include "refuse.h"
#include "source/files.h"

/* Keys of numbers that only some protocols have. */
#define FW_KERNEL_ADDR	0x07
#define FW_KERNEL_ENTRY 0x10

struct fw_cfg {
	bool dma;
	struct refusal *why; /* where functions of this file say why they return -1 */
};

/* Look for the device and what it can. Returns 0, or -1 with REFUSE_NO_FW_CFG. */
int fw_cfg_probe(struct fw_cfg *fw);

/*
 * Bytes of all items: 0 when one is absent. size: indexed by item. Returns 0, or -1 with
 * REFUSE_READ.
 */
int fw_cfg_sizes(const struct fw_cfg *fw, uint32_t size[PAYLOAD_ITEMS]);

/*
 * Read the first bytes of an item to a physical address. What is past the item's end is 0.
 * item: below PAYLOAD_ITEMS. to: below 4 GiB. Returns 0, or -1 with REFUSE_READ.
 */
int fw_cfg_read(const struct fw_cfg *fw, enum item item, uint32_t to, uint32_t bytes);

/* Read one of QEMU's numbers. item: whose it is, for the refusal. 0 when it is absent. */
int fw_cfg_word(const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t *value);

/*
 * Read bytes of an item of any key from an offset on. By port I/O everything before the offset goes
 * through the port, too. item, to: as for fw_cfg_read().
 */
int fw_cfg_read_part(const struct fw_cfg *fw, enum item item, uint16_t key, uint32_t offset,
	uint32_t to, uint32_t bytes);

/* Look our files up in the directory. file: zeros. Returns 0, or -1 with REFUSE_READ. */
int fw_cfg_files(const struct fw_cfg *fw, struct file file[FILES]);

#endif
