/* A cell as the toolstack needs it: xl.cfg(5), and the archive that holds it and its files. */
#ifndef DKBOOT_ENGINE_XEN_CONFIG_H
#define DKBOOT_ENGINE_XEN_CONFIG_H

#include "base/buffer.h"
#include "engine/machine.h"
#include "payload/payload.h"

/**
 * Writes the guest's xl.cfg. Pure.
 * @param machine memory, vcpus, extra lines; type "pvh" gives a PVH guest, all else an HVM guest
 */
void xen_config(const struct machine *machine, const struct payload *payload, struct buffer *out);

/**
 * Packs configuration, kernel, initrd and ROMs into a payload disk: a memfd of XEN_DISK_SIZE bytes
 * that starts with a tar archive.
 * @param id  put into the archive's file `id`: the agent compares it with the one it is told
 * @return the descriptor, or -1 with the reason
 */
int xen_disk(const struct machine *machine, const struct payload *payload, const char *id,
	struct error *error);

/** An empty payload disk, for a machine that is to be frozen. */
int xen_disk_empty(struct error *error);

#endif
