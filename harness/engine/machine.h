/* A machine to boot on, as an engine needs it described. */
#ifndef DKBOOT_ENGINE_MACHINE_H
#define DKBOOT_ENGINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "payload/payload.h"
/** The PCI card whose ROM is ours where there is no fw_cfg: no driver wants it. */
#define CARD	    "pci-testdev"
#define CARD_VENDOR 0x1b36
#define CARD_DEVICE 0x0005
#define CARD_ROM    "card.rom" /* its file in the folder of the ROM */

struct machine {
	const char *emulator; /* program: "qemu-system-x86_64" or a path */
	const char *accel;    /* "tcg", "kvm" */
	const char *type;     /* -M: "pc", "q35", "pc-i440fx-2.6" */
	const char *cpu;      /* -cpu, or NULL for the machine's own */
	uint64_t memory;      /* bytes */
	unsigned vcpus;
	const char *firmware; /* -bios file, or NULL for the machine's own */
	const char
		*rom_folder; /* -L: folder with the ROM under stock names; NULL = what QEMU ships */
	bool dma;	     /* fw_cfg with its DMA interface */
	const char
		*disk; /* path of its first hard disk, raw; NULL = none. By descriptor when live */
	const char *volume; /* path of a payload volume; likewise */
	bool volume_ide;    /* behind the machine's own controller, not behind virtio */
	bool volume_starts; /* it boots by itself: no card has our ROM */
	bool stream;	    /* a port that the ROM asks for its payload */
	const char *dom0;   /* engine xen: folder of the dom0 image */
	const char *xen;    /* engine xen: the hypervisor; NULL = that of the dom0 image */
	const char *frozen; /* engine xen: folder of a frozen dom0; NULL = boot it for real */
	bool stubdom;	    /* engine stubdom: the device model in a domain of its own */
	/* further arguments, as they are; engine xen: of the device model, and lines of xl.cfg(5)
	 * behind "xl.cfg:" */
	const char *const *extra;
	size_t extra_count;
	/* files of fw_cfg, and modules; set by the engine, from the payload */
	const struct attachment *attached;
	size_t attached_count;
};

#endif
