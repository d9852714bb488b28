/* Reads from a scene, once, what the rules of Multiboot, Multiboot 2 and PVH need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/flat_view.h"

#define STACK_SIZE                                                                                 \
	0x130 /* rom/README.md, Memory: stack and descriptors in front of the information          \
	       */
#define STEP 4096

uint64_t flat_number(const struct flat_view *flat, size_t offset, unsigned width)
{
	uint64_t value = 0;

	if (offset > flat->info_size || width > flat->info_size - offset)
		return 0;
	while (width--)
		value = value << 8 | flat->bytes[offset + width];
	return value;
}

static void wrong(struct flat_view *flat, const char *what, uint64_t at)
{
	if (!flat->wrong[0])
		snprintf(flat->wrong, sizeof(flat->wrong), "%s at 0x%llx", what,
			(unsigned long long)at);
}

/* Information may lie where the firmware keeps its own: it is asked for being memory, not RAM to
 * give away, which is another rule. */
int flat_read(struct layout_view *view, const char *what, uint64_t at, void *out, size_t size)
{
	const struct memory_reader *reader = &view->scene->memory;
	struct error ignored;
	int status = at > UINT32_MAX ? 1 : reader->read(reader->context, at, out, size, &ignored);

	if (status)
		wrong(view->flat, what, at);
	return status > 0 ? 1 : status < 0 ? fail(view->error, "%s", ignored.text) : 0;
}

static int read_text(struct layout_view *view, const char *what, struct told_text *out)
{
	size_t have = 0;

	out->text = calloc(1, TEXT_LIMIT + 1);
	if (!out->text)
		return fail(view->error, "out of memory");
	while (have < TEXT_LIMIT) {
		size_t step = STEP - (out->start + have) % STEP;
		int status;

		step = step < TEXT_LIMIT - have ? step : TEXT_LIMIT - have;
		status = flat_read(view, what, out->start + have, out->text + have, step);
		if (status)
			return status < 0 ? -1 : 0;
		if (memchr(out->text + have, 0, step)) {
			out->there = true;
			return 0;
		}
		have += step;
	}
	wrong(view->flat, what, out->start);
	return 0;
}

int flat_text(struct layout_view *view, const char *what, uint64_t at, bool claimed,
	struct told_text *out)
{
	if (!at)
		return 0;
	out->start = at;
	if (read_text(view, what, out) < 0)
		return -1;
	if (out->there && claimed)
		layout_claim(view, CLAIM_CMDLINE, what, at, at + strlen(out->text) + 1);
	return 0;
}

void flat_module(struct layout_view *view, uint64_t start, uint64_t end)
{
	struct flat_view *flat = view->flat;

	if (flat->module_count == MODULE_LIMIT)
		return;
	flat->modules[flat->module_count++] = (struct told_module){.start = start, .end = end};
	layout_claim(view, CLAIM_MODULE, "module", start, end);
}

void flat_range(struct layout_view *view, uint64_t start, uint64_t size, uint32_t type)
{
	struct memory_map *map = &view->flat->map;

	view->flat->map_told = true;
	if (map->count < MEMORY_MAP_LIMIT)
		map->range[map->count++] = (struct memory_range){start, start + size, type};
}

/* A relocatable image is where the processor entered it. */
static void look_at_place(struct layout_view *view)
{
	struct flat_view *flat = view->flat;
	uint64_t start, end, moved = 0;

	flat->image = view->scene->payload->executable;
	if (flat->image.relocatable)
		moved = view->scene->cpu.eip - flat->image.entry;
	for (size_t i = 0; i < flat->image.segment_count; i++) {
		struct segment *segment = &flat->image.segment[i];

		segment->address = (segment->address + moved) & UINT32_MAX;
		layout_claim(view, CLAIM_IMAGE, "kernel image", segment->address,
			segment->address + segment->memory);
	}
	flat->image.entry = (flat->image.entry + moved) & UINT32_MAX;
	executable_span(&flat->image, &start, &end);
	view->load = start;
	view->file.image_size = end - start;
	view->arrived = end;
}

/* QEMU makes one piece of a Multiboot kernel, its strings, its table of modules and the modules:
 * what lies between them comes with it, and the rest of its last page. */
static void look_at_piece(struct layout_view *view)
{
	if (view->scene->payload->boot != BOOT_MULTIBOOT)
		return;
	for (size_t i = 0; i < view->flat->module_count; i++)
		if (view->flat->modules[i].end > view->arrived)
			view->arrived = view->flat->modules[i].end;
	view->arrived = (view->arrived + 2 * STEP) / STEP * STEP;
}

int flat_look(struct layout_view *view)
{
	static int (*const looks[BOOT_PROTOCOLS])(struct layout_view * view) = {
		[BOOT_MULTIBOOT] = look_at_multiboot,
		[BOOT_MULTIBOOT2] = look_at_multiboot2,
		[BOOT_PVH] = look_at_pvh};
	uint64_t info = view->scene->cpu.ebx;

	view->flat = calloc(1, sizeof(*view->flat));
	if (!view->flat)
		return fail(view->error, "out of memory");
	look_at_place(view);
	view->flat->info = info;
	if (looks[view->scene->payload->boot](view) < 0)
		return -1;
	if (view->scene->loader == LOADER_DKBOOT && info > STACK_SIZE)
		layout_claim(view, CLAIM_INFO, "descriptors and stack", info - STACK_SIZE, info);
	look_at_piece(view);
	return 0;
}

void flat_look_end(struct layout_view *view)
{
	struct flat_view *flat = view->flat;

	if (!flat)
		return;
	for (size_t i = 0; i < flat->module_count; i++)
		free(flat->modules[i].arguments.text);
	free(flat->cmdline.text);
	free(flat->loader.text);
	free(flat);
}
