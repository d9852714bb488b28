/* Volumes, byte by byte: what the format's page promises, and the faults that are asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "payload/part.h"
#include "payload/volume.h"

#include <cmocka.h> /* last: it takes the name fail */

#define SECTOR 512

static struct part *part_of(const char *name, uint64_t seed, uint64_t size)
{
	struct error error;
	struct part_writer *writer = part_begin(name, &error);

	assert_int_equal(part_random(writer, seed, size, &error), 0);
	return part_seal(writer, "", name, &error);
}

static int prepare(void **state)
{
	static struct payload payload;

	payload.kernel = part_of("kernel", 1, 5000);
	payload.initrd = part_of("initrd", 2, 2 * SECTOR);
	payload.cmdline = (char *)"a b";
	*state = &payload;
	return 0;
}

static int clean(void **state)
{
	struct payload *payload = *state;

	part_free(payload->kernel);
	part_free(payload->initrd);
	return 0;
}

static unsigned char *bytes_of(const struct payload *payload, enum volume_fault fault, size_t *size)
{
	struct error error = {.text = ""};
	struct part *part = volume_image(payload, NULL, fault, &error);
	unsigned char *bytes;

	if (!part)
		fail_msg("%s", error.text);
	*size = part->size;
	bytes = malloc(*size);
	assert_int_equal(pread(part->fd, bytes, *size, 0), (ssize_t)*size);
	part_free(part);
	return bytes;
}

static unsigned number(const unsigned char *at, int bytes)
{
	unsigned value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* A part of the table lies where it says, with its sum. */
static void check_part(const unsigned char *volume, unsigned index, const unsigned wanted[3])
{
	const unsigned char *entry = volume + 0x20 + 16 * index;
	const unsigned char *at = volume + (size_t)SECTOR * number(entry + 4, 4);

	for (int i = 0; i < 3; i++)
		assert_int_equal(number(entry + 4 * i, 4), wanted[i]);
	assert_int_equal(number(entry + 12, 4), crc32_z(0, at, wanted[2]));
}

static void is_laid_out_as_documented(void **state)
{
	static const unsigned parts[][3] = {{1, 1, 5000}, {2, 11, 1024}, {3, 13, 3}};
	size_t size;
	unsigned char *volume = bytes_of(*state, VOLUME_SOUND, &size);
	unsigned sum = number(volume + 0x0c, 4);

	assert_memory_equal(volume,
		"\xe9\xfd\x00"
		"DKVOL",
		8);
	assert_int_equal(number(volume + 0x08, 2), 1);
	assert_int_equal(number(volume + 0x0a, 2), 3);
	assert_int_equal(number(volume + 0x10, 4), 14);
	assert_int_equal(size, 14 * SECTOR);
	for (unsigned i = 0; i < 3; i++)
		check_part(volume, i, parts[i]);
	memset(volume + 0x0c, 0, 4);
	assert_int_equal(sum, crc32_z(0, volume, SECTOR));
	free(volume);
}

/* Bytes in which a volume differs from the sound one, as far as both go. */
static size_t differences(
	const unsigned char *a, const unsigned char *b, size_t size, size_t *where)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i] && !count++)
			*where = i;
	return count;
}

static void has_the_fault_that_is_asked_for(void **state)
{
	static const struct {
		enum volume_fault fault;
		size_t count, first, last; /* differing bytes; sectors of the first */
	} rows[] = {{VOLUME_HEADER, 1, 0, 0}, {VOLUME_KERNEL, 1, 1, 10}, {VOLUME_INITRD, 1, 11, 12},
		{VOLUME_CMDLINE, 1, 13, 13}, {VOLUME_FOREIGN, 8, 0, 0}, {VOLUME_VERSION, 5, 0, 0}};
	size_t size, other_size, where = 0;
	unsigned char *sound = bytes_of(*state, VOLUME_SOUND, &size);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char *other = bytes_of(*state, rows[i].fault, &other_size);

		assert_int_equal(other_size, size);
		assert_in_range(differences(sound, other, size, &where), 1, rows[i].count);
		assert_in_range(where / SECTOR, rows[i].first, rows[i].last);
		free(other);
	}
	free(bytes_of(*state, VOLUME_TRUNCATED, &other_size));
	assert_int_equal(other_size, size - SECTOR);
	free(sound);
}

static void says_what_it_cannot_do(void **state)
{
	struct payload bare = *(struct payload *)*state;
	struct error error = {.text = ""};

	bare.initrd = NULL;
	assert_null(volume_image(&bare, NULL, VOLUME_INITRD, &error));
	assert_string_equal(error.text, "there is nothing to damage: no initrd");
}

/* The loader is the first part, and the sector's own bytes stay; a disk has two cylinders. */
static void boots_by_itself(void **state)
{
	static const unsigned loader[3] = {4, 1, 2000}, kernel[3] = {1, 5, 5000};
	struct volume_start start = {0};
	struct error error = {.text = ""};
	unsigned char bytes[16 * SECTOR];
	struct part *part;

	buffer_fill(&start.sector, 0x5a, SECTOR);
	buffer_fill(&start.loader, 0xa5, 2000);
	part = volume_image(*state, &start, VOLUME_SOUND, &error);
	assert_non_null(part);
	assert_int_equal(part->size, 1 << 20);
	assert_int_equal(pread(part->fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	check_part(bytes, 0, loader);
	check_part(bytes, 1, kernel);
	assert_memory_equal(bytes + 0x60, start.sector.data + 0x60, SECTOR - 0x60);
	assert_int_equal(number(bytes + 0x10, 4), 18);
	part_free(part);
	volume_start_free(&start);
}

static void names_its_payload(void **state)
{
	struct payload other = *(struct payload *)*state;
	size_t size;
	unsigned char *one = bytes_of(*state, VOLUME_SOUND, &size), *again, *two;

	other.cmdline = (char *)"a c";
	again = bytes_of(*state, VOLUME_SOUND, &size);
	two = bytes_of(&other, VOLUME_SOUND, &size);
	assert_memory_equal(one + 0x18, again + 0x18, VOLUME_ID);
	assert_memory_not_equal(one + 0x18, two + 0x18, VOLUME_ID);
	free(one);
	free(again);
	free(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_laid_out_as_documented),
		cmocka_unit_test(has_the_fault_that_is_asked_for),
		cmocka_unit_test(says_what_it_cannot_do),
		cmocka_unit_test(boots_by_itself),
		cmocka_unit_test(names_its_payload),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
