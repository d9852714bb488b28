/* What GRUB is told to boot. */
#ifndef DKBOOT_PAYLOAD_GRUB_H
#define DKBOOT_PAYLOAD_GRUB_H

#include "base/buffer.h"
#include "base/error.h"
#include "payload/payload.h"

/** Names of the files that a grub.cfg of ours speaks of. */
#define GRUB_KERNEL "kernel"
#define GRUB_INITRD "initrd"

/**
 * Appends a grub.cfg that boots a payload, and that says so in a line of its own ("dkboot-disk:
 * refused: ...", behind GRUB's words) if that cannot be done. The kernel gets "BOOT_IMAGE=/kernel"
 * in front of its command line: that is GRUB's way.
 * @return 0; -1 when GRUB cannot hand the command line over as it is: it puts a backslash before
 * every quote and backslash (GRUB, grub-core/lib/cmdline.c), and a line of its script ends at a
 * newline
 */
int grub_config(const struct payload *payload, enum disk_entry entry, struct buffer *out,
	struct error *error);

#endif
