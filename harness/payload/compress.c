#include <endian.h>
#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "payload/compress.h"

#define LZ4_LEGACY_MAGIC 0x184c2102u
#define LZ4_BLOCK	 (8u << 20) /* lz4_Frame_format.md, "Legacy frame": no block decodes to more */
#define XZ_CHUNK	 (64u << 10)
#define LZOP_HEADER	 38 /* magic 9 ... mtime at 25, its high half at 29, no name, adler32 at 34 */

struct encoder {
	const struct format *format;
	struct part_writer *out;
	lzma_stream lzma;
	unsigned char *block; /* lz4: what fills up; xz: what comes out */
	unsigned char *packed;
	size_t used; /* lz4: bytes in @block; lzo: bytes seen, up to the header's end */
};

struct format {
	int (*filter)(struct archive *archive);
	int (*open)(struct encoder *encoder, struct error *error);
	int (*write)(struct encoder *, const void *bytes, size_t size, struct error *error);
	int (*finish)(struct encoder *encoder, struct error *error);
};

static int pass(struct encoder *encoder, const void *bytes, size_t size, struct error *error)
{
	return part_write(encoder->out, bytes, size, error);
}

/* lzop stamps the time into its header; reproducible bytes need another. libarchive hands over the
 * first 64 KiB, or all there is, in one piece. */
static int lzop_write(struct encoder *encoder, const void *bytes, size_t size, struct error *error)
{
	unsigned char header[LZOP_HEADER];
	uint32_t sum;

	if (encoder->used)
		return pass(encoder, bytes, size, error);
	if (size < sizeof header)
		return fail(error, "lzop: wrote %zu bytes, expected at least a header of %zu", size,
			sizeof header);
	memcpy(header, bytes, sizeof header);
	if (header[33])
		return fail(error, "lzop: unknown header, expected one without a file name");
	memset(header + 25, 0, 8);
	sum = htobe32((uint32_t)adler32(1, header + 9, 25));
	memcpy(header + 34, &sum, sizeof sum);
	encoder->used = sizeof header;
	if (pass(encoder, header, sizeof header, error))
		return -1;
	return pass(encoder, (const char *)bytes + sizeof header, size - sizeof header, error);
}

static int xz_open(struct encoder *encoder, struct error *error)
{
	encoder->block = malloc(XZ_CHUNK);
	if (!encoder->block ||
		lzma_easy_encoder(&encoder->lzma, LZMA_PRESET_DEFAULT, LZMA_CHECK_CRC32) != LZMA_OK)
		return fail(error, "xz: liblzma does not start");
	return 0;
}

static int xz_run(struct encoder *encoder, lzma_action action, struct error *error)
{
	lzma_ret result;

	do {
		encoder->lzma.next_out = encoder->block;
		encoder->lzma.avail_out = XZ_CHUNK;
		result = lzma_code(&encoder->lzma, action);
		if (result != LZMA_OK && result != LZMA_STREAM_END)
			return fail(error, "xz: liblzma failed with code %d", (int)result);
		if (pass(encoder, encoder->block, XZ_CHUNK - encoder->lzma.avail_out, error))
			return -1;
	} while (action == LZMA_FINISH ? result != LZMA_STREAM_END : encoder->lzma.avail_in > 0);
	return 0;
}

static int xz_write(struct encoder *encoder, const void *bytes, size_t size, struct error *error)
{
	encoder->lzma.next_in = bytes;
	encoder->lzma.avail_in = size;
	return xz_run(encoder, LZMA_RUN, error);
}

static int xz_finish(struct encoder *encoder, struct error *error)
{
	return xz_run(encoder, LZMA_FINISH, error);
}

static int lz4_word(struct encoder *encoder, uint32_t value, struct error *error)
{
	uint32_t word = htole32(value);

	return pass(encoder, &word, sizeof word, error);
}

