#include "boot/pvh.h"

#include <stddef.h>

int pvh_plan(struct pvh *pvh, struct place *place)
{
	const uint32_t memory = place->map.count * (uint32_t)sizeof(struct pvh_memory);

	pvh->info_size = (uint32_t)sizeof(struct pvh_info) + memory;
	pvh->initrd = 0;
	if (place_at(place, ITEM_KERNEL, pvh->kernel, pvh->kernel_size) < 0)
		return -1;
	if (pvh->entry - pvh->kernel >= pvh->kernel_size)
		return refuse(place->why, REFUSE_ENTRY_OUTSIDE, pvh->entry, pvh->kernel,
			pvh->kernel + pvh->kernel_size);
	pvh->info = place_low(place, ITEM_INFO, pvh->info_size);
	if (!pvh->info)
		return -1;
	pvh->cmdline = place_low(place, ITEM_CMDLINE, pvh->cmdline_size + 1);
	if (!pvh->cmdline)
		return -1;
	if (!pvh->initrd_size)
		return 0;
	pvh->initrd = place_high(place, ITEM_INITRD, pvh->initrd_size, ADDRESS_END - 1);
	return pvh->initrd ? 0 : -1;
}

void pvh_write(
	const struct pvh *pvh, const struct map *map, struct pvh_info *info, struct enter *enter)
{
	struct pvh_start_info *start = &info->start;

	start->magic = PVH_MAGIC;
	start->version = 1;
	start->cmdline_paddr = pvh->cmdline;
	start->rsdp_paddr = pvh->rsdp;
	start->memmap_paddr = pvh->info + offsetof(struct pvh_info, memory);
	start->memmap_entries = map->count;
	if (pvh->initrd) {
		start->nr_modules = 1;
		start->modlist_paddr = pvh->info + offsetof(struct pvh_info, module);
		info->module.paddr = pvh->initrd;
		info->module.size = pvh->initrd_size;
	}
	for (uint32_t i = 0; i < map->count; i++) {
		info->memory[i].addr = map->entry[i].start;
		info->memory[i].size = map->entry[i].size;
		info->memory[i].type = map->entry[i].type;
	}
	handover_prepare(&info->handover, pvh->info, pvh->entry, enter);
	handover_task(enter);
	enter->ebx = pvh->info + (uint32_t)offsetof(struct pvh_info, start);
}
