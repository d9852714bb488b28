/* Finishing an image, and lint: every fault that it knows is planted once. */
#include "tests/testing.h"

#include <stdlib.h>

#include "tools/image.h"

#define PNP  0x20
#define PCIR 0x60

static uint8_t image[IMAGE_SIZE];

/* The least that image_finish() takes. */
static void make_image(void)
{
	memset(image, 0, sizeof(image));
	memcpy(image, "\x55\xaa\0\xcb", 4);
	image[0x1a] = PNP;
	image[0x18] = PCIR;
	memcpy(image + PCIR, "PCIR\xff\xff\xff\xff\0\0\x18\0\x03", 13);
	image[PCIR + 0x15] = 0x80;
	memcpy(image + PNP, "$PnP\x01\x02", 6);
	image[PNP + 0x0e] = 0x40;
	image[PNP + 0x10] = 0x42;
	image[PNP + 0x15] = 0x14;
	image[PNP + 0x1a] = 0x50;
	memcpy(image + 0x40, "a\0b\0", 4);
	image[0x50] = 0xcb;
}

static void test_finish(void **state)
{
	(void)state;
	make_image();
	assert_null(image_finish(image, 0x80));
	assert_null(image_lint(image, sizeof(image)));
	assert_int_equal(image[2], 1);
	make_image();
	assert_null(image_finish(image, IMAGE_TAIL));
	make_image();
	assert_non_null(image_finish(image, IMAGE_TAIL + 1));
	make_image();
	image[PNP] = 'x';
	assert_non_null(image_finish(image, 0x80));
}

/* Make byte at what value says, and the sums right again where that is not the fault. */
struct fault {
	size_t at;
	uint8_t value;
	bool fix_pnp, fix_sum;
	const char *part; /* of the complaint */
};

static const struct fault faults[] = {
	{0x000, 0x56, false, true, "55 AA"},
	{0x001, 0xab, false, true, "55 AA"},
	{0x002, 2, false, true, "size byte"},
	{0x1ff, 1, false, false, "covers"},
	{0x200, 1, false, false, "once init has run"},
	{IMAGE_TAIL, 0, false, true, "mark"},
	{0x018, 0x1c, false, true, "no PCIR"},
	{0x018, 0x61, false, true, "no PCIR"},
	{0x019, 0xff, false, true, "no PCIR"},
	{PCIR + 3, 'r', false, true, "no PCIR"},
	{PCIR + 0x0a, 0x1c, false, true, "24 bytes"},
	{PCIR + 0x0c, 0, false, true, "revision 3"},
	{PCIR + 0x10, 1, false, true, "size"},
	{PCIR + 0x14, 3, false, true, "for a PC"},
	{PCIR + 0x15, 0, false, true, "last image"},
	{0x01a, 0x21, false, true, "no $PnP"},
	{0x01b, 0xff, false, true, "no $PnP"},
	{PNP + 3, 'p', true, true, "no $PnP"},
	{PNP + 5, 3, true, true, "32 bytes"},
	{PNP + 4, 2, false, true, "bytes of the $PnP"},
	{PNP + 6, 0x60, true, true, "next"},
	{PNP + 0x0e, 0x44, true, true, "names"},
	{PNP + 0x10, 0x00, true, true, "names"},
	{0x40, 0x80, false, true, "names"},
	{PNP + 0x15, 0x10, true, true, "IPL"},
	{PNP + 0x16, 0x50, true, true, "BCV"},
	{PNP + 0x18, 0x50, true, true, "disconnect"},
	{PNP + 0x1a, 0x00, true, true, "BEV"},
	{PNP + 0x1b, 0xff, true, true, "BEV"},
};

static void balance(size_t from, size_t count, size_t check)
{
	uint8_t sum = 0;

	image[check] = 0;
	for (size_t i = from; i < from + count; i++)
		sum += image[i];
	image[check] = (uint8_t)-sum;
}

/* Both sums; the second one counts the size byte that init makes. */
static void balance_all(void)
{
	const uint8_t size = image[2];

	balance(0, IMAGE_BLOCK, IMAGE_HEADSUM);
	image[2] = IMAGE_BLOCKS;
	balance(0, IMAGE_SIZE, IMAGE_SIZE - 1);
	image[2] = size;
}

static void test_lint(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const char *got;

		make_image();
		assert_null(image_finish(image, 0x80));
		image[faults[i].at] = faults[i].value;
		if (faults[i].fix_pnp)
			balance(PNP, 32, PNP + 9);
		if (faults[i].fix_sum)
			balance_all();
		got = image_lint(image, IMAGE_SIZE);
		if (!got || !strstr(got, faults[i].part))
			fail_msg("fault %zu: %s, not %s", i, got ? got : "nothing", faults[i].part);
	}
	assert_non_null(image_lint(image, IMAGE_SIZE - 512));
}

static void test_set_device(void **state)
{
	(void)state;
	make_image();
	assert_non_null(image_set_device(image, 0x1af4, 0x1000));
	assert_null(image_finish(image, 0x80));
	assert_null(image_set_device(image, 0x1af4, 0x1000));
	assert_memory_equal(image + PCIR + 4, "\xf4\x1a\x00\x10", 4);
	assert_int_equal(image[2], IMAGE_BLOCKS);
	assert_null(image_lint(image, IMAGE_SIZE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_lint),
		cmocka_unit_test(test_set_device),
	};

	return cmocka_run_group_tests_name("rom/image", tests, NULL, NULL);
}
