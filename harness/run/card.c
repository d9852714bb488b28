#include "run/card.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "engine/machine.h"

#define AT_BLOCKS 2
#define AT_PCIR	  0x18
#define AT_LENGTH 0x10 /* in the PCI data structure: blocks of the image */
#define BLOCK	  512u
#define PCIR_SIZE 24u

static unsigned word_at(const struct buffer *rom, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)rom->data + at;

	return bytes[0] | (unsigned)bytes[1] << 8;
}

static void put_word(struct buffer *rom, size_t at, unsigned value)
{
	rom->data[at] = (char)value;
	rom->data[at + 1] = (char)(value >> 8);
}

/* Offset of the PCI data structure, 0 when there is none. */
static size_t find_pcir(const struct buffer *rom)
{
	size_t at = rom->size < BLOCK ? 0 : word_at(rom, AT_PCIR);

	return at && at + PCIR_SIZE <= rom->size && memcmp(rom->data + at, "PCIR", 4) == 0 ? at : 0;
}

/* A firmware copies of a card what the size byte says: all of it. The last byte makes the sum of
 * all of them 0. */
static bool set_size(struct buffer *rom, unsigned blocks)
{
	size_t size = blocks * (size_t)BLOCK;
	unsigned sum = 0;

	if (!size || size > rom->size || blocks > UINT8_MAX)
		return false;
	rom->data[AT_BLOCKS] = (char)blocks;
	for (size_t i = 0; i < size - 1; i++)
		sum += (unsigned char)rom->data[i];
	rom->data[size - 1] = (char)-sum;
	return true;
}

int card_write(const char *rom, const char *card, struct error *error)
{
	autobuffer struct buffer image = {0};
	size_t pcir;

	if (file_exists(card))
		return 0;
	if (file_read(rom, &image, error) < 0)
		return -1;
	pcir = find_pcir(&image);
	if (!pcir)
		return 0;
	put_word(&image, pcir + 4, CARD_VENDOR);
	put_word(&image, pcir + 6, CARD_DEVICE);
	return set_size(&image, word_at(&image, pcir + AT_LENGTH))
		       ? file_write(card, image.data, image.size, error)
		       : 0;
}