static int lz4_open(struct encoder *encoder, struct error *error)
{
	encoder->block = malloc(LZ4_BLOCK);
	encoder->packed = malloc((size_t)LZ4_compressBound(LZ4_BLOCK));
	if (!encoder->block || !encoder->packed)
		return fail(error, "lz4: out of memory");
	return lz4_word(encoder, LZ4_LEGACY_MAGIC, error);
}

static int lz4_flush(struct encoder *encoder, struct error *error)
{
	int size;

	if (!encoder->used)
		return 0;
	size = LZ4_compress_default((char *)encoder->block, (char *)encoder->packed,
		(int)encoder->used, LZ4_compressBound(LZ4_BLOCK));
	encoder->used = 0;
	if (size <= 0)
		return fail(error, "lz4: liblz4 failed");
	if (lz4_word(encoder, (uint32_t)size, error))
		return -1;
	return pass(encoder, encoder->packed, (size_t)size, error);
}

static int lz4_write(struct encoder *encoder, const void *bytes, size_t size, struct error *error)
{
	const unsigned char *at = bytes;

	while (size) {
		size_t room = LZ4_BLOCK - encoder->used;
		size_t step = size < room ? size : room;

		memcpy(encoder->block + encoder->used, at, step);
		encoder->used += step;
		at += step;
		size -= step;
		if (encoder->used == LZ4_BLOCK && lz4_flush(encoder, error))
			return -1;
	}
	return 0;
}

static int gzip_filter(struct archive *archive)
{
	int result = archive_write_add_filter_gzip(archive);

	return result == ARCHIVE_OK
		       ? archive_write_set_filter_option(archive, "gzip", "timestamp", NULL)
		       : result;
}

/* libarchive warns that it starts a program; that is what we want. */
static int lzop_filter(struct archive *archive)
{
	int result = archive_write_add_filter_lzop(archive);

	return result == ARCHIVE_WARN ? ARCHIVE_OK : result;
}

static const struct format formats[COMPRESSIONS] = {
	[COMPRESS_NONE] = {NULL, NULL, pass, NULL},
	[COMPRESS_GZIP] = {gzip_filter, NULL, pass, NULL},
	[COMPRESS_BZIP2] = {archive_write_add_filter_bzip2, NULL, pass, NULL},
	[COMPRESS_LZMA] = {archive_write_add_filter_lzma, NULL, pass, NULL},
	[COMPRESS_XZ] = {NULL, xz_open, xz_write, xz_finish},
	[COMPRESS_LZO] = {lzop_filter, NULL, lzop_write, NULL},
	[COMPRESS_LZ4] = {NULL, lz4_open, lz4_write, lz4_flush},
	[COMPRESS_ZSTD] = {archive_write_add_filter_zstd, NULL, pass, NULL},
};

int compress_filter(struct archive *archive, enum compression compression, struct error *error)
{
	const struct format *format = &formats[compression];

	if (format->filter && format->filter(archive) != ARCHIVE_OK)
		return fail(error, "%s: %s", compression_name(compression),
			archive_error_string(archive));
	return 0;
}

struct encoder *encoder_open(
	enum compression compression, struct part_writer *out, struct error *error)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);

	if (!encoder) {
		fail(error, "%s: out of memory", compression_name(compression));
		return NULL;
	}
	encoder->format = &formats[compression];
	encoder->out = out;
	if (encoder->format->open && encoder->format->open(encoder, error)) {
		encoder_free(encoder);
		return NULL;
	}
	return encoder;
}

int encoder_write(struct encoder *encoder, const void *bytes, size_t size, struct error *error)
{
	return encoder->format->write(encoder, bytes, size, error);
}

int encoder_finish(struct encoder *encoder, struct error *error)
{
	return encoder->format->finish ? encoder->format->finish(encoder, error) : 0;
}

void encoder_free(struct encoder *encoder)
{
	if (!encoder)
		return;
	lzma_end(&encoder->lzma);
	free(encoder->block);
	free(encoder->packed);
	free(encoder);
}
