/* Broken setup headers of Linux (boot.rst, "The Real-Mode Kernel Header"). */
#include "payload/malformed_rows.h"

#define BIG_SETUP (80u << 10)

#define put malformed_put

static void old_version(struct malformed_image *image)
{
	put(image, 0x206, 0x100 + image->dice % 0x100, 2);
}

static void nothing_of_linux(struct malformed_image *image)
{
	put(image, 0x202, image->dice & 0x7f7f7f7f, 4);
	put(image, 0x1fe, 0, 2);
}

static void alignment(struct malformed_image *image)
{
	put(image, 0x234, 1, 1);
	put(image, 0x230, (image->dice | 1) % 0x100000 * 2 + 6 * 0x200000, 4);
}

static void init_size(struct malformed_image *image)
{
	put(image, 0x260, BEYOND_RAM + image->dice % 0x40000000, 4);
}

static void pref_address(struct malformed_image *image)
{
	put(image, 0x258, BEYOND_RAM + image->dice % 0x40000000, 4);
	put(image, 0x25c, image->dice % 16, 4);
}

static void setup_too_long(struct malformed_image *image)
{
	size_t size = image->file->size;

	if (size < BIG_SETUP)
		buffer_fill(image->file, 0, BIG_SETUP - size);
	put(image, 0x1f1, 64 + image->dice % 64, 1);
}

#define BZIMAGE "probe-linux-entries.bin", BOOT_LINUX

const struct malformed_row malformed_linux[] = {
	{BZIMAGE, old_version},
	{BZIMAGE, nothing_of_linux},
	{BZIMAGE, alignment},
	{BZIMAGE, init_size},
	{BZIMAGE, pref_address},
	{BZIMAGE, setup_too_long},
	{0},
};
