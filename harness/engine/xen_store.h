/* The store of frozen machines: each is a folder with the files `ram` (memory, sparse), `state`
 * (all else), `domain` and `before` where there is a guest in it, and `manifest` (their checksums).
 */
#ifndef DKBOOT_ENGINE_XEN_STORE_H
#define DKBOOT_ENGINE_XEN_STORE_H

#include "base/error.h"

/** Frozen machines that are kept: dom0, and guests that wait or are built; those that nobody used
 * for the longest time and nobody holds go. */
#define FROZEN_KEPT 5

/** How a machine is made. */
struct frozen_recipe {
	const char *name; /* of its folder: stands for all that it depends on */
	const char *what; /* a line, said before it is made */
	const char *base; /* folder of another one whose memory it starts with; NULL = a hole */
	/** Fills the files `ram`, XEN_OUTER_MEMORY bytes, and `state`, which is empty, in @folder.
	 */
	int (*fill)(void *context, const char *folder, int ram, int state, struct error *error);
	void *context;
};

/**
 * Finds or makes a frozen machine; one that is damaged is made again.
 * @param store    folder of them all; made if missing
 * @param progress called before one is made; may be NULL
 * @return its folder, malloc'ed; NULL with the reason
 */
char *frozen_keep(const char *store, const struct frozen_recipe *recipe,
	void (*progress)(const char *line), struct error *error);

/**
 * Holds a machine that is to be cloned again and again: while it is held, no run beside this one
 * removes it.
 * @return a descriptor, close-on-exec, to be closed when it is not needed any more; -1 when it
 * cannot be held
 */
int frozen_hold(const char *folder);

#endif
