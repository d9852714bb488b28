#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "payload/archive.h"
#include "payload/compress.h"
#include "payload/random.h"

#include <zlib.h>

#define CHUNK ((size_t)256 << 10)
#define BLOCK                                                                                      \
	(64 << 10) /* libarchive hands output over in pieces of this size, the last one shorter */

/* What libarchive calls back with. */
struct target {
	struct archive *archive;
	struct encoder *encoder;
	struct error *error;
	bool failed; /* @error is set, and by us: libarchive would lose the text */
};

static la_ssize_t receive(struct archive *archive, void *context, const void *bytes, size_t size)
{
	struct target *target = context;

	if (!encoder_write(target->encoder, bytes, size, target->error))
		return (la_ssize_t)size;
	target->failed = true;
	archive_set_error(archive, EIO, "write failed");
	return -1;
}

static int check(struct target *target, int result, const char *what)
{
	if (result == ARCHIVE_OK)
		return 0;
	if (target->failed)
		return fail_within(target->error, "%s", what);
	return fail(target->error, "%s: %s", what, archive_error_string(target->archive));
}

static int add_entry(struct target *target, const char *path, unsigned mode, uint64_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	archive_entry_set_pathname(entry, path);
	archive_entry_set_mode(entry, (mode_t)mode);
	archive_entry_set_size(entry, (la_int64_t)size);
	archive_entry_set_nlink(entry, (mode & AE_IFMT) == AE_IFDIR ? 2 : 1);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	if ((mode & AE_IFMT) == AE_IFCHR)
		archive_entry_set_rdev(entry, makedev(5, 1));
	result = archive_write_header(target->archive, entry);
	archive_entry_free(entry);
	return check(target, result, path);
}

static int add_data(struct target *target, const char *path, const void *bytes, size_t size)
{
	if (archive_write_data(target->archive, bytes, size) != (la_ssize_t)size)
		return check(target, ARCHIVE_FATAL, path);
	return 0;
}

static int add_folders(struct target *target, const char *const *paths)
{
	for (; *paths; paths++)
		if (add_entry(target, *paths, AE_IFDIR | 0755, 0))
			return -1;
	return 0;
}

static int add_random(
	struct target *target, const char *path, uint64_t seed, struct archive_file *file)
{
	autofree unsigned char *chunk = malloc(CHUNK);
	struct random_stream stream = {seed};

	if (!chunk)
		return fail(target->error, "%s: out of memory", path);
	if (add_entry(target, path, AE_IFREG | 0644, file->size))
		return -1;
	file->crc32 = 0;
	for (uint64_t left = file->size; left;) {
		size_t step = left < CHUNK ? (size_t)left : CHUNK;

		random_bytes(&stream, chunk, step);
		file->crc32 = (uint32_t)crc32_z(file->crc32, chunk, step);
		if (add_data(target, path, chunk, step))
			return -1;
		left -= step;
	}
	return 0;
}

static int fill_early(struct target *target, const struct archive_spec *spec, uint64_t seed,
	struct archive_file *file)
{
	static const char *const folders[] = {"kernel", "kernel/x86", "kernel/x86/microcode", NULL};

	file->size = spec->blob ? spec->blob : ARCHIVE_EARLY_SIZE;
	if (add_folders(target, folders))
		return -1;
	return add_random(target, ARCHIVE_EARLY_FILE, seed, file);
}

static int fill_main(struct target *target, const struct archive_spec *spec, const char *init,
	uint64_t seed, struct archive_file *file)
{
	static const char *const dev[] = {"dev", NULL}, *const dkboot[] = {"dkboot", NULL};
	autobuffer struct buffer program = {0};

	if (file_read(init, &program, target->error))
		return -1;
	if (add_folders(target, dev) || add_entry(target, "dev/console", AE_IFCHR | 0600, 0) ||
		add_entry(target, "init", AE_IFREG | 0755, program.size) ||
		add_data(target, "init", program.data, program.size))
		return -1;
	file->size = spec->blob;
	if (!spec->blob)
		return 0;
	return add_folders(target, dkboot) ? -1 : add_random(target, ARCHIVE_BLOB_FILE, seed, file);
}

static int open_archive(struct target *target, enum compression compression)
{
	if (archive_write_set_format_cpio_newc(target->archive) != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(target->archive, BLOCK) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(target->archive, 1) != ARCHIVE_OK)
		return check(target, ARCHIVE_FATAL, "cpio");
	if (compress_filter(target->archive, compression, target->error))
		return -1;
	return check(target, archive_write_open(target->archive, target, NULL, receive, NULL),
		compression_name(compression));
}

int archive_append(struct part_writer *out, const struct archive_spec *spec, const char *init,
	uint64_t seed, struct archive_file *file, struct error *error)
{
	struct target target = {.archive = archive_write_new(), .error = error};
	enum compression compression = spec->early ? COMPRESS_NONE : spec->compression;
	int result = -1;

	target.encoder = encoder_open(compression, out, error);
	if (target.encoder && !open_archive(&target, compression) &&
		!(spec->early ? fill_early(&target, spec, seed, file)
			      : fill_main(&target, spec, init, seed, file)) &&
		!check(&target, archive_write_close(target.archive), compression_name(compression)))
		result = encoder_finish(target.encoder, error);
	archive_write_free(target.archive);
	encoder_free(target.encoder);
	return result;
}
