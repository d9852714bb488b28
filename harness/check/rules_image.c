/* I3: the protected-mode image (boot.rst, Loading The Rest of The Kernel). */
#include <string.h>

#include "check/layout_rule.h"

#define BEHIND SHOWN_BYTES

/* From 2.04 on the file may have more behind the kernel than syssize says: signatures. */
static uint64_t least_size(const struct judge *judge)
{
	uint64_t size = judge->file.image_size, said = judge->file.syssize * 16;

	return judge->version >= 0x204 && said && said < size ? said : size;
}

static bool is_there(const struct judge *judge)
{
	return map_is_ram(&judge->scene->map, judge->load, judge->load + judge->file.image_size);
}

static int compare(struct judge *judge, uint64_t from, uint64_t till, const char *what)
{
	if (!is_there(judge) || from >= till)
		return 0;
	return judge_compare(judge, judge->scene->payload->kernel, judge->file.image_offset + from,
		till - from, judge->load + from, what);
}

int rule_image(struct judge *judge)
{
	return compare(judge, 0, least_size(judge), "the protected-mode image");
}

int rule_image_whole(struct judge *judge)
{
	return compare(judge, least_size(judge), judge->file.image_size,
		"what the file has behind syssize");
}

/* What lies behind the image may belong to somebody else. */
static uint64_t untouched_end(const struct judge *judge, uint64_t start)
{
	uint64_t end = start + BEHIND;

	for (size_t i = 0; i < judge->claim_count; i++) {
		const struct claim *claim = &judge->claims[i];

		if (claim->end > start && claim->start < end)
			end = claim->start > start ? claim->start : start;
	}
	return end;
}

int rule_image_end(struct judge *judge)
{
	uint64_t start = judge->load + judge->file.image_size, end = untouched_end(judge, start);
	uint8_t before[BEHIND], now[BEHIND];

	if (start >= end || !is_there(judge) || !map_is_ram(&judge->scene->map, start, end))
		return 0;
	memory_image_read(judge->scene->before, start, before, (size_t)(end - start));
	if (judge_read(judge, start, now, (size_t)(end - start)))
		return -1;
	if (memcmp(before, now, (size_t)(end - start)))
		accuse_bytes(judge, start, end, before, now, "behind the protected-mode image");
	return 0;
}

int rule_image_alignment(struct judge *judge)
{
	uint64_t unit = judge_field(judge, "kernel_alignment");

	if (judge->load == HIGH_MEMORY || !judge->file.relocatable_kernel || !judge->high || !unit)
		return 0;
	if (judge->load % unit)
		accuse(judge, judge->load, judge->load + judge->file.image_size,
			"the image was relocated to 0x%llx: expected a multiple of "
			"kernel_alignment 0x%llx",
			(unsigned long long)judge->load, (unsigned long long)unit);
	return 0;
}
