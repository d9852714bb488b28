#include "payload/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/linux_header.h"
#include "payload/part.h"

#define CHUNK	  (256 * 1024)
#define SIZE_WORD 4 /* what Linux hangs behind the compressed bytes */

/* The stretch of the file that is compressed. */
static void find_packed(const uint8_t *bytes, size_t size, size_t *offset, size_t *packed)
{
	struct linux_header header;
	uint64_t start;

	*offset = 0;
	*packed = size;
	if (linux_header_read(bytes, size, &header, NULL) || header.version < 0x208)
		return;
	start = header.image_offset + header.payload_offset;
	if (header.payload_length <= SIZE_WORD || start > size ||
		header.payload_length > size - start)
		return;
	*offset = (size_t)start;
	*packed = (size_t)header.payload_length - SIZE_WORD;
}

static int pour(struct archive *archive, struct part_writer *writer, struct error *error)
{
	autofree char *chunk = malloc(CHUNK);
	la_ssize_t got;

	if (!chunk)
		return fail(error, "out of memory");
	while ((got = archive_read_data(archive, chunk, CHUNK)) > 0)
		if (part_write(writer, chunk, (size_t)got, error) < 0)
			return -1;
	return got < 0 ? fail(error, "%s", archive_error_string(archive)) : 0;
}

static int unpack(
	const uint8_t *bytes, size_t size, struct part_writer *writer, struct error *error)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int status;

	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_memory(archive, bytes, size) != ARCHIVE_OK ||
		archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		status = fail(error, "%s", archive_error_string(archive));
	else
		status = pour(archive, writer, error);
	archive_read_free(archive);
	return status;
}

static struct part *unpack_mapped(
	const struct part *packed, const uint8_t *bytes, struct error *error)
{
	struct part_writer *writer = part_begin("unpacked", error);
	autofree char *origin = format_text("unpacked from %s", packed->origin);
	size_t offset, size;

	if (!writer)
		return NULL;
	find_packed(bytes, packed->size, &offset, &size);
	if (unpack(bytes + offset, size, writer, error) < 0) {
		part_abandon(writer);
		fail_within(error, "%s: cannot be unpacked", packed->origin);
		return NULL;
	}
	return part_seal(writer, packed->path, origin, error);
}

struct part *part_unpack(const struct part *packed, struct error *error)
{
	uint8_t *bytes = packed->size
				 ? mmap(NULL, packed->size, PROT_READ, MAP_PRIVATE, packed->fd, 0)
				 : MAP_FAILED;
	struct part *part;

	if (bytes == MAP_FAILED) {
		fail(error, "%s: nothing to unpack", packed->origin);
		return NULL;
	}
	part = unpack_mapped(packed, bytes, error);
	munmap(bytes, packed->size);
	return part;
}
