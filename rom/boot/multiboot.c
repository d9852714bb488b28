#include "boot/multiboot.h"

#include <stddef.h>

/* Does the table of modules lie in what we load? QEMU has put it behind the kernel. */
static bool modules_inside(const struct multiboot *multiboot)
{
	const struct multiboot_info *info = &multiboot->info;
	const uint32_t offset = info->mods_addr - multiboot->kernel;

	if (!(info->flags & MULTIBOOT_MODS) || !info->mods_count)
		return true;
	return offset <= multiboot->kernel_size &&
	       info->mods_count <=
		       (multiboot->kernel_size - offset) / sizeof(struct multiboot_module);
}

int multiboot_plan(struct multiboot *multiboot, struct place *place)
{
	const uint32_t start = multiboot->kernel, end = start + multiboot->kernel_size;
	const uint32_t memory = place->map.count * (uint32_t)sizeof(struct multiboot_memory);

	if (multiboot->info_size != sizeof(multiboot->info) || !modules_inside(multiboot))
		return refuse(place->why, REFUSE_MBI, multiboot->info_size,
			multiboot->info.mods_addr,
			range_of(multiboot->info.mods_addr,
				multiboot->info.mods_count *
					(uint32_t)sizeof(struct multiboot_module))
				.end);
	if (place_at(place, ITEM_KERNEL, start, multiboot->kernel_size) < 0)
		return -1;
	if (multiboot->entry - start >= multiboot->kernel_size)
		return refuse(place->why, REFUSE_ENTRY_OUTSIDE, multiboot->entry, start, end);
	multiboot->block_size = (uint32_t)sizeof(struct multiboot_block) + memory;
	multiboot->block = place_low(place, ITEM_INFO, multiboot->block_size);
	return multiboot->block ? 0 : -1;
}

void multiboot_write(const struct multiboot *multiboot, const struct map *map, uint32_t int12_kib,
	struct multiboot_block *block, struct enter *enter)
{
	struct multiboot_info *info = &block->info;

	*info = multiboot->info;
	info->flags |= MULTIBOOT_MEMORY | MULTIBOOT_MMAP;
	info->mem_lower = int12_kib;
	info->mem_upper = (map_reach(map, ONE_MIB) - ONE_MIB) / 1024;
	info->mmap_length = map->count * (uint32_t)sizeof(struct multiboot_memory);
	info->mmap_addr = multiboot->block + (uint32_t)offsetof(struct multiboot_block, memory);
	for (uint32_t i = 0; i < map->count; i++) {
		struct multiboot_memory *memory = &block->memory[i];

		memory->size = sizeof(*memory) - sizeof(memory->size);
		memory->addr = map->entry[i].start;
		memory->len = map->entry[i].size;
		memory->type = map->entry[i].type;
	}
	handover_prepare(&block->handover, multiboot->block, multiboot->entry, enter);
	enter->eax = MULTIBOOT_MAGIC;
	enter->ebx = multiboot->block + (uint32_t)offsetof(struct multiboot_block, info);
}
