/* Guests that wait for their payload, frozen once for all cells of a shape. */
#ifndef DKBOOT_RUN_FORK_H
#define DKBOOT_RUN_FORK_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/machine.h"
#include "payload/payload.h"

/** In the folder of such a frozen machine: the guest's memory at its ROM's entry. */
#define FORK_BEFORE "before"

/** The frozen machines that this run has found: each is looked through once. */
struct fork {
	char *name;   /* of its shape */
	char *folder; /* where it lies */
	int held;     /* what holds it there (engine/xen_store.h) */
	struct fork *next;
};

/** Whether a payload is one that a frozen guest can wait for. Pure. */
bool fork_possible(const struct machine *machine, const struct payload *payload);

/**
 * Finds or makes the machine in which a guest like this one waits.
 * @param forks    those that are known; extended
 * @param progress called with a line before something slow starts
 * @return its folder, valid as long as @forks is; NULL with the reason
 */
const char *fork_find(struct fork **forks, const struct machine *machine, const char *cache,
	void (*progress)(const char *line), struct error *error);

void forks_free(struct fork *forks);

#endif
