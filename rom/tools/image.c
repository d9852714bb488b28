#include <stdbool.h>
#include <string.h>

#include "source/sector.h"
#include "tools/image.h"

_Static_assert(IMAGE_SIZE <= SECTOR_LOADER_MAX, "a boot sector has no room for the image");

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
	PCIR_VENDOR = 4,
	PCIR_DEVICE = 6,
	PCIR_LENGTH = 0x0a,
	PCIR_REVISION = 0x0c,
	PCIR_SIZE = 0x10,
	PCIR_TYPE = 0x14,
	PCIR_INDICATOR = 0x15,
	PCIR_BYTES = 24,
	PCIR_LAST = 0x80,
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

/* The PCI data structure's offset, or 0. */
static size_t find_pcir(const uint8_t *image)
{
	const size_t at = word(image, AT_PCI);

	if (at < AT_PNP + 2 || at % 4 || at + PCIR_BYTES > IMAGE_SIZE ||
		memcmp(image + at, "PCIR", 4))
		return 0;
	return at;
}

static void set_word(uint8_t *image, size_t at, unsigned int value)
{
	image[at] = (uint8_t)value;
	image[at + 1] = (uint8_t)(value >> 8);
}

static void set_long(uint8_t *image, size_t at, uint32_t value)
{
	set_word(image, at, value & 0xffff);
	set_word(image, at + 2, value >> 16);
}

/* What the bytes add up to with the size byte that init makes. */
static uint8_t sum_of_all(const uint8_t *image)
{
	return (uint8_t)(sum(image, IMAGE_SIZE) - image[AT_SIZE] + IMAGE_BLOCKS);
}

static void set_sums(uint8_t *image)
{
	image[IMAGE_HEADSUM] = image[IMAGE_SIZE - 1] = 0;
	image[IMAGE_HEADSUM] = (uint8_t)-sum(image, IMAGE_BLOCK);
	image[IMAGE_SIZE - 1] = (uint8_t)-sum_of_all(image);
}

const char *image_finish(uint8_t *image, size_t used)
{
	size_t pnp, pcir;

	if (used > IMAGE_TAIL)
		return "code does not fit the fixed size with its mark and checksum";
	pnp = find_pnp(image);
	if (!pnp)
		return "no $PnP structure where the word at 0x1a says";
	pcir = find_pcir(image);
	if (!pcir)
		return "no PCIR structure where the word at 0x18 says";
	image[AT_SIZE] = 1;
	set_long(image, IMAGE_TAIL, IMAGE_MARK);
	set_word(image, pcir + PCIR_SIZE, IMAGE_BLOCKS);
	image[pnp + PNP_CHECKSUM] = 0;
	image[pnp + PNP_CHECKSUM] = (uint8_t)-sum(image + pnp, PNP_BYTES);
	set_sums(image);
	return NULL;
}

const char *image_set_device(uint8_t *image, uint16_t vendor, uint16_t device)
{
	const char *wrong = image_lint(image, IMAGE_SIZE);
	const size_t pcir = wrong ? 0 : find_pcir(image);

	if (wrong)
		return wrong;
	set_word(image, pcir + PCIR_VENDOR, vendor);
	set_word(image, pcir + PCIR_DEVICE, device);
	image[AT_SIZE] = IMAGE_BLOCKS;
	set_sums(image);
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

static const char *lint_pcir(const uint8_t *image)
{
	const size_t at = find_pcir(image);
	const uint8_t *pcir = image + at;

	if (!at)
		return "no PCIR structure on a 4-byte boundary where the word at 0x18 says";
	if (word(pcir, PCIR_LENGTH) != PCIR_BYTES || pcir[PCIR_REVISION] != 3)
		return "PCIR structure is not of 24 bytes and revision 3";
	if (word(pcir, PCIR_SIZE) != IMAGE_BLOCKS)
		return "PCIR structure does not have the file's size";
	if (pcir[PCIR_TYPE] || pcir[PCIR_INDICATOR] != PCIR_LAST)
		return "PCIR structure is not that of the last image, for a PC";
	return NULL;
}

const char *image_lint(const uint8_t *image, size_t size)
{
	const char *wrong;

	if (size != IMAGE_SIZE)
		return "file is not of the fixed size";
	if (word(image, 0) != 0xaa55)
		return "55 AA is not at offset 0";
	if (image[AT_SIZE] != 1 && image[AT_SIZE] != IMAGE_BLOCKS)
		return "size byte is neither one block nor the file's size";
	if (sum(image, image[AT_SIZE] * IMAGE_BLOCK))
		return "bytes that the size byte covers do not add up to 0";
	if (sum_of_all(image))
		return "bytes do not add up to 0 once init has run";
	if (memcmp(image + IMAGE_TAIL, "dEND", 4))
		return "no mark at the end";
	wrong = lint_pcir(image);
	return wrong ? wrong : lint_pnp(image);
}
