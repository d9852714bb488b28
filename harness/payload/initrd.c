#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/archive.h"
#include "payload/initrd.h"
#include "payload/part.h"

struct part *initrd_random(const struct initrd_spec *spec, struct error *error)
{
	autofree char *origin =
		format_text("random size=%" PRIu64 " seed=%" PRIu64, spec->size, spec->seed);
	struct part_writer *writer = part_begin("initrd", error);

	if (!writer)
		return NULL;
	if (part_random(writer, spec->seed, spec->size, error)) {
		part_abandon(writer);
		return NULL;
	}
	return part_seal(writer, "", origin, error);
}

/* A later archive's file replaces an earlier one's, as in the guest. */
static void note_file(
	struct part *seen, const struct archive_spec *spec, const struct archive_file *file)
{
	if (!file->size)
		return;
	if (spec->early) {
		seen->early_size = file->size;
		seen->early_crc32 = file->crc32;
	} else {
		seen->blob_size = file->size;
		seen->blob_crc32 = file->crc32;
	}
}

/* A legacy lz4 frame has no end mark: the kernel takes what follows for a block, unless its size is
 * 0. */
static uint64_t gap_before(
	const struct part_writer *writer, const struct initrd_spec *spec, size_t index)
{
	const struct archive_spec *before = index ? &spec->archives[index - 1] : NULL;
	bool open_end = before && !before->early && before->compression == COMPRESS_LZ4 &&
			before->zero_pad < 4;

	return (-part_offset(writer) & 3) + (open_end ? 4 : 0);
}

static int append(struct part_writer *writer, const struct initrd_spec *spec, size_t index,
	const char *init, struct part *seen, struct error *error)
{
	const struct archive_spec *archive = &spec->archives[index];
	struct archive_file file = {0};
	uint64_t gap = gap_before(writer, spec, index);

	if (part_zero(writer, gap, error) ||
		archive_append(writer, archive, init, spec->seed + index, &file, error) ||
		part_zero(writer, archive->zero_pad, error))
		return fail_within(error, "initrd: archive %zu", index + 1);
	note_file(seen, archive, &file);
	return 0;
}

static char *describe(const struct initrd_spec *spec)
{
	struct buffer text = {0};

	buffer_printf(&text, "archives seed=%" PRIu64, spec->seed);
	for (size_t index = 0; index < spec->archive_count; index++) {
		const struct archive_spec *archive = &spec->archives[index];

		buffer_printf(&text, " %s blob=%" PRIu64 " zero_pad=%" PRIu64,
			archive->early ? "early" : compression_name(archive->compression),
			archive->blob, archive->zero_pad);
	}
	return buffer_take(&text);
}

struct part *initrd_archives(const struct initrd_spec *spec, const char *init, struct error *error)
{
	autofree char *origin = describe(spec);
	struct part_writer *writer = part_begin("initrd", error);
	struct part *part, seen = {0};

	if (!writer)
		return NULL;
	for (size_t index = 0; index < spec->archive_count; index++)
		if (append(writer, spec, index, init, &seen, error)) {
			part_abandon(writer);
			return NULL;
		}
	part = part_seal(writer, "", origin, error);
	if (!part)
		return NULL;
	part->blob_size = seen.blob_size;
	part->blob_crc32 = seen.blob_crc32;
	part->early_size = seen.early_size;
	part->early_crc32 = seen.early_crc32;
	return part;
}
