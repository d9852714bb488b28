/* finish CODE ROM: pad linked code to the fixed size and set its size and checksum bytes. */
#include <stdio.h>

#include "tools/image.h"

static int fail(const char *file, const char *what)
{
	fprintf(stderr, "finish: %s: %s\n", file, what);
	return 1;
}

int main(int argc, char **argv)
{
	static uint8_t image[IMAGE_SIZE];
	const char *wrong;
	size_t used;
	FILE *f;

	if (argc != 3) {
		fprintf(stderr, "usage: finish CODE ROM\n");
		return 2;
	}
	f = fopen(argv[1], "rb");
	if (!f)
		return fail(argv[1], "cannot be opened");
	used = fread(image, 1, sizeof(image), f);
	fclose(f);
	wrong = image_finish(image, used);
	if (wrong)
		return fail(argv[1], wrong);
	f = fopen(argv[2], "wb");
	if (!f)
		return fail(argv[2], "cannot be opened");
	used = fwrite(image, 1, sizeof(image), f);
	if (fclose(f) || used != sizeof(image))
		return fail(argv[2], "cannot be written");
	return 0;
}
