/* rom-pci VENDOR:DEVICE IN OUT: the ROM for a PCI card, ids as hexadecimal numbers. */
#include <stdio.h>

#include "tools/image.h"

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "rom-pci: %s: %s\n", what, why);
	return 1;
}

/* One byte more than an image: a longer file is seen. */
static size_t read_file(const char *name, uint8_t *image)
{
	FILE *f = fopen(name, "rb");
	size_t size = 0;

	if (f) {
		size = fread(image, 1, IMAGE_SIZE + 1, f);
		fclose(f);
	}
	return size;
}

static int write_file(const char *name, const uint8_t *image)
{
	FILE *f = fopen(name, "wb");
	size_t size = 0;

	if (f) {
		size = fwrite(image, 1, IMAGE_SIZE, f);
		if (fclose(f))
			size = 0;
	}
	return size == IMAGE_SIZE ? 0 : fail(name, "cannot be written");
}

int main(int argc, char **argv)
{
	static uint8_t image[IMAGE_SIZE + 1];
	unsigned int vendor, device;
	const char *wrong;
	char end;

	if (argc != 4 || sscanf(argv[1], "%4x:%4x%c", &vendor, &device, &end) != 2) {
		fprintf(stderr, "usage: rom-pci VENDOR:DEVICE IN OUT\n");
		return 2;
	}
	if (read_file(argv[2], image) != IMAGE_SIZE)
		return fail(argv[2], "is no image of the fixed size");
	wrong = image_set_device(image, (uint16_t)vendor, (uint16_t)device);
	if (wrong)
		return fail(argv[2], wrong);
	return write_file(argv[3], image);
}
