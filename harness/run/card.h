/* An option ROM made fit for the PCI card that carries it where nobody else delivers one. */
#ifndef DKBOOT_RUN_CARD_H
#define DKBOOT_RUN_CARD_H

#include "base/error.h"

/**
 * Writes a copy of a ROM with the card's ids in its PCI data structure (PCI Firmware Specification
 * 3.3, section 5.1.2) and its sum right again. A ROM without such a structure is for no card:
 * nothing is written then.
 * @param rom, card  paths; what is at @card already stays
 * @return 0, or -1 with the reason
 */
int card_write(const char *rom, const char *card, struct error *error);

#endif
