/* Reads from a scene, once, what all rules of the oracle need. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/layout_rule.h"

#define PAGE	      4096
#define BDA_EBDA      0x40e /* word: segment of the EBDA */
#define BDA_MEMORY    0x413 /* word: KiB of conventional memory, as int 12h tells it */
#define VECTORS_END   0x500 /* behind interrupt vectors and BIOS data */
#define NODE_LIMIT    64
#define NODE_HEADER   16
#define NODE_INDIRECT 0x80000000u
#define INDIRECT_SIZE 24

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

uint64_t judge_field(const struct judge *judge, const char *name)
{
	const struct linux_field *field = linux_field_find(name, judge->version);

	if (!field || field->offset + field->width > judge->setup_seen)
		return 0;
	return little(judge->setup_guest + field->offset, field->width);
}

static void claim(
	struct judge *judge, enum claim_kind kind, const char *name, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < judge->claim_count; i++)
		if (judge->claims[i].start == start && judge->claims[i].end == end &&
			judge->claims[i].kind == kind)
			return; /* a list that goes in circles */
	if (start < end && judge->claim_count < CLAIM_LIMIT)
		judge->claims[judge->claim_count++] = (struct claim){start, end, kind, name};
}

static int read_file(struct judge *judge, void *out, size_t size)
{
	const struct part *kernel = judge->scene->payload->kernel;
	ssize_t got = pread(kernel->fd, out, size, 0);

	if (got < 0)
		return fail_errno(judge->error, "kernel");
	if ((size_t)got != size)
		return fail(judge->error, "kernel: %zd bytes could be read of its first %zu", got,
			size);
	return 0;
}

static int look_at_file(struct judge *judge)
{
	const struct part *kernel = judge->scene->payload->kernel;
	uint8_t start[LINUX_HEADER_END];
	struct linux_header *file = &judge->file;

	if (!kernel)
		return fail(judge->error, "nothing to judge: there is no kernel");
	if (!judge->scene->entry_only && !judge->scene->map.count)
		return fail(
			judge->error, "nothing to judge by: the firmware's memory map is empty");
	if (read_file(judge, start, kernel->size < sizeof(start) ? kernel->size : sizeof(start)) ||
		linux_header_read(start, kernel->size, file, judge->error))
		return -1;
	judge->version = file->has_header ? (unsigned)file->version : 0;
	if (judge->version == 0x20e)
		judge->version = 0x20d;
	judge->high = judge->version && file->loadflags & LINUX_LOADED_HIGH;
	judge->setup_file = malloc(SETUP_LIMIT + 512);
	judge->setup_guest = calloc(1, SETUP_LIMIT + 512);
	judge->chunk = malloc(CHUNK);
	judge->other = malloc(CHUNK);
	if (!judge->setup_file || !judge->setup_guest || !judge->chunk || !judge->other)
		return fail(judge->error, "out of memory");
	return read_file(judge, judge->setup_file, file->setup_size);
}

static int look_at_setup(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;
	uint64_t at = (uint64_t)cpu->cs * 16 + cpu->eip;
	bool heap;

	if (at < 0x200 || at >= CONVENTIONAL_END)
		return 1;
	judge->real = at - 0x200;
	judge->setup_seen = judge->file.setup_size;
	if (judge->setup_seen > CONVENTIONAL_END - judge->real)
		judge->setup_seen = CONVENTIONAL_END - judge->real;
	if (judge_read(judge, judge->real, judge->setup_guest, judge->setup_seen))
		return -1;
	judge->stack_top = cpu->esp & 0xffff ? cpu->esp & 0xffff : 0x10000;
	heap = judge->version >= 0x201 && judge_field(judge, "loadflags") & LINUX_CAN_USE_HEAP;
	judge->heap_end = heap ? judge_field(judge, "heap_end_ptr") + 0x200 : judge->stack_top;
	claim(judge, CLAIM_SETUP, "setup, heap and stack", judge->real,
		judge->real + (judge->heap_end > judge->file.setup_size ? judge->heap_end
									: judge->file.setup_size));
	return 0;
}

/* A relocatable image may be anywhere; code32_start then says where. */
static void look_at_image(struct judge *judge)
{
	uint64_t entry = judge_field(judge, "code32_start");

	judge->load = judge->high ? HIGH_MEMORY : LOW_IMAGE;
	if (judge->version >= 0x205 && judge->file.relocatable_kernel &&
		entry != judge->file.code32_start)
		judge->load = entry;
	claim(judge, CLAIM_IMAGE, "protected-mode image", judge->load,
		judge->load + judge->file.image_size);
}

static int read_cmdline(struct judge *judge)
{
	size_t limit = CONVENTIONAL_END - judge->cmdline, have = 0;
	char *found = judge->cmdline_found = calloc(1, limit + 1);

	if (!found)
		return fail(judge->error, "out of memory");
	while (have < limit && !judge->cmdline_ends) {
		size_t step = limit - have < PAGE ? limit - have : PAGE;

		if (judge_read(judge, judge->cmdline + have, found + have, step))
			return -1;
		judge->cmdline_ends = memchr(found + have, 0, step);
		have += step;
	}
	judge->cmdline_size = strnlen(found, limit);
	claim(judge, CLAIM_CMDLINE, "command line", judge->cmdline,
		judge->cmdline + judge->cmdline_size + judge->cmdline_ends);
	return 0;
}

