/* An option ROM image as bytes: finishing one, and judging one. */
#ifndef ROM_TOOLS_IMAGE_H
#define ROM_TOOLS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "size.h"

/*
 * Finish an image: size byte (the block that is summed), the mark at its end, checksum of the PnP
 * structure, size in the PCIR structure, checksums of the first block and of the whole (last byte).
 * image: IMAGE_SIZE bytes, the linked code first, zeros behind. used: bytes of code. Returns NULL,
 * or what is wrong: too large, no room for mark and checksum, no PnP or PCIR structure.
 */
const char *image_finish(uint8_t *image, size_t used);

/*
 * Put a card's ids into a finished image, and let it say its whole size: a firmware copies no more
 * of a card. Returns NULL, or what is wrong with the image.
 */
const char *image_set_device(uint8_t *image, uint16_t vendor, uint16_t device);

/*
 * Judge an image: 55 AA, fixed size, size byte, byte sum (of the first block, and of the
 * whole once init has run), the mark, the PCIR structure (place, length,
 * revision, size, code type, last), the PnP structure (its place, length, checksum, names, BEV and
 * nothing but BEV). Returns NULL, or what is wrong.
 * PCI Firmware Specification 3.3, section 5.1; Plug and Play BIOS specification 1.0A, section 3;
 * BIOS boot specification 1.01, section 3.
 */
const char *image_lint(const uint8_t *image, size_t size);

#endif
