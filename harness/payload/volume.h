/* A payload volume: the disk that the ROM reads a payload from. The format has its page in
 * rom/source/README.md. */
#ifndef DKBOOT_PAYLOAD_VOLUME_H
#define DKBOOT_PAYLOAD_VOLUME_H

#include "base/buffer.h"
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
	VOLUME_CMDLINE,	  /* of the command line; */
	VOLUME_LOADER,	  /* of the loader that the boot sector starts */
	VOLUME_BARE,	  /* a boot sector, and no loader */
	VOLUME_FAULTS
};

/** What a fault is called behind "volume-" in a case: "truncated"; NULL when out of range. */
const char *volume_fault_name(enum volume_fault fault);

/** Bytes of the header that name the payload. */
#define VOLUME_ID 8

/** What makes a volume boot by itself. Zero-initialise. */
struct volume_start {
	struct buffer sector; /* the first one, without the volume's numbers */
	struct buffer loader; /* the ROM's image */
};

/**
 * Reads boot sector and loader from a folder with our ROM under the stock names.
 * @return 0, -1 when they cannot be read, or are none; volume_start_free() in both cases
 */
int volume_start_read(struct volume_start *start, const char *folder, struct error *error);

void volume_start_free(struct volume_start *start);

/** Of whom a volume is, as its ROM says it: 2 * VOLUME_ID hexadecimal digits. @return 0, -1 */
int volume_name(const struct part *volume, char name[2 * VOLUME_ID + 1], struct error *error);

/**
 * Makes a volume that is yet to be written: a ROM waits in front of it. @return a sealed part; NULL
 * with the reason
 */
struct part *volume_unwritten(struct error *error);

/**
 * Makes a volume of a payload's kernel, initrd and command line. Every byte depends on nothing but
 * the arguments.
 * @param start for a volume that boots by itself; NULL for one that a ROM boots
 * @return a sealed part, released with part_free(); NULL with the reason when a part is too large
 * for the format (4 GiB), or too small to have the fault
 */
struct part *volume_image(const struct payload *payload, const struct volume_start *start,
	enum volume_fault fault, struct error *error);

#endif