static int look_at_cmdline(struct judge *judge)
{
	const uint8_t *setup = judge->setup_guest;

	if (judge->version >= 0x202)
		judge->cmdline = judge_field(judge, "cmd_line_ptr");
	else if (little(setup + 0x20, 2) == CMDLINE_MAGIC)
		judge->cmdline = judge->real + little(setup + 0x22, 2);
	if (!judge->cmdline || judge->cmdline >= CONVENTIONAL_END)
		return 0;
	return read_cmdline(judge);
}

static void look_at_initrd(struct judge *judge)
{
	judge->initrd = judge_field(judge, "ramdisk_image");
	judge->initrd_size = judge_field(judge, "ramdisk_size");
	claim(judge, CLAIM_INITRD, "initrd", judge->initrd, judge->initrd + judge->initrd_size);
}

/* A node that only points to its data (struct setup_indirect, 2.15). */
static int follow_indirect(struct judge *judge, uint64_t node, uint64_t size)
{
	uint8_t indirect[INDIRECT_SIZE];

	if (size < INDIRECT_SIZE || !map_is_ram(&judge->scene->map, node + NODE_HEADER,
					    node + NODE_HEADER + INDIRECT_SIZE))
		return 0;
	if (judge_read(judge, node + NODE_HEADER, indirect, sizeof(indirect)))
		return -1;
	claim(judge, CLAIM_DATA, "setup_data, indirect", little(indirect + 16, 8),
		sum(little(indirect + 16, 8), little(indirect + 8, 8)));
	return 0;
}

static int look_at_data(struct judge *judge)
{
	uint64_t node = judge_field(judge, "setup_data");
	uint8_t header[NODE_HEADER];

	for (unsigned count = 0; node; count++) {
		judge->data_spot = node;
		if (count == NODE_LIMIT)
			judge->data_wrong = "the list does not end within 64 nodes";
		else if (node > UINT64_MAX - NODE_HEADER ||
			 !map_is_ram(&judge->scene->map, node, node + NODE_HEADER))
			judge->data_wrong = "a node is not in RAM";
		if (judge->data_wrong)
			return 0;
		if (judge_read(judge, node, header, sizeof(header)))
			return -1;
		claim(judge, CLAIM_DATA, "setup_data", node,
			sum(node, NODE_HEADER + little(header + 12, 4)));
		if (little(header + 8, 4) == NODE_INDIRECT &&
			follow_indirect(judge, node, little(header + 12, 4)))
			return -1;
		node = little(header, 8);
	}
	return 0;
}

/* What the firmware said before the loader ran is beyond doubt; after that, it is what is there. */
static int look_at_firmware(struct judge *judge)
{
	uint8_t bda[BDA_MEMORY + 2 - BDA_EBDA];
	uint64_t segment, memory;

	if (judge->scene->before)
		memory_image_read(judge->scene->before, BDA_EBDA, bda, sizeof(bda));
	else if (judge_read(judge, BDA_EBDA, bda, sizeof(bda)))
		return -1;
	segment = little(bda, 2) * 16;
	memory = little(bda + BDA_MEMORY - BDA_EBDA, 2) * 1024;
	judge->ebda = CONVENTIONAL_END;
	if (segment >= LOW_IMAGE && segment < judge->ebda)
		judge->ebda = segment;
	if (memory >= LOW_IMAGE && memory < judge->ebda)
		judge->ebda = memory;
	claim(judge, CLAIM_VECTORS, "interrupt vectors, BIOS data", 0, VECTORS_END);
	claim(judge, CLAIM_EBDA, "extended BIOS data", judge->ebda, CONVENTIONAL_END);
	claim(judge, CLAIM_UPPER, "video memory and ROMs", CONVENTIONAL_END, HIGH_MEMORY);
	return 0;
}

/* boot.rst, init_size; Linux from 3.14 on does not unpack itself below pref_address either. */
static void look_at_window(struct judge *judge)
{
	const struct linux_header *file = &judge->file;
	uint64_t unit = judge_field(judge, "kernel_alignment"), start = judge->load;

	if (judge->version < 0x20a || !file->init_size)
		return;
	if (file->relocatable_kernel && unit)
		start = (start + unit - 1) / unit * unit;
	else if (!file->relocatable_kernel && file->pref_address)
		start = file->pref_address;
	judge->window = (struct claim){start, sum(start, file->init_size), CLAIM_WINDOW,
		"where the kernel unpacks itself"};
	judge->linux_window = judge->window;
	if (judge->version >= 0x20d && file->relocatable_kernel && file->pref_address > start) {
		judge->linux_window.start = file->pref_address;
		judge->linux_window.end = sum(file->pref_address, file->init_size);
	}
}

int judge_look(struct judge *judge)
{
	int status;

	if (look_at_file(judge))
		return -1;
	status = look_at_setup(judge);
	if (status)
		return status;
	look_at_image(judge);
	look_at_initrd(judge);
	if (look_at_cmdline(judge) || look_at_data(judge) || look_at_firmware(judge))
		return -1;
	look_at_window(judge);
	return 0;
}

void judge_free(struct judge *judge)
{
	free(judge->setup_file);
	free(judge->setup_guest);
	free(judge->cmdline_found);
	free(judge->spots);
	free(judge->chunk);
	free(judge->other);
}
