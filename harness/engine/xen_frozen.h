/* Frozen dom0s: booted once, kept by a hash of all that is in them, cloned for each boot. */
#ifndef DKBOOT_ENGINE_XEN_FROZEN_H
#define DKBOOT_ENGINE_XEN_FROZEN_H

#include "base/error.h"
#include "engine/machine.h"

/**
 * Finds or makes the frozen dom0 of a machine: CACHE/frozen/HASH with the files `ram` (the outer
 * machine's memory, sparse), `state` (all else of it) and `manifest` (their checksums). One that is
 * damaged is made again; of those that nobody used for the longest time all but FROZEN_KEPT are
 * removed.
 * @param machine  emulator, accelerator, folder of the dom0 image
 * @param cache    dkboot's cache folder
 * @param progress called with a line before something slow starts; may be NULL
 * @return the folder, malloc'ed; NULL with the reason
 */
char *frozen_find(const struct machine *machine, const char *cache,
	void (*progress)(const char *line), struct error *error);

/** How an image is made. */
struct frozen_recipe {
	const char *name; /* of its folder: stands for all that it depends on */
	/** Fills the files `ram`, XEN_OUTER_MEMORY bytes of hole, and `state`, which is empty. */
	int (*fill)(void *context, int ram, int state, struct error *error);
	void *context;
};

/** As frozen_find(), by any recipe. @param store folder of the images; made if missing */
char *frozen_keep(const char *store, const struct frozen_recipe *recipe,
	void (*progress)(const char *line), struct error *error);

/** Images that are kept. */
#define FROZEN_KEPT 3

/** Opens the files of a frozen machine for a clone. @return 0, or -1 with the reason */
int frozen_open(const char *folder, int *ram, int *state, struct error *error);

/**
 * Boots dom0 for real and freezes it.
 * @param ram, state descriptors of files to fill, open for reading and writing
 * @return 0 once all is written, or -1 with the reason
 */
int freeze_dom0(const struct machine *machine, int ram, int state, struct error *error);

#endif
