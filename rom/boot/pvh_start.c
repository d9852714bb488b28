/* Boots by the PVH protocol, from what QEMU holds in fw_cfg. */
#include "boot/boot.h"
#include "boot/pvh.h"

int pvh_start(struct boot *boot)
{
	const struct fw_cfg *fw = &boot->fw;
	struct pvh pvh;

	pvh.kernel_size = boot->size[ITEM_KERNEL];
	pvh.initrd_size = boot->size[ITEM_INITRD];
	pvh.cmdline_size = boot->size[ITEM_CMDLINE];
	pvh.rsdp = boot_rsdp();
	if (fw_cfg_word(fw, ITEM_KERNEL, FW_KERNEL_ADDR, &pvh.kernel) < 0 ||
		fw_cfg_word(fw, ITEM_KERNEL, FW_KERNEL_ENTRY, &pvh.entry) < 0 ||
		pvh_plan(&pvh, &boot->place) < 0)
		return -1;
	if (fw_cfg_read(fw, ITEM_CMDLINE, pvh.cmdline, pvh.cmdline_size) < 0 ||
		fw_cfg_read(fw, ITEM_INITRD, pvh.initrd, pvh.initrd_size) < 0)
		return -1;
	((char *)pvh.cmdline)[pvh.cmdline_size] = 0;
	pvh_write(&pvh, &boot->place.map, boot_info(pvh.info, pvh.info_size), &boot->work->enter);
	return ENTER_PROTECTED;
}
