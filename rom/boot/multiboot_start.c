/* Boots by Multiboot 1, from what QEMU holds in fw_cfg: its initrd there is the information. */
#include "boot/boot.h"
#include "boot/multiboot.h"

int multiboot_start(struct boot *boot)
{
	const struct fw_cfg *fw = &boot->fw;
	struct multiboot multiboot;

	multiboot.kernel_size = boot->size[ITEM_KERNEL];
	multiboot.info_size = boot->size[ITEM_INITRD];
	if (fw_cfg_word(fw, ITEM_KERNEL, FW_KERNEL_ADDR, &multiboot.kernel) < 0 ||
		fw_cfg_word(fw, ITEM_KERNEL, FW_KERNEL_ENTRY, &multiboot.entry) < 0 ||
		fw_cfg_read(fw, ITEM_INITRD, (uint32_t)&multiboot.info, sizeof(multiboot.info)) < 0)
		return -1;
	if (multiboot_plan(&multiboot, &boot->place) < 0 ||
		fw_cfg_read(fw, ITEM_KERNEL, multiboot.kernel, multiboot.kernel_size) < 0)
		return -1;
	multiboot_write(&multiboot, &boot->place.map, boot->work->int12_kib,
		boot_info(multiboot.block, multiboot.block_size), &boot->work->enter);
	return ENTER_PROTECTED;
}
