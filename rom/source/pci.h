/* The functions on the PCI buses, by configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2). */
#ifndef ROM_SOURCE_PCI_H
#define ROM_SOURCE_PCI_H

#include <stdint.h>

/* How far a walk has come: begin with PCI_WALK. Devices are bus << 8 | slot << 3 | function. */
struct pci_walk {
	uint32_t device; /* the next one to look at */
	uint32_t last;	 /* of the highest bus that a bridge was seen for */
};

#define PCI_WALK ((struct pci_walk){0, 0xff})

/*
 * Go on to the next function with an id (device << 16 | vendor) whose BAR 0 is of ports. Buses are
 * numbered from the host's on. Returns its first port, or 0 when there are no more.
 */
uint16_t pci_next(struct pci_walk *walk, uint32_t id);

#endif
