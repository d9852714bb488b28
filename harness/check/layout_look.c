/* Reads from a scene, once, what all rules of the oracle need. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/flat_view.h"

#define PAGE	      4096
#define BDA_EBDA      0x40e /* word: segment of the EBDA */
#define BDA_MEMORY    0x413 /* word: KiB of conventional memory, as int 12h tells it */
#define VECTORS_END   0x500 /* behind interrupt vectors and BIOS data */
#define NODE_LIMIT    64
#define NODE_HEADER   16
#define NODE_INDIRECT 0x80000000u
#define INDIRECT_SIZE 24
#define PAGE_TABLES   6	    /* rom/README.md, Memory: page tables of a 64-bit entry */
#define PAGE_STACK    0x130 /* descriptors and stack behind boot_params */

static uint64_t little(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

static uint64_t sum(uint64_t start, uint64_t size)
{
	return size > UINT64_MAX - start ? UINT64_MAX : start + size;
}

uint64_t layout_field(const struct layout_view *view, const char *name)
{
	const struct linux_field *field = linux_field_find(name, view->version);

	if (!field || field->offset + field->width > view->setup_seen)
		return 0;
	return little(view->setup_guest + field->offset, field->width);
}

void layout_claim(struct layout_view *view, enum claim_kind kind, const char *name, uint64_t start,
	uint64_t end)
{
	for (size_t i = 0; i < view->claim_count; i++)
		if (view->claims[i].start == start && view->claims[i].end == end &&
			view->claims[i].kind == kind)
			return; /* a list that goes in circles */
	if (start < end && view->claim_count < CLAIM_LIMIT)
		view->claims[view->claim_count++] = (struct claim){start, end, kind, name};
}

static int read_file(struct layout_view *view, void *out, size_t size)
{
	const struct part *kernel = view->scene->payload->kernel;
	ssize_t got = pread(kernel->fd, out, size, 0);

	if (got < 0)
		return fail_errno(view->error, "kernel");
	if ((size_t)got != size)
		return fail(
			view->error, "kernel: %zd bytes could be read of its first %zu", got, size);
	return 0;
}

static int look_at_scene(struct layout_view *view)
{
	if (!view->scene->payload->kernel)
		return fail(view->error, "nothing to judge: there is no kernel");
	if (!view->scene->entry_only && !view->scene->map.count)
		return fail(view->error, "nothing to judge by: the firmware's memory map is empty");
	view->setup_file = calloc(1, SETUP_LIMIT + 512);
	view->setup_guest = calloc(1, SETUP_LIMIT + 512);
	view->chunk = malloc(CHUNK);
	view->other = malloc(CHUNK);
	if (!view->setup_file || !view->setup_guest || !view->chunk || !view->other)
		return fail(view->error, "out of memory");
	return 0;
}

static int look_at_file(struct layout_view *view)
{
	const struct part *kernel = view->scene->payload->kernel;
	uint8_t start[LINUX_HEADER_END];
	struct linux_header *file = &view->file;

	if (read_file(view, start, kernel->size < sizeof(start) ? kernel->size : sizeof(start)) ||
		linux_header_read(start, kernel->size, file, view->error))
		return -1;
	view->version = file->has_header ? (unsigned)file->version : 0;
	if (view->version == 0x20e)
		view->version = 0x20d;
	view->high = view->version && file->loadflags & LINUX_LOADED_HIGH;
	view->entered_flat = view->scene->payload->entry > 16;
	return read_file(view, view->setup_file, file->setup_size);
}

/* By the other entries boot_params stand in for the setup: the header has the same place in them.
 */
static int look_at_page(struct layout_view *view)
{
	uint64_t cr3 = view->scene->cpu.cr3 & ~(PAGE - 1ull);

	view->real = view->scene->cpu.esi;
	if (view->real >= CONVENTIONAL_END - PAGE)
		return 1;
	view->setup_seen = PAGE;
	if (layout_read(view, view->real, view->setup_guest, view->setup_seen))
		return -1;
	layout_claim(view, CLAIM_SETUP, "boot_params", view->real, view->real + PAGE);
	if (view->scene->loader == LOADER_DKBOOT)
		layout_claim(view, CLAIM_INFO, "descriptors and stack", view->real + PAGE,
			view->real + PAGE + PAGE_STACK);
	if (view->scene->payload->entry == 64)
		layout_claim(view, CLAIM_INFO, "page tables", cr3, cr3 + PAGE_TABLES * PAGE);
	return 0;
}

static int look_at_setup(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;
	uint64_t at = (uint64_t)cpu->cs * 16 + cpu->eip;
	bool heap;

	if (view->entered_flat)
		return look_at_page(view);
	if (at < 0x200 || at >= CONVENTIONAL_END)
		return 1;
	view->real = at - 0x200;
	view->setup_seen = view->file.setup_size;
	if (view->setup_seen > CONVENTIONAL_END - view->real)
		view->setup_seen = CONVENTIONAL_END - view->real;
	if (layout_read(view, view->real, view->setup_guest, view->setup_seen))
		return -1;
	view->stack_top = cpu->esp & 0xffff ? cpu->esp & 0xffff : 0x10000;
	heap = view->version >= 0x201 && layout_field(view, "loadflags") & LINUX_CAN_USE_HEAP;
	view->heap_end = heap ? layout_field(view, "heap_end_ptr") + 0x200 : view->stack_top;
	layout_claim(view, CLAIM_SETUP, "setup, heap and stack", view->real,
		view->real + (view->heap_end > view->file.setup_size ? view->heap_end
								     : view->file.setup_size));
	return 0;
}

/* A relocatable image may be anywhere; code32_start then says where. */
static void look_at_image(struct layout_view *view)
{
	uint64_t entry = layout_field(view, "code32_start");

	view->load = view->high ? HIGH_MEMORY : LOW_IMAGE;
	if (view->version >= 0x205 && view->file.relocatable_kernel &&
		entry != view->file.code32_start)
		view->load = entry;
	layout_claim(view, CLAIM_IMAGE, "protected-mode image", view->load,
		view->load + view->file.image_size);
}

static int read_cmdline(struct layout_view *view)
{
	size_t limit = CONVENTIONAL_END - view->cmdline, have = 0;
	char *found = view->cmdline_found = calloc(1, limit + 1);

	if (!found)
		return fail(view->error, "out of memory");
	while (have < limit && !view->cmdline_ends) {
		size_t step = limit - have < PAGE ? limit - have : PAGE;

		if (layout_read(view, view->cmdline + have, found + have, step))
			return -1;
		view->cmdline_ends = memchr(found + have, 0, step);
		have += step;
	}
	view->cmdline_size = strnlen(found, limit);
	layout_claim(view, CLAIM_CMDLINE, "command line", view->cmdline,
		view->cmdline + view->cmdline_size + view->cmdline_ends);
	return 0;
}

static int look_at_cmdline(struct layout_view *view)
{
	const uint8_t *setup = view->setup_guest;

	if (view->version >= 0x202)
		view->cmdline = layout_field(view, "cmd_line_ptr");
	else if (little(setup + 0x20, 2) == CMDLINE_MAGIC)
		view->cmdline = view->real + little(setup + 0x22, 2);
	if (!view->cmdline || view->cmdline >= CONVENTIONAL_END)
		return 0;
	return read_cmdline(view);
}

static void look_at_initrd(struct layout_view *view)
{
	view->initrd = layout_field(view, "ramdisk_image");
	view->initrd_size = layout_field(view, "ramdisk_size");
	layout_claim(view, CLAIM_INITRD, "initrd", view->initrd, view->initrd + view->initrd_size);
}

/* A node that only points to its data (struct setup_indirect, 2.15). */
static int follow_indirect(struct layout_view *view, uint64_t node, uint64_t size)
{
	uint8_t indirect[INDIRECT_SIZE];

	if (size < INDIRECT_SIZE || !map_is_ram(&view->scene->map, node + NODE_HEADER,
					    node + NODE_HEADER + INDIRECT_SIZE))
		return 0;
	if (layout_read(view, node + NODE_HEADER, indirect, sizeof(indirect)))
		return -1;
	layout_claim(view, CLAIM_DATA, "setup_data, indirect", little(indirect + 16, 8),
		sum(little(indirect + 16, 8), little(indirect + 8, 8)));
	return 0;
}

static int look_at_data(struct layout_view *view)
{
	uint64_t node = layout_field(view, "setup_data");
	uint8_t header[NODE_HEADER];

	for (unsigned count = 0; node; count++) {
		view->data_spot = node;
		if (count == NODE_LIMIT)
			view->data_wrong = "the list does not end within 64 nodes";
		else if (node > UINT64_MAX - NODE_HEADER ||
			 !map_is_ram(&view->scene->map, node, node + NODE_HEADER))
			view->data_wrong = "a node is not in RAM";
		if (view->data_wrong)
			return 0;
		if (layout_read(view, node, header, sizeof(header)))
			return -1;
		layout_claim(view, CLAIM_DATA, "setup_data", node,
			sum(node, NODE_HEADER + little(header + 12, 4)));
		if (little(header + 8, 4) == NODE_INDIRECT &&
			follow_indirect(view, node, little(header + 12, 4)))
			return -1;
		node = little(header, 8);
	}
	return 0;
}

/* What the firmware said before the loader ran is beyond doubt; after that, it is what is there. */
static int look_at_firmware(struct layout_view *view)
{
	uint8_t bda[BDA_MEMORY + 2 - BDA_EBDA];
	uint64_t segment, memory;

	if (view->scene->before)
		memory_image_read(view->scene->before, BDA_EBDA, bda, sizeof(bda));
	else if (layout_read(view, BDA_EBDA, bda, sizeof(bda)))
		return -1;
	segment = little(bda, 2) * 16;
	memory = little(bda + BDA_MEMORY - BDA_EBDA, 2) * 1024;
	view->bios_memory = memory;
	view->ebda = CONVENTIONAL_END;
	if (segment >= LOW_IMAGE && segment < view->ebda)
		view->ebda = segment;
	if (memory >= LOW_IMAGE && memory < view->ebda)
		view->ebda = memory;
	layout_claim(view, CLAIM_VECTORS, "interrupt vectors, BIOS data", 0, VECTORS_END);
	layout_claim(view, CLAIM_EBDA, "extended BIOS data", view->ebda, CONVENTIONAL_END);
	layout_claim(view, CLAIM_UPPER, "video memory and ROMs", CONVENTIONAL_END, HIGH_MEMORY);
	return 0;
}

/* boot.rst, init_size; Linux from 3.14 on does not unpack itself below pref_address either. */
static void look_at_window(struct layout_view *view)
{
	const struct linux_header *file = &view->file;
	uint64_t unit = layout_field(view, "kernel_alignment"), start = view->load;

	if (view->version < 0x20a || !file->init_size)
		return;
	if (file->relocatable_kernel && unit)
		start = (start + unit - 1) / unit * unit;
	else if (!file->relocatable_kernel && file->pref_address)
		start = file->pref_address;
	view->window = (struct claim){start, sum(start, file->init_size), CLAIM_WINDOW,
		"where the kernel unpacks itself"};
	view->linux_window = view->window;
	if (view->version >= 0x20d && file->relocatable_kernel && file->pref_address > start) {
		view->linux_window.start = file->pref_address;
		view->linux_window.end = sum(file->pref_address, file->init_size);
	}
}

/* The list lies either behind the image, then that is its claim, or was moved away from there. */
static void look_at_arrival(struct layout_view *view)
{
	uint64_t end = view->load + view->file.image_size, first = UINT64_MAX, last = 0;

	view->arrived = end;
	for (size_t i = 0; i < view->claim_count; i++)
		if (view->claims[i].kind == CLAIM_DATA) {
			first = view->claims[i].start < first ? view->claims[i].start : first;
			last = view->claims[i].end > last ? view->claims[i].end : last;
		}
	if (first < last && last - first < HIGH_MEMORY)
		view->arrived = (end + 15) / 16 * 16 + last - first;
}

int layout_look(struct layout_view *view)
{
	int status;

	if (look_at_scene(view))
		return -1;
	if (view->scene->payload->boot != BOOT_LINUX)
		return flat_look(view) || look_at_firmware(view) ? -1 : 0;
	if (look_at_file(view))
		return -1;
	status = look_at_setup(view);
	if (status)
		return status;
	look_at_image(view);
	look_at_initrd(view);
	if (look_at_cmdline(view) || look_at_data(view) || look_at_firmware(view))
		return -1;
	look_at_arrival(view);
	look_at_window(view);
	return 0;
}

void layout_look_end(struct layout_view *view)
{
	flat_look_end(view);
	free(view->setup_file);
	free(view->setup_guest);
	free(view->cmdline_found);
	free(view->chunk);
	free(view->other);
}
