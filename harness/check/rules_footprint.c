/* I11, I12: what has changed in memory since the loader's first instruction. */
#include <stdio.h>
#include <string.h>

#include "check/layout_rule.h"

#define JOIN 16 /* changed bytes nearer than this are one change */

/* Memory that firmware and loaders may leave changed, and why. */
static const struct footprint {
	uint64_t start, end;
	unsigned loaders; /* bit per enum loader */
	const char *why;
} footprints[] = {
	{0x400, 0x500, ~0u, "BIOS data: the timer's tick, the state of int 10h and 13h"},
	{0x6000, 0x7020, ~0u, "SeaBIOS' stack"},
	{CONVENTIONAL_END, HIGH_MEMORY, ~0u, "video memory, and variables of the firmware"},
};

/* Vectors with a rule of their own. */
static const uint8_t vectors[] = {0x13, 0x15, 0x19};

static bool is_vector(uint64_t at)
{
	for (size_t i = 0; i < sizeof(vectors); i++)
		if (at / 4 == vectors[i])
			return true;
	return false;
}

/* Takes [start, end) into account: skips ahead when it covers @at, else it may end the stretch. */
static void consider(uint64_t start, uint64_t end, uint64_t *at, uint64_t *till)
{
	if (start <= *at && end > *at)
		*at = end;
	else if (start > *at && start < *till)
		*till = start;
}

/* The next stretch behind @at, below @end, that nobody has a right to change. False: there is none.
 */
static bool next_stretch(const struct judge *judge, uint64_t *at, uint64_t *till, uint64_t end)
{
	uint64_t image = judge->load + judge->file.image_size, from;

	do {
		from = *at;
		*till = end;
		for (size_t i = 0; i < judge->claim_count; i++)
			if (judge->claims[i].kind != CLAIM_VECTORS)
				consider(judge->claims[i].start, judge->claims[i].end, at, till);
		for (size_t i = 0; i < sizeof(footprints) / sizeof(footprints[0]); i++)
			if (footprints[i].loaders >> judge->scene->loader & 1)
				consider(footprints[i].start, footprints[i].end, at, till);
		consider(image, image + SHOWN_BYTES, at, till); /* rule_image_end() */
	} while (*at != from && *at < end);
	return *at < end;
}

static void note_byte(struct judge *judge, uint64_t at)
{
	struct change *last = judge->change_count ? &judge->changes[judge->change_count - 1] : NULL;

	judge->changed_bytes++;
	if (!last || at >= last->end + JOIN) {
		if (judge->change_count == CHANGE_LIMIT)
			return;
		last = &judge->changes[judge->change_count++];
		*last = (struct change){.start = at};
	}
	last->end = at + 1;
}

static int compare_chunk(struct judge *judge, uint64_t start, size_t size)
{
	if (judge_read(judge, start, judge->chunk, size))
		return -1;
	memory_image_read(judge->scene->before, start, judge->other, size);
	if (!memcmp(judge->chunk, judge->other, size))
		return 0;
	for (size_t i = 0; i < size; i++)
		if (judge->chunk[i] != judge->other[i] && !is_vector(start + i))
			note_byte(judge, start + i);
	return 0;
}

static int compare_touched(struct judge *judge, uint64_t start, uint64_t end)
{
	uint64_t till;

	while (next_stretch(judge, &start, &till, end))
		for (; start < till; start += CHUNK < till - start ? CHUNK : till - start)
			if (compare_chunk(judge, start,
				    CHUNK < till - start ? CHUNK : (size_t)(till - start)))
				return -1;
	return 0;
}

/* The bytes of a change, as they were and are. */
static int complete(struct judge *judge, struct change *change)
{
	uint64_t size = change->end - change->start;

	size = size < SHOWN_BYTES ? size : SHOWN_BYTES;
	memory_image_read(judge->scene->before, change->start, change->before, (size_t)size);
	change->ram = map_is_ram(&judge->scene->map, change->start, change->end);
	return judge_read(judge, change->start, change->now, (size_t)size);
}

int judge_changes(struct judge *judge)
{
	const struct memory_reader *memory = &judge->scene->memory;
	uint64_t from = 0, start, end;
	int left = 0;

	if (judge->changes_known)
		return 0;
	while (!(left = memory->touched(memory->context, from, &start, &end, judge->error))) {
		if (start < from || end <= start)
			return fail(judge->error,
				"touched memory behind 0x%llx is said to be "
				"0x%llx to 0x%llx",
				(unsigned long long)from, (unsigned long long)start,
				(unsigned long long)end);
		if (compare_touched(judge, start, end))
			return -1;
		from = end;
	}
	for (size_t i = 0; i < judge->change_count && left > 0; i++)
		if (complete(judge, &judge->changes[i]))
			return -1;
	judge->changes_known = left > 0;
	return left < 0 ? -1 : 0;
}

static int accuse_changes(struct judge *judge, bool ram)
{
	char what[96];

	if (judge_changes(judge))
		return -1;
	snprintf(what, sizeof(what), "changed %s (bytes in all: %zu)",
		ram ? "memory that is nobody's" : "memory that is not RAM", judge->changed_bytes);
	for (size_t i = 0; i < judge->change_count; i++) {
		const struct change *change = &judge->changes[i];

		if (change->ram == ram)
			accuse_bytes(judge, change->start, change->end, change->before, change->now,
				what);
	}
	return 0;
}

int rule_changed_firmware(struct judge *judge)
{
	return accuse_changes(judge, false);
}

int rule_changed_ram(struct judge *judge)
{
	return accuse_changes(judge, true);
}

int rule_vectors(struct judge *judge)
{
	uint8_t before[4], now[4];
	char what[40];

	for (size_t i = 0; i < sizeof(vectors); i++) {
		uint64_t at = 4 * vectors[i];

		memory_image_read(judge->scene->before, at, before, sizeof(before));
		if (judge_read(judge, at, now, sizeof(now)))
			return -1;
		snprintf(what, sizeof(what), "the vector of int %xh", vectors[i]);
		if (memcmp(before, now, sizeof(now)))
			accuse_bytes(judge, at, at + 4, before, now, what);
	}
	return 0;
}
