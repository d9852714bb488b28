/* The exact values of QEMU's linuxboot ROMs, which specify nothing: they are what QEMU's loader
 * computes. */
#include <string.h>

#include "check/layout_rule.h"

#define STOCK_LOADER	 0xb0
#define STOCK_HIGH_SETUP 0x10000
#define STOCK_CMDLINE	 0x20000
#define STOCK_FW_DATA	 0x28000 /* QEMU leaves this much below the end of RAM for ACPI tables */
#define PAGE_MASK	 0xfffull
#define SIXTEEN_MIB	 0x1000000u

/* A kernel of the first kind has its setup and command line in conventional memory's last 64 KiB.
 */
static bool is_modern(const struct layout_view *view)
{
	return view->high && view->version >= 0x202;
}

/* Where the command line is, as an offset in the segment at 0x90000. */
static uint64_t low_cmdline(const struct layout_view *view)
{
	uint64_t size = strlen(view->scene->payload->cmdline);

	return 0xa000 - ((size + 16) & ~15ull);
}

static uint64_t heap_end(const struct layout_view *view)
{
	return is_modern(view) ? 0x10000 : low_cmdline(view);
}

int stock_registers(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	if (cpu->ebx | cpu->ecx | cpu->edx | cpu->edi | cpu->ebp)
		accuse(view, 0, 0, "ebx 0x%x, ecx 0x%x, edx 0x%x, edi 0x%x, ebp 0x%x: expected 0",
			cpu->ebx, cpu->ecx, cpu->edx, cpu->edi, cpu->ebp);
	return 0;
}

int stock_stack(struct layout_view *view)
{
	uint64_t want = (heap_end(view) - 16) & 0xffff;

	if ((view->scene->cpu.esp & 0xffff) != want)
		accuse(view, 0, 0, "sp 0x%04x, expected 0x%04llx", view->scene->cpu.esp & 0xffff,
			(unsigned long long)want);
	return 0;
}

int stock_setup_place(struct layout_view *view)
{
	uint64_t want = is_modern(view) ? STOCK_HIGH_SETUP : OLD_SETUP;

	if (view->real != want)
		accuse(view, view->real, view->real + view->file.setup_size,
			"the setup is at 0x%llx, expected 0x%llx", (unsigned long long)view->real,
			(unsigned long long)want);
	return 0;
}

int stock_writes(struct layout_view *view)
{
	static const char *const written[] = {"vid_mode", "type_of_loader", "loadflags",
		"ramdisk_image", "ramdisk_size", "heap_end_ptr", "cmd_line_ptr", "setup_data",
		NULL};

	return accuse_other_writes(view, written);
}

int stock_cmdline(struct layout_view *view)
{
	uint64_t want = is_modern(view) ? STOCK_CMDLINE : OLD_SETUP + low_cmdline(view);

	if (view->cmdline && view->cmdline != want)
		accuse(view, view->cmdline, view->cmdline + view->cmdline_size + 1,
			"the command line is at 0x%llx, expected 0x%llx",
			(unsigned long long)view->cmdline, (unsigned long long)want);
	return 0;
}

/* RAM below 4 GiB as QEMU counts it: what the firmware took from its end belongs to it. */
static uint64_t all_low_ram(const struct memory_map *map)
{
	uint64_t end = map_low_end(map);

	for (size_t i = 0; i < map->count; i++)
		if (map->range[i].start == end && map->range[i].type != 1)
			return map->range[i].end;
	return end;
}

/* QEMU's own address, which the ROM corrects by int 15h/E801 unless it ends at the kernel's limit.
 */
int stock_initrd(struct layout_view *view)
{
	const struct linux_header *file = &view->file;
	const struct part *part = view->scene->payload->initrd;
	uint64_t low = map_low_end(&view->scene->map), most = all_low_ram(&view->scene->map);
	uint64_t limit = file->initrd_addr_max, size = part ? part->size : 0, want;

	if (!part || most < STOCK_FW_DATA + 1 + size)
		return 0;
	if (file->xloadflags & LINUX_CAN_BE_ABOVE_4G)
		limit = 0xffffffff;
	most -= STOCK_FW_DATA + 1;
	want = ((limit < most ? limit : most) - size) & ~PAGE_MASK;
	low &= low > SIXTEEN_MIB ? ~0xffffull : ~0x3ffull;
	if (((want + size) & ~PAGE_MASK) != (file->initrd_addr_max & ~PAGE_MASK))
		want = (low - size) & ~PAGE_MASK;
	if (view->initrd != want)
		accuse(view, view->initrd, view->initrd + view->initrd_size,
			"ramdisk_image 0x%llx, expected 0x%llx", (unsigned long long)view->initrd,
			(unsigned long long)want);
	return 0;
}

int stock_loader_type(struct layout_view *view)
{
	unsigned found = (unsigned)layout_field(view, "type_of_loader");

	if (found != STOCK_LOADER)
		accuse(view, view->real + 0x210, view->real + 0x211,
			"type_of_loader 0x%02x, expected 0x%02x", found, STOCK_LOADER);
	return 0;
}

int stock_heap(struct layout_view *view)
{
	uint64_t want = (heap_end(view) - 0x200) & 0xffff,
		 found = layout_field(view, "heap_end_ptr");
	unsigned flags = (unsigned)layout_field(view, "loadflags");

	if (found != want || !(flags & LINUX_CAN_USE_HEAP))
		accuse(view, view->real + 0x224, view->real + 0x226,
			"heap_end_ptr 0x%04llx and loadflags 0x%02x: expected 0x%04llx and "
			"CAN_USE_HEAP (0x80)",
			(unsigned long long)found, flags, (unsigned long long)want);
	return 0;
}
