/* I3: the protected-mode image (boot.rst, Loading The Rest of The Kernel). */
#include <string.h>

#include "check/layout_rule.h"

#define BEHIND SHOWN_BYTES

/* From 2.04 on the file may have more behind the kernel than syssize says: signatures. */
static uint64_t least_size(const struct layout_view *view)
{
	uint64_t size = view->file.image_size, said = view->file.syssize * 16;

	return view->version >= 0x204 && said && said < size ? said : size;
}

static bool is_there(const struct layout_view *view)
{
	return map_is_ram(&view->scene->map, view->load, view->load + view->file.image_size);
}

static int compare(struct layout_view *view, uint64_t from, uint64_t till, const char *what)
{
	if (!is_there(view) || from >= till)
		return 0;
	return layout_compare_file(view, view->scene->payload->kernel,
		view->file.image_offset + from, till - from, view->load + from, what);
}

int rule_image(struct layout_view *view)
{
	return compare(view, 0, least_size(view), "the protected-mode image");
}

int rule_image_whole(struct layout_view *view)
{
	return compare(
		view, least_size(view), view->file.image_size, "what the file has behind syssize");
}

/* What lies behind the image may belong to somebody else. */
static uint64_t untouched_end(const struct layout_view *view, uint64_t start)
{
	uint64_t end = start + BEHIND;

	for (size_t i = 0; i < view->claim_count; i++) {
		const struct claim *claim = &view->claims[i];

		if (claim->end > start && claim->start < end)
			end = claim->start > start ? claim->start : start;
	}
	return end;
}

int rule_image_end(struct layout_view *view)
{
	uint64_t start = view->arrived, end = untouched_end(view, start);
	uint8_t before[BEHIND], now[BEHIND];

	if (start >= end || !is_there(view) || !map_is_ram(&view->scene->map, start, end))
		return 0;
	memory_image_read(view->scene->before, start, before, (size_t)(end - start));
	if (layout_read(view, start, now, (size_t)(end - start)))
		return -1;
	if (memcmp(before, now, (size_t)(end - start)))
		accuse_bytes(view, start, end, before, now, "behind the protected-mode image");
	return 0;
}

int rule_image_alignment(struct layout_view *view)
{
	uint64_t unit = layout_field(view, "kernel_alignment");

	if (view->load == HIGH_MEMORY || !view->file.relocatable_kernel || !view->high || !unit)
		return 0;
	if (view->load % unit)
		accuse(view, view->load, view->load + view->file.image_size,
			"the image was relocated to 0x%llx: expected a multiple of "
			"kernel_alignment 0x%llx",
			(unsigned long long)view->load, (unsigned long long)unit);
	return 0;
}
