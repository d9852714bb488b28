/* Kernels of the other protocols, as files: what they say, what is packed in them, what is broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "payload/executable.h"
#include "payload/part.h"
#include "payload/unpack.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

#define FILE_SIZE 20000

static void put(uint8_t *file, size_t at, uint32_t value)
{
	memcpy(file + at, &value, sizeof(value));
}

static void put_list(uint8_t *file, size_t at, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(file, at + 4 * i, list[i]);
}

/* An ELF of 32 bits with a segment of 3000 bytes and zeros behind it, and a note behind that. */
static void make_elf(uint8_t *file)
{
	static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
	const uint32_t load[] = {1, 0x1000, 0xc0200000, 0x200000, 3000, 5000, 7, 16};
	const uint32_t note[] = {4, 0x3000, 0, 0, 20, 20, 4, 4};

	memcpy(file, ident, sizeof(ident));
	put(file, 24, 0x200080);
	put(file, 28, 52);
	put(file, 42, 32 | 2 << 16);
	put_list(file, 52, load, 8);
	put_list(file, 84, note, 8);
	put_list(file, 0x3000, (const uint32_t[]){4, 4, 18, 0x006e6558, 0x200100}, 5);
}

static void test_elf(void **state)
{
	static uint8_t file[FILE_SIZE];
	struct executable out;
	struct error error;
	uint64_t start, end;

	(void)state;
	make_elf(file);
	assert_int_equal(executable_protocol(file, sizeof(file)), BOOT_PVH);
	assert_int_equal(executable_read(file, sizeof(file), BOOT_PVH, &out, &error), 0);
	assert_int_equal(out.entry, 0x200100);
	put_list(file, 0x1000, (const uint32_t[]){0x1badb002, 3, -(0x1badb002u + 3)}, 3);
	assert_int_equal(executable_protocol(file, sizeof(file)), BOOT_MULTIBOOT);
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT, &out, &error), 0);
	assert_int_equal(out.entry, 0x200080);
	assert_int_equal(out.segment_count, 1);
	executable_span(&out, &start, &end);
	assert_int_equal(start, 0x200000);
	assert_int_equal(end, 0x200000 + 5000);
	put(file, 0x202, 0x53726448);
	assert_int_equal(executable_protocol(file, sizeof(file)), BOOT_LINUX);
}

static void test_addresses(void **state)
{
	static uint8_t file[FILE_SIZE];
	const uint32_t header[] = {
		0x1badb002, 0x10000, -(0x1badb002u + 0x10000), 0x300010, 0x300000, 0, 0, 0x300040};
	struct executable out;
	struct error error;

	(void)state;
	put_list(file, 0x110, header, 8);
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT, &out, &error), 0);
	assert_int_equal(out.entry, 0x300040);
	assert_int_equal(out.segment[0].offset, 0x100);
	assert_int_equal(out.segment[0].address, 0x300000);
	assert_int_equal(out.segment[0].size, FILE_SIZE - 0x100);
	assert_int_equal(out.segment[0].memory, FILE_SIZE - 0x100);
	put(file, 0x110 + 24, 0x10000); /* its zeros end before it begins */
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT, &out, &error), -1);
	put(file, 0x110 + 24, 0);
	put(file, 0x110 + 16, 0x300011); /* begins behind its own header */
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT, &out, &error), -1);
}

static void test_tags(void **state)
{
	static uint8_t file[FILE_SIZE];
	const uint32_t header[] = {0xe85250d6, 0, 56, -(0xe85250d6u + 56), 3, 12, 0x200090, 0, 10,
		24, 0x400000, 0xffffffff, 0x1000, 2, 0, 8};
	struct executable out;
	struct error error;

	(void)state;
	make_elf(file);
	put_list(file, 0x1800, header, 14);
	put_list(file, 0x1800 + 56, (const uint32_t[]){0, 8}, 2);
	put(file, 0x1808, 64);
	put(file, 0x180c, -(0xe85250d6u + 64));
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT2, &out, &error), 0);
	assert_int_equal(out.entry, 0x200090);
	assert_true(out.relocatable && !out.low);
	assert_int_equal(out.min, 0x400000);
	assert_int_equal(out.max, 0xffffffff);
	assert_int_equal(out.align, 0x1000);
	put(file, 0x180c, 1);
	assert_int_equal(executable_read(file, sizeof(file), BOOT_MULTIBOOT2, &out, &error), -1);
}

static struct part *part_of(const void *bytes, size_t size)
{
	struct error error;
	struct part_writer *writer = part_begin("test", &error);

	assert_non_null(writer);
	assert_int_equal(part_write(writer, bytes, size, &error), 0);
	return part_seal(writer, "", "test", &error);
}

/* Deflated as gzip does. */
static size_t pack(const uint8_t *bytes, size_t size, uint8_t *out, size_t room)
{
	z_stream stream = {.next_in = (uint8_t *)bytes,
		.avail_in = (uInt)size,
		.next_out = out,
		.avail_out = (uInt)room};

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return room - stream.avail_out;
}

static void check_unpacked(const struct part *packed, const uint8_t *bytes, size_t size)
{
	struct error error = {""};
	struct part *part = part_unpack(packed, &error);

	if (!part)
		fail_msg("%s", error.text);
	assert_int_equal(part->size, size);
	assert_int_equal(part->crc32, crc32_bytes(bytes, size));
	part_free(part);
}

static void test_unpack(void **state)
{
	static uint8_t bytes[FILE_SIZE], packed[2 * FILE_SIZE];
	uint8_t *payload = packed + 0xa00 + 0x100;
	struct error error;
	struct part *part;
	size_t size;

	(void)state;
	make_elf(bytes);
	size = pack(bytes, sizeof(bytes), packed, sizeof(packed));
	part = part_of(packed, size);
	check_unpacked(part, bytes, sizeof(bytes));
	part_free(part);
	memset(packed, 0, sizeof(packed));
	size = pack(bytes, sizeof(bytes), payload, FILE_SIZE);
	put(packed, 0x1f1, 4);
	put(packed, 0x1fe, 0xaa55);
	put(packed, 0x202, 0x53726448);
	put(packed, 0x206, 0x20f);
	put(packed, 0x248, 0x100);
	put(packed, 0x24c, (uint32_t)size + 4);
	part = part_of(packed, sizeof(packed));
	check_unpacked(part, bytes, sizeof(bytes));
	part_free(part);
	part = part_of("", 0);
	assert_null(part_unpack(part, &error));
	part_free(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elf),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_unpack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
