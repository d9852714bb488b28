/* A sparse copy of a guest's memory: blocks that are not all zero, in order. */
#include "check/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "check/layout_view.h"

#define BLOCK (64 * 1024)

struct block {
	uint64_t start;
	size_t size;
	uint8_t *bytes;
};

struct memory_image {
	struct block *blocks;
	size_t count, room;
};

static bool all_zero(const uint8_t *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

static int keep(struct memory_image *image, uint64_t start, const uint8_t *bytes, size_t size,
	struct error *error)
{
	struct block *grown = image->blocks;
	uint8_t *copy = malloc(size);

	if (image->count == image->room) {
		image->room = image->room ? 2 * image->room : 64;
		grown = realloc(image->blocks, image->room * sizeof(*grown));
	}
	if (!grown || !copy) {
		free(copy);
		return fail(error, "out of memory for a copy of the guest's");
	}
	memcpy(copy, bytes, size);
	image->blocks = grown;
	image->blocks[image->count++] = (struct block){start, size, copy};
	return 0;
}

static int take_stretch(struct memory_image *image, const struct memory_reader *reader,
	uint64_t start, uint64_t end, uint8_t *buffer, struct error *error)
{
	while (start < end) {
		size_t size = end - start < BLOCK ? (size_t)(end - start) : BLOCK;

		if (reader->read(reader->context, start, buffer, size, error))
			return fail_within(error, "memory at 0x%llx", (unsigned long long)start);
		if (!all_zero(buffer, size) && keep(image, start, buffer, size, error))
			return -1;
		start += size;
	}
	return 0;
}

static int take_all(struct memory_image *image, const struct memory_reader *reader, uint64_t limit,
	struct error *error)
{
	autofree uint8_t *buffer = malloc(BLOCK);
	uint64_t from = 0, start, end;
	int left = 0;

	if (!buffer)
		return fail(error, "out of memory");
	while (from < limit &&
		!(left = reader->touched(reader->context, from, &start, &end, error))) {
		if (start < from || end <= start)
			return fail(error,
				"touched memory behind 0x%llx is said to be 0x%llx to 0x%llx",
				(unsigned long long)from, (unsigned long long)start,
				(unsigned long long)end);
		from = end;
		end = end < limit ? end : limit;
		if (start < end && take_stretch(image, reader, start, end, buffer, error))
			return -1;
	}
	return left < 0 ? -1 : 0;
}

struct memory_image *memory_image_take(
	const struct memory_reader *reader, uint64_t limit, struct error *error)
{
	struct memory_image *image = calloc(1, sizeof(*image));

	if (!image) {
		fail(error, "out of memory");
		return NULL;
	}
	if (take_all(image, reader, limit, error)) {
		memory_image_free(image);
		return NULL;
	}
	return image;
}

void memory_image_free(struct memory_image *image)
{
	if (!image)
		return;
	for (size_t i = 0; i < image->count; i++)
		free(image->blocks[i].bytes);
	free(image->blocks);
	free(image);
}

/* The first block that ends behind @address. */
static size_t find(const struct memory_image *image, uint64_t address)
{
	size_t low = 0, high = image->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct block *block = &image->blocks[middle];

		if (block->start + block->size <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void memory_image_read(const struct memory_image *image, uint64_t address, void *out, size_t size)
{
	uint64_t end = address + size;

	memset(out, 0, size);
	for (size_t i = find(image, address); i < image->count; i++) {
		const struct block *block = &image->blocks[i];
		uint64_t from = block->start > address ? block->start : address;
		uint64_t till = block->start + block->size < end ? block->start + block->size : end;

		if (from >= end)
			return;
		memcpy((uint8_t *)out + (from - address), block->bytes + (from - block->start),
			(size_t)(till - from));
	}
}

/* In a file: blocks one behind the other, each begun by its address and its size in bytes. */
struct block_head {
	uint64_t start, size;
};

int memory_image_save(const struct memory_image *image, const char *path, struct error *error)
{
	autobuffer struct buffer out = {0};

	for (size_t i = 0; i < image->count; i++) {
		const struct block *block = &image->blocks[i];
		struct block_head head = {block->start, block->size};

		buffer_add(&out, &head, sizeof(head));
		buffer_add(&out, block->bytes, block->size);
	}
	return file_write(path, out.data ? out.data : "", out.size, error);
}

static int load_blocks(struct memory_image *image, const struct buffer *in, struct error *error)
{
	struct block_head head;
	size_t at = 0;

	while (at < in->size) {
		if (in->size - at < sizeof(head))
			return fail(error, "a copy of memory is cut off");
		memcpy(&head, in->data + at, sizeof(head));
		at += sizeof(head);
		if (head.size > in->size - at)
			return fail(error, "a copy of memory is cut off");
		if (keep(image, head.start, (const uint8_t *)in->data + at, head.size, error))
			return -1;
		at += head.size;
	}
	return 0;
}

struct memory_image *memory_image_load(const char *path, struct error *error)
{
	struct memory_image *image = calloc(1, sizeof(*image));
	autobuffer struct buffer in = {0};

	if (!image)
		abort();
	if (file_read(path, &in, error) == 0 && load_blocks(image, &in, error) == 0)
		return image;
	fail_within(error, "%s", path);
	memory_image_free(image);
	return NULL;
}
