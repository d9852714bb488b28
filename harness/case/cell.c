#include "case/cell.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "case/random.h"

#define FOLDER_HASH 8
#define FOLDER_TAIL 60

void cell_id(const struct cell *cell, struct buffer *out)
{
	char separator = ':';

	buffer_add_text(out, cell->from->name);
	for (unsigned axis = 0; axis < AXES; axis++) {
		if (!cell->from->axes[axis].declared)
			continue;
		buffer_add(out, &separator, 1);
		buffer_add_text(out, axis_name(axis));
		buffer_add(out, "=", 1);
		buffer_add_text(out, cell_value(cell, axis)->name);
		separator = ',';
	}
}

void cell_folder(const struct cell *cell, struct buffer *out)
{
	autobuffer struct buffer id = {0};
	struct sha256 digest;
	char *tail;

	cell_id(cell, &id);
	digest = sha256_bytes(id.data, id.size);
	tail = id.data + (id.size > FOLDER_TAIL ? id.size - FOLDER_TAIL : 0);
	for (char *at = tail; *at; at++)
		if (strchr(":=,", *at))
			*at = '-';
	buffer_printf(out, "%.*s-%s", FOLDER_HASH, digest.hex, tail);
	if (cell->copy)
		buffer_printf(out, "-%u", cell->copy);
}

/* What boots cost, in milliseconds, roughly as measured under TCG on one core: the ratios matter.
 */
#define COST_FIRMWARE	 80
#define COST_REAL_KERNEL 2200
#define COST_NESTED	 8000
#define DMA_BYTES_PER_MS 300000
#define PIO_BYTES_PER_MS 7000
#define COST_GRUB	 500
#define IDE_BYTES_PER_MS 2000 /* SeaBIOS reads two at a time, from the port */

static uint64_t initrd_bytes(const struct initrd_spec *initrd)
{
	uint64_t bytes = 1 << 20;

	if (initrd->kind == INITRD_NONE)
		return 0;
	if (initrd->kind == INITRD_RANDOM)
		return initrd->size;
	for (size_t i = 0; i < initrd->archive_count; i++)
		bytes += initrd->archives[i].blob + initrd->archives[i].zero_pad;
	return bytes;
}

uint32_t cell_cost(const struct cell *cell)
{
	const struct kernel_spec *kernel = &cell_value(cell, AXIS_KERNEL)->kernel;
	bool pio = !strcmp(cell_value(cell, AXIS_SOURCE)->text, "fwcfg-pio");
	bool disk = strcmp(cell_value(cell, AXIS_VIA)->text, "direct") != 0;
	bool nested = strcmp(cell_value(cell, AXIS_ENGINE)->text, "qemu") != 0;
	uint64_t boots = cell_value(cell, AXIS_RESETS)->number + 1;
	uint64_t bytes = initrd_bytes(&cell_value(cell, AXIS_INITRD)->initrd), cost;

	bytes += kernel->kind == KERNEL_PROBE ? kernel->probe.image_size : 12u << 20;
	cost = COST_FIRMWARE + (kernel->kind == KERNEL_PROBE ? 0 : COST_REAL_KERNEL);
	if (disk)
		cost += COST_GRUB + bytes / IDE_BYTES_PER_MS;
	else
		cost += bytes / (pio ? PIO_BYTES_PER_MS : DMA_BYTES_PER_MS);
	cost = cost * boots + (nested ? COST_NESTED : 0);
	return cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
}

void cells_filter(struct cell_list *list, const struct filter *filter)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (filter_fits(filter, &list->cells[i]))
			list->cells[kept++] = list->cells[i];
	list->count = kept;
}

void cells_shuffle(struct cell_list *list, uint64_t seed)
{
	for (size_t i = list->count; i > 1; i--) {
		size_t j = random_below(&seed, i);
		struct cell swap = list->cells[i - 1];

		list->cells[i - 1] = list->cells[j];
		list->cells[j] = swap;
	}
}

void cells_free(struct cell_list *list)
{
	free(list->cells);
	memset(list, 0, sizeof(*list));
}
