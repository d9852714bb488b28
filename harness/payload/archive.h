/* One cpio archive of an initrd. */
#ifndef DKBOOT_PAYLOAD_ARCHIVE_H
#define DKBOOT_PAYLOAD_ARCHIVE_H

#include <stdint.h>

#include "base/error.h"
#include "payload/part.h"
#include "payload/spec.h"

/** Path of the file in an early part: where microcode lies, under a name that no loader looks for.
 */
#define ARCHIVE_EARLY_FILE "kernel/x86/microcode/dkboot.bin"

/** Bytes of that file when the case does not give a blob size. */
#define ARCHIVE_EARLY_SIZE 4096

/** Path of the pseudo-random file beside /init. */
#define ARCHIVE_BLOB_FILE "dkboot/blob"

/** A file whose checksum the guest reports. */
struct archive_file {
	uint64_t size; /* bytes; 0 = the archive has no such file */
	uint32_t crc32;
};

/**
 * Appends an archive to a part: newc cpio
 * (Documentation/driver-api/early-userspace/buffer-format.rst) with /dev, /dev/console (c 5 1),
 * /init and perhaps /dkboot/blob; an early one has only its file, and the blob's size and seed go
 * into that. Every byte depends on nothing but the arguments: times and owners are 0, the order is
 * fixed.
 * @param init path of the program that becomes /init; not read for an early archive
 * @param seed of the pseudo-random file
 * @param file the pseudo-random file as the guest will see it
 */
int archive_append(struct part_writer *out, const struct archive_spec *spec, const char *init,
	uint64_t seed, struct archive_file *file, struct error *error);

#endif
