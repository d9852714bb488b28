#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/initrd.h"
#include "payload/part.h"

#include <cmocka.h> /* last: it takes the name fail */

#define BLOB 9000000 /* more than a block of lz4 (8 MiB), less than a test may take */

static char *folder, *init;

static int set_up(void **state)
{
	(void)state;
	folder = copy_text("/tmp/dkboot-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	init = format_text("%s/init", folder);
	return file_write(init, "#!init\n", 7, NULL);
}

static int tear_down(void **state)
{
	int result = folder_remove(folder, NULL);

	(void)state;
	free(init);
	free(folder);
	return result;
}

static struct part *make(struct archive_spec *archives, size_t count)
{
	struct initrd_spec spec = {
		.kind = INITRD_ARCHIVE, .seed = 7, .archives = archives, .archive_count = count};
	struct error error = {""};
	struct part *part = initrd_archives(&spec, init, &error);

	if (!part)
		fail_msg("%s", error.text);
	return part;
}

static char *bytes_of(const struct part *part)
{
	char *bytes = mmap(NULL, part->size, PROT_READ, MAP_PRIVATE, part->fd, 0);

	assert_true(bytes != MAP_FAILED);
	return bytes;
}

/* Compares the entry with the one expected at @index of a main archive with a blob. */
static void check_entry(struct archive *archive, struct archive_entry *entry, unsigned index,
	const struct part *part)
{
	static const struct {
		const char *path;
		unsigned mode;
	} expected[] = {{"dev", AE_IFDIR | 0755}, {"dev/console", AE_IFCHR | 0600},
		{"init", AE_IFREG | 0755}, {"dkboot", AE_IFDIR | 0755},
		{"dkboot/blob", AE_IFREG | 0644}};
	autofree char *data = malloc(BLOB);

	assert_true(index < 5);
	assert_string_equal(archive_entry_pathname(entry), expected[index].path);
	assert_int_equal(archive_entry_mode(entry), expected[index].mode);
	assert_int_equal(archive_entry_mtime(entry), 0);
	assert_int_equal(archive_entry_uid(entry), 0);
	if (index == 1)
		assert_int_equal(archive_entry_rdev(entry), makedev(5, 1));
	if (index == 2) {
		assert_int_equal(archive_read_data(archive, data, BLOB), 7);
		assert_memory_equal(data, "#!init\n", 7);
	}
	if (index == 4) {
		assert_int_equal(archive_entry_size(entry), part->blob_size);
		assert_int_equal(archive_read_data(archive, data, BLOB), part->blob_size);
		assert_int_equal(crc32_bytes(data, part->blob_size), part->blob_crc32);
	}
}

static void check_content(const struct part *part)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char *bytes = bytes_of(part);
	unsigned index = 0;

	archive_read_support_filter_all(archive);
	archive_read_support_format_cpio(archive);
	assert_int_equal(archive_read_open_memory(archive, bytes, part->size), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		check_entry(archive, entry, index++, part);
	assert_int_equal(index, 5);
	archive_read_free(archive);
	munmap(bytes, part->size);
}

/* What the kernel looks for (lib/decompress.c) and, for xz, the check in the stream flags: 1 =
 * CRC-32. */
static const struct {
	const char *magic;
	size_t size;
} magics[COMPRESSIONS] = {
	[COMPRESS_NONE] = {"070701", 6},
	[COMPRESS_GZIP] = {"\x1f\x8b\x08\x00\x00\x00\x00\x00", 8},
	[COMPRESS_BZIP2] = {"BZh", 3},
	[COMPRESS_LZMA] = {"\x5d\x00\x00", 3},
	[COMPRESS_XZ] = {"\xfd"
			 "7zXZ\x00\x00\x01",
		8},
	[COMPRESS_LZO] = {"\x89LZO\x00\r\n\x1a\n", 9},
	[COMPRESS_LZ4] = {"\x02\x21\x4c\x18", 4},
	[COMPRESS_ZSTD] = {"\x28\xb5\x2f\xfd", 4},
};

static void check_compression(enum compression compression, uint64_t blob)
{
	struct archive_spec spec = {.compression = compression, .blob = blob};
	struct part *part = make(&spec, 1), *again = make(&spec, 1);
	char *bytes = bytes_of(part);

	assert_memory_equal(bytes, magics[compression].magic, magics[compression].size);
	assert_string_equal(part->sha256.hex, again->sha256.hex);
	assert_int_equal(part->crc32, crc32_bytes(bytes, part->size));
	assert_string_equal(part->sha256.hex, sha256_bytes(bytes, part->size).hex);
	munmap(bytes, part->size);
	check_content(part);
	part_free(part);
	part_free(again);
}

static void every_compression_holds_the_same(void **state)
{
	(void)state;
	for (int at = 0; at < COMPRESSIONS; at++)
		check_compression((enum compression)at, 1000);
}

static void lz4_takes_more_than_a_block(void **state)
{
	(void)state;
	check_compression(COMPRESS_LZ4, BLOB);
}

/* The header's time of day would make it differ from second to second. */
static void lzo_header_has_no_time(void **state)
{
	struct archive_spec spec = {.compression = COMPRESS_LZO};
	struct part *part = make(&spec, 1);
	char *bytes = bytes_of(part);

	(void)state;
	assert_memory_equal(bytes + 25, "\0\0\0\0\0\0\0\0", 8);
	munmap(bytes, part->size);
	part_free(part);
}

static void parts_stand_at_multiples_of_four(void **state)
{
	struct archive_spec specs[] = {{.early = true, .blob = 5}, {.compression = COMPRESS_GZIP},
		{.compression = COMPRESS_NONE, .zero_pad = 513}, {.compression = COMPRESS_XZ}};
	struct part *part = make(specs, 4);
	char *bytes = bytes_of(part), *gzip, *none, *xz;

	(void)state;
	assert_memory_equal(bytes, "070701", 6);
	assert_non_null(gzip = memmem(bytes, part->size, "\x1f\x8b\x08", 3));
	assert_int_equal((gzip - bytes) % 4, 0);
	none = memmem(gzip, part->size - (size_t)(gzip - bytes), "070701", 6);
	assert_non_null(none);
	assert_int_equal((none - bytes) % 4, 0);
	xz = memmem(none, part->size - (size_t)(none - bytes),
		"\xfd"
		"7zXZ",
		5);
	assert_non_null(xz);
	assert_int_equal((xz - bytes) % 4, 0);
	for (int at = 1; at <= 513; at++)
		assert_int_equal(xz[-at], 0);
	assert_int_equal(part->early_size, 5);
	assert_int_equal(part->blob_size, 0);
	munmap(bytes, part->size);
	part_free(part);
}

/* The kernel fails with "Decoding failed" if a block seems to follow. */
static void lz4_is_ended_by_a_zero_word(void **state)
{
	struct archive_spec specs[] = {
		{.compression = COMPRESS_LZ4}, {.compression = COMPRESS_GZIP}};
	struct part *part = make(specs, 2);
	char *bytes = bytes_of(part);
	uint32_t block, behind;

	(void)state;
	memcpy(&block, bytes + 4, 4);
	memcpy(&behind, bytes + 8 + block, 4);
	assert_int_equal(behind, 0);
	assert_non_null(memmem(bytes + 12 + block, 6, "\x1f\x8b\x08", 3));
	munmap(bytes, part->size);
	part_free(part);
}

static void later_blob_counts(void **state)
{
	struct archive_spec two[] = {{.blob = 100}, {.blob = 200}}, early = {.early = true};
	struct part *part = make(two, 2), *other = make(&early, 1);

	(void)state;
	assert_int_equal(part->blob_size, 200);
	assert_int_equal(other->early_size, 4096);
	part_free(part);
	part_free(other);
}

static void random_is_sized_and_sealed(void **state)
{
	struct initrd_spec spec = {.kind = INITRD_RANDOM, .size = 700001, .seed = 3};
	struct part *part = initrd_random(&spec, NULL);

	(void)state;
	assert_non_null(part);
	assert_int_equal(lseek(part->fd, 0, SEEK_END), 700001);
	assert_string_equal(part->origin, "random size=700001 seed=3");
	assert_int_equal(write(part->fd, "x", 1), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(part->fd, 1), -1);
	assert_int_equal(ftruncate(part->fd, 800000), -1);
	assert_int_equal(fcntl(part->fd, F_ADD_SEALS, 0), -1);
	assert_true(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, part->fd, 0) == MAP_FAILED);
	part_free(part);
}

