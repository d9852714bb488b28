#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/part.h"
#include "payload/random.h"

#define CHUNK                                                                                      \
	((size_t)256                                                                               \
		<< 10) /* stays in the second-level cache between generator, digests and write */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

struct part_writer {
	int fd;
	uint64_t size;
	uint32_t crc32;
	EVP_MD_CTX *sha256;
	char *name;
};

struct part_writer *part_begin(const char *name, struct error *error)
{
	struct part_writer *writer = calloc(1, sizeof *writer);

	if (!writer || !(writer->sha256 = EVP_MD_CTX_new()) ||
		!EVP_DigestInit_ex(writer->sha256, EVP_sha256(), NULL)) {
		fail(error, "%s: no memory for a digest", name);
		if (writer)
			writer->fd = -1;
		part_abandon(writer);
		return NULL;
	}
	writer->name = copy_text(name);
	writer->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (writer->fd < 0) {
		fail_errno(error, "%s: cannot make a memfd", name);
		part_abandon(writer);
		return NULL;
	}
	return writer;
}

int part_write(struct part_writer *writer, const void *bytes, size_t size, struct error *error)
{
	const unsigned char *at = bytes;

	writer->size += size;
	writer->crc32 = (uint32_t)crc32_z(writer->crc32, at, size);
	EVP_DigestUpdate(writer->sha256, at, size);
	while (size) {
		ssize_t wrote = write(writer->fd, at, size);

		if (wrote < 0)
			return fail_errno(error, "%s: cannot keep it in memory", writer->name);
		at += wrote;
		size -= (size_t)wrote;
	}
	return 0;
}

/* Cuts @size into chunks and lets @fill say what is in each. */
static int write_chunks(struct part_writer *writer, uint64_t size,
	void (*fill)(void *context, void *out, size_t size), void *context, struct error *error)
{
	autofree unsigned char *chunk = calloc(1, CHUNK);

	if (!chunk)
		return fail(error, "%s: out of memory", writer->name);
	while (size) {
		size_t step = size < CHUNK ? (size_t)size : CHUNK;

		if (fill)
			fill(context, chunk, step);
		if (part_write(writer, chunk, step, error))
			return -1;
		size -= step;
	}
	return 0;
}

int part_zero(struct part_writer *writer, uint64_t size, struct error *error)
{
	return write_chunks(writer, size, NULL, NULL, error);
}

static void fill_random(void *context, void *out, size_t size)
{
	random_bytes(context, out, size);
}

int part_random(struct part_writer *writer, uint64_t seed, uint64_t size, struct error *error)
{
	struct random_stream stream = {seed};

	return write_chunks(writer, size, fill_random, &stream, error);
}

int part_copy(struct part_writer *writer, const char *path, struct error *error)
{
	autofree unsigned char *chunk = malloc(CHUNK);
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	ssize_t got;

	if (!chunk || fd < 0 || fstat(fd, &status))
		return fail_errno(error, "%s", path);
	if (!S_ISREG(status.st_mode))
		return fail(error, "%s: expected a regular file", path);
	while ((got = read(fd, chunk, CHUNK)) > 0)
		if (part_write(writer, chunk, (size_t)got, error))
			return -1;
	return got < 0 ? fail_errno(error, "%s", path) : 0;
}

uint64_t part_offset(const struct part_writer *writer)
{
	return writer->size;
}

static struct sha256 finish_sha256(struct part_writer *writer)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct sha256 out = {""};

	EVP_DigestFinal_ex(writer->sha256, digest, &size);
	for (unsigned at = 0; at < size && at < 32; at++)
		snprintf(out.hex + 2 * at, 3, "%02x", digest[at]);
	return out;
}

struct part *part_seal(
	struct part_writer *writer, const char *path, const char *origin, struct error *error)
{
	struct part *part = calloc(1, sizeof *part);

	if (!part || fcntl(writer->fd, F_ADD_SEALS, SEALS)) {
		fail_errno(error, "%s: cannot seal it", writer->name);
		free(part);
		part_abandon(writer);
		return NULL;
	}
	part->path = copy_text(path);
	part->origin = copy_text(origin);
	part->fd = writer->fd;
	part->size = writer->size;
	part->crc32 = writer->crc32;
	part->sha256 = finish_sha256(writer);
	writer->fd = -1;
	part_abandon(writer);
	return part;
}

void part_abandon(struct part_writer *writer)
{
	if (!writer)
		return;
	if (writer->fd >= 0)
		close(writer->fd);
	EVP_MD_CTX_free(writer->sha256);
	free(writer->name);
	free(writer);
}

void part_free(struct part *part)
{
	if (!part)
		return;
	if (part->fd >= 0)
		close(part->fd);
	free(part->path);
	free(part->origin);
	free(part);
}
