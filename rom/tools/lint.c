/* lint ROM...: is each file an option ROM as firmware wants it? */
#include <stdio.h>

#include "tools/image.h"

static int lint_file(const char *name)
{
	static uint8_t image[IMAGE_SIZE + 1];
	FILE *f = fopen(name, "rb");
	const char *wrong = "cannot be opened";

	if (f) {
		wrong = image_lint(image, fread(image, 1, sizeof(image), f));
		fclose(f);
	}
	if (wrong)
		fprintf(stderr, "lint: %s: %s\n", name, wrong);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	for (int i = 1; i < argc; i++)
		failed |= lint_file(argv[i]);
	return failed;
}
