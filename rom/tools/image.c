#include <stdbool.h>
#include <string.h>

#include "tools/image.h"

enum {
	AT_SIZE = 2,
	AT_PCI = 0x18,
	AT_PNP = 0x1a,
	PNP_LENGTH = 5,
	PNP_NEXT = 6,
	PNP_CHECKSUM = 9,
	PNP_VENDOR = 0x0e,
	PNP_PRODUCT = 0x10,
	PNP_INDICATORS = 0x15,
	PNP_BCV = 0x16,
	PNP_DISCONNECT = 0x18,
	PNP_BEV = 0x1a,
	PNP_BYTES = 32,
	INDICATOR_IPL = 4,
};

static unsigned int word(const uint8_t *image, size_t at)
{
	return image[at] | image[at + 1] << 8;
}

static uint8_t sum(const uint8_t *bytes, size_t count)
{
	uint8_t total = 0;

	while (count--)
		total += *bytes++;
	return total;
}

/* The PnP structure's offset, or 0. */
static size_t find_pnp(const uint8_t *image)
{
	const size_t at = word(image, AT_PNP);

	if (at < AT_PNP + 2 || at % 16 || at + PNP_BYTES > IMAGE_SIZE ||
		memcmp(image + at, "$PnP", 4))
		return 0;
	return at;
}

const char *image_finish(uint8_t *image, size_t used)
{
	size_t pnp;

	if (used >= IMAGE_SIZE)
		return "code does not fit the fixed size with its checksum byte";
	pnp = find_pnp(image);
	if (!pnp)
		return "no $PnP structure where the word at 0x1a says";
	image[AT_SIZE] = IMAGE_SIZE / 512;
	image[pnp + PNP_CHECKSUM] = 0;
	image[pnp + PNP_CHECKSUM] = (uint8_t)-sum(image + pnp, PNP_BYTES);
	image[IMAGE_SIZE - 1] = 0;
	image[IMAGE_SIZE - 1] = (uint8_t)-sum(image, IMAGE_SIZE);
	return NULL;
}

/* Is there a readable string at offset at? */
static bool is_name(const uint8_t *image, unsigned int at)
{
	const uint8_t *end;

	if (at < AT_PNP + 2 || at >= IMAGE_SIZE)
		return false;
	end = memchr(image + at, 0, IMAGE_SIZE - at);
	for (const uint8_t *c = image + at; end && c < end; c++)
		if (*c < 0x20 || *c > 0x7e)
			return false;
	return end && end > image + at;
}

static const char *lint_pnp(const uint8_t *image)
{
	const size_t at = find_pnp(image);
	const uint8_t *pnp = image + at;

	if (!at)
		return "no $PnP structure on a 16-byte boundary where the word at 0x1a says";
	if (pnp[PNP_LENGTH] * 16 != PNP_BYTES)
		return "$PnP structure is not 32 bytes long";
	if (sum(pnp, PNP_BYTES))
		return "bytes of the $PnP structure do not add up to 0";
	if (word(pnp, PNP_NEXT))
		return "$PnP structure names a next one";
	if (!is_name(image, word(pnp, PNP_VENDOR)) || !is_name(image, word(pnp, PNP_PRODUCT)))
		return "$PnP structure has no readable names";
	if (!(pnp[PNP_INDICATORS] & INDICATOR_IPL))
		return "$PnP structure is not that of an IPL device";
	if (word(pnp, PNP_BCV) || word(pnp, PNP_DISCONNECT))
		return "$PnP structure has a BCV or a disconnect vector";
	if (word(pnp, PNP_BEV) < PNP_BYTES || word(pnp, PNP_BEV) >= IMAGE_SIZE)
		return "$PnP structure has no BEV inside the image";
	return NULL;
}

const char *image_lint(const uint8_t *image, size_t size)
{
	if (size != IMAGE_SIZE)
		return "file is not of the fixed size";
	if (word(image, 0) != 0xaa55)
		return "55 AA is not at offset 0";
	if (image[AT_SIZE] * 512 != IMAGE_SIZE)
		return "size byte is not the file's size";
	if (sum(image, size))
		return "bytes do not add up to 0";
	if (word(image, AT_PCI))
		return "a PCI structure is named at 0x18";
	return lint_pnp(image);
}
