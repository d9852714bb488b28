#include "source/pci.h"

#include <stdbool.h>

#include "io.h"

#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc
#define PCI_ENABLE  0x80000000u
#define PCI_ID	    0x00
#define PCI_HEADER  0x0c /* byte 2: its type */
#define PCI_BAR0    0x10
#define PCI_BUSES   0x18 /* byte 2: the highest bus behind a bridge */
#define MULTI	    0x80
#define BRIDGE	    0x01
#define NOTHING	    0xffffffffu

static uint32_t pci_read(uint32_t device, uint32_t at)
{
	outl(PCI_ADDRESS, PCI_ENABLE | device << 8 | at);
	return inl(PCI_DATA);
}

/* Take buses behind a bridge into the walk. Returns whether the slot has more functions. */
static bool look_behind(struct pci_walk *walk, uint32_t device)
{
	const uint32_t type = pci_read(device, PCI_HEADER) >> 16;

	if ((type & 0x7f) == BRIDGE) {
		const uint32_t bus = pci_read(device, PCI_BUSES) >> 16 & 0xff;

		if (walk->last < (bus << 8 | 0xff))
			walk->last = bus << 8 | 0xff;
	}
	return type & MULTI;
}

uint16_t pci_next(struct pci_walk *walk, uint32_t wanted)
{
	while (walk->device <= walk->last) {
		const uint32_t device = walk->device++, id = pci_read(device, PCI_ID);
		uint32_t bar;

		if ((id == NOTHING || !look_behind(walk, device)) && !(device & 7))
			walk->device = device + 8;
		if (id != wanted)
			continue;
		bar = pci_read(device, PCI_BAR0);
		if (bar & 1 && (uint16_t)(bar & ~3u))
			return (uint16_t)(bar & ~3u);
	}
	return 0;
}
