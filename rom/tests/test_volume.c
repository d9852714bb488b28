/* The first sector of a volume: what is accepted, and what is said of what is not. */
#include "tests/testing.h"

#include "source/volume.h"

#define SECTORS 100u

static struct crc32 crc;
static struct volume_header sound;

static void put_sum(struct volume_header *header)
{
	header->crc32 = 0;
	header->crc32 = crc32_more(&crc, 0, header, sizeof(*header));
}

static int prepare(void **state)
{
	static const uint8_t magic[8] = {0xe9, 0xfd, 0x00, 'D', 'K', 'V', 'O', 'L'};

	(void)state;
	crc32_init(&crc);
	memcpy(sound.magic, magic, sizeof(magic));
	sound.version = 1;
	sound.parts = 3;
	sound.sectors = SECTORS;
	sound.part[0] = (struct volume_part){ITEM_KERNEL, 1, 20 * 512 - 1, 0x11};
	sound.part[1] = (struct volume_part){ITEM_INITRD, 21, 78 * 512, 0x22};
	sound.part[2] = (struct volume_part){ITEM_CMDLINE, 99, 5, 0x33};
	put_sum(&sound);
	return 0;
}

/* A field of 4 bytes (the offset) gets a value, and the sum is right again. */
static const struct row {
	const char *name;
	uint32_t offset, value;
	uint32_t code; /* REFUSAL_COUNT: accepted */
	uint32_t number[3];
} rows[] = {
	{"sound", 0x10, SECTORS, REFUSAL_COUNT, {0}},
	{"version 2", 0x08, 0x30002, REFUSE_VOLUME_VERSION, {2, 1}},
	{"version 0", 0x08, 0x30000, REFUSE_VOLUME_VERSION, {0, 1}},
	{"as large as the disk", 0x10, SECTORS + 4, REFUSAL_COUNT, {0}},
	{"a sector short", 0x10, SECTORS + 5, REFUSE_VOLUME_SHORT, {SECTORS + 4, SECTORS + 5}},
	{"reserved", 0x14, 1, REFUSAL_COUNT, {0}},
	{"no kernel", 0x20, 2, REFUSE_VOLUME_PART, {1, 2, 21}},
	{"kind 0", 0x20, 0, REFUSE_VOLUME_PART, {0, 0, 1}},
	{"a loader", 0x40, 4, REFUSAL_COUNT, {0}},
	{"kind 5", 0x40, 5, REFUSE_VOLUME_PART, {2, 5, 99}},
	{"kind 5 and more", 0x40, 0x80000001, REFUSE_VOLUME_PART, {2, 0x80000001, 99}},
	{"two kernels", 0x30, 1, REFUSE_VOLUME_PART, {1, 1, 21}},
	{"over the header", 0x24, 0, REFUSE_VOLUME_PART, {0, 1, 0}},
	{"behind the end", 0x44, 100, REFUSE_VOLUME_PART, {2, 3, 100}},
	{"far behind the end", 0x44, 0xffffffff, REFUSE_VOLUME_PART, {2, 3, 0xffffffff}},
	{"a byte too long", 0x38, 79 * 512 + 1, REFUSE_VOLUME_PART, {1, 2, 21}},
	{"to the end", 0x38, 79 * 512, REFUSAL_COUNT, {0}},
	{"4 GiB", 0x38, 0xffffffff, REFUSE_VOLUME_PART, {1, 2, 21}},
	{"empty kernel", 0x28, 0, REFUSE_VOLUME_PART, {3, 1, 0}},
	{"empty initrd", 0x38, 0, REFUSAL_COUNT, {0}},
	{"14 parts", 0x08, 14 << 16 | 1, REFUSE_VOLUME_PART, {3, 0, 0}},
	{"no part", 0x08, 1, REFUSE_VOLUME_PART, {0, 1, 0}},
};

static void judges_a_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct volume_header header = sound;
		struct volume_parts parts;
		struct refusal why = {.code = REFUSAL_COUNT};

		memcpy((uint8_t *)&header + row->offset, &row->value, 4);
		put_sum(&header);
		assert_true(volume_known(&header));
		check_row(row->name, volume_judge(&header, SECTORS + 4, &crc, &parts, &why) < 0,
			row->code != REFUSAL_COUNT);
		check_row(row->name, why.code, row->code);
		for (size_t n = 0; row->code != REFUSAL_COUNT && n < COUNT(row->number); n++)
			check_row(row->name, why.number[n], row->number[n]);
	}
}

static void says_what_is_there(void **state)
{
	struct volume_parts parts;
	struct refusal why;

	(void)state;
	memset(&parts, 0xff, sizeof(parts));
	assert_int_equal(volume_judge(&sound, SECTORS, &crc, &parts, &why), 0);
	assert_memory_equal(&parts.part[ITEM_KERNEL], &sound.part[0], sizeof(sound.part[0]));
	assert_memory_equal(&parts.part[ITEM_INITRD], &sound.part[1], sizeof(sound.part[0]));
	assert_memory_equal(&parts.part[ITEM_CMDLINE], &sound.part[2], sizeof(sound.part[0]));
	assert_int_equal(parts.part[VOLUME_KIND_LOADER].bytes, 0);
}

/* Whichever bit is flipped: nothing is accepted, and behind the magic it is the header's damage. */
static void sees_every_flipped_bit(void **state)
{
	(void)state;
	for (uint32_t bit = 0; bit < 8 * sizeof(sound); bit++) {
		struct volume_header header = sound;
		struct volume_parts parts;
		struct refusal why = {.code = REFUSAL_COUNT};

		((uint8_t *)&header)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit / 8 < sizeof(header.magic)) {
			assert_false(volume_known(&header));
			continue;
		}
		assert_true(volume_known(&header));
		assert_int_equal(volume_judge(&header, SECTORS, &crc, &parts, &why), -1);
		assert_int_equal(why.code, REFUSE_VOLUME_HEADER);
	}
}

/* The check value of the algorithm, and sums in pieces, at every alignment. */
static void sums(void **state)
{
	static const char digits[] = "xxx123456789";

	(void)state;
	assert_int_equal(crc32_more(&crc, 0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_more(&crc, 0, "", 0), 0);
	for (uint32_t cut = 0; cut <= 9; cut++)
		assert_int_equal(crc32_more(&crc, crc32_more(&crc, 0, digits + 3, cut),
					 digits + 3 + cut, 9 - cut),
			0xcbf43926);
}

/* One that is yet to be written is waited for, whatever else is in it; what is no volume is not. */
static void waits_for_what_is_unwritten(void **state)
{
	struct volume_header header = sound;

	(void)state;
	assert_false(volume_unwritten(&header));
	header.state = VOLUME_UNWRITTEN;
	assert_true(volume_unwritten(&header));
	header.version = 2;
	assert_true(volume_unwritten(&header));
	header.state = 2;
	assert_false(volume_unwritten(&header));
	header.state = VOLUME_UNWRITTEN;
	header.magic[7] ^= 1;
	assert_false(volume_unwritten(&header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_a_header),
		cmocka_unit_test(says_what_is_there),
		cmocka_unit_test(sees_every_flipped_bit),
		cmocka_unit_test(sums),
		cmocka_unit_test(waits_for_what_is_unwritten),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
