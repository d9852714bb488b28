/* A payload volume: the disk that the ROM reads a payload from. The format has its page in
 * rom/source/README.md. */
#ifndef DKBOOT_PAYLOAD_VOLUME_H
#define DKBOOT_PAYLOAD_VOLUME_H

#include "base/error.h"
#include "payload/payload.h"

/** What may be wrong with a volume, for cells that must be refused. */
enum volume_fault {
	VOLUME_SOUND,
	VOLUME_TRUNCATED, /* the last sector is not there */
	VOLUME_VERSION,	  /* of the next version, and otherwise sound */
	VOLUME_FOREIGN,	  /* a disk with something else in its first sector */
	VOLUME_HEADER,	  /* a bit of the first sector is flipped */
	VOLUME_KERNEL,	  /* one in the middle of the kernel; */
	VOLUME_INITRD,	  /* of the initrd; */
	VOLUME_CMDLINE,	  /* of the command line */
	VOLUME_FAULTS
};

/** What a fault is called behind "volume-" in a case: "truncated"; NULL when out of range. */
const char *volume_fault_name(enum volume_fault fault);

/**
 * Makes a volume of a payload's kernel, initrd and command line. Every byte depends on nothing but
 * the arguments.
 * @return a sealed part, released with part_free(); NULL with the reason when a part is too large
 * for the format (4 GiB), or too small to have the fault
 */
struct part *volume_image(
	const struct payload *payload, enum volume_fault fault, struct error *error);

#endif