static void missing_init_is_named(void **state)
{
	struct archive_spec archive = {.compression = COMPRESS_GZIP};
	struct initrd_spec spec = {
		.kind = INITRD_ARCHIVE, .archives = &archive, .archive_count = 1};
	struct error error = {""};

	(void)state;
	assert_null(initrd_archives(&spec, "/nowhere/init", &error));
	assert_non_null(strstr(error.text, "initrd: archive 1: /nowhere/init"));
}

static void missing_lzop_is_named(void **state)
{
	struct archive_spec archive = {.compression = COMPRESS_LZO};
	struct initrd_spec spec = {
		.kind = INITRD_ARCHIVE, .archives = &archive, .archive_count = 1};
	struct error error = {""};
	autofree char *path = copy_text(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nowhere", 1);
	assert_null(initrd_archives(&spec, init, &error));
	setenv("PATH", path, 1);
	assert_non_null(strstr(error.text, "lzop"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_compression_holds_the_same),
		cmocka_unit_test(lz4_takes_more_than_a_block),
		cmocka_unit_test(lzo_header_has_no_time),
		cmocka_unit_test(parts_stand_at_multiples_of_four),
		cmocka_unit_test(lz4_is_ended_by_a_zero_word),
		cmocka_unit_test(later_blob_counts),
		cmocka_unit_test(random_is_sized_and_sealed),
		cmocka_unit_test(missing_init_is_named),
		cmocka_unit_test(missing_lzop_is_named),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
