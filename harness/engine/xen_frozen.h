/* Frozen machines: run once to where clones are to begin, kept by a hash of all that is in them. */
#ifndef DKBOOT_ENGINE_XEN_FROZEN_H
#define DKBOOT_ENGINE_XEN_FROZEN_H

#include "base/error.h"
#include "engine/engine.h"
#include "engine/machine.h"
#include "engine/qmp.h"
#include "payload/payload.h"

/**
 * Finds or makes a frozen machine: CACHE/frozen/HASH with the files `ram` (the outer machine's
 * memory, sparse), `state` (all else of it), `manifest` (their checksums) and, where a domain is
 * built in it, `domain`. One that is damaged is made again.
 * @param machine  emulator, accelerator, folder of the dom0 image; with a payload all of it
 * @param payload  NULL: dom0 is idle. Otherwise the domain of this payload is built and paused
 * @param cache    dkboot's cache folder
 * @param progress called with a line before something slow starts; may be NULL
 * @return the folder, malloc'ed; NULL with the reason
 */
char *frozen_find(const struct machine *machine, const struct payload *payload, const char *cache,
	void (*progress)(const char *line), struct error *error);

/** A guest that is to be frozen while its ROM waits for a payload, and who looks at it before that.
 */
struct fork_watch {
	const struct freeze_point *points; /* the ROM's boot entry, wherever it may be */
	size_t point_count;
	/**
	 * The guest stands at one of them.
	 * @param folder of the frozen machine in the making: what is written there stays with it
	 * @return 1 when this was the ROM's entry and all is seen, 0 when it was not, -1
	 */
	int (*entered)(const struct memory_reader *memory, const struct cpu_state *cpu,
		const char *folder, struct error *error);
};

/**
 * Finds or makes the machine in which a guest of this shape waits for its payload: as
 * frozen_find(), and nothing of any payload is in it.
 * @param payload an empty one, with a volume that is not written yet
 */
char *frozen_fork(const struct machine *machine, const struct payload *payload,
	const struct fork_watch *watch, const char *cache, void (*progress)(const char *line),
	struct error *error);

/** The name by which it is kept: the same for all guests that are frozen alike. malloc'ed */
char *frozen_fork_name(const struct machine *machine, const struct payload *payload);

/** A domain that is built and paused in a frozen machine. */
struct frozen_domain {
	int number;    /* 0 = none */
	uint64_t root; /* of its nested page table */
	bool waits;    /* its ROM waits for a payload */
};

/** Opens a frozen machine for a clone. @return 0, or -1 with the reason */
int frozen_open(const char *folder, int *ram, int *state, struct frozen_domain *domain,
	struct error *error);

/** What is to be frozen, and where to. */
struct freeze_request {
	const struct machine *machine;
	const struct payload *payload;	/* as for frozen_find() */
	const struct fork_watch *watch; /* as for frozen_fork(), else NULL */
	const char *folder;		/* of it */
	int ram;   /* file behind the machine's memory, for reading and writing */
	int state; /* file that all else is written to */
	int from;  /* state of a frozen machine to start from, its memory being in @ram; -1 =
		      power-on */
};

/** Runs a machine and freezes it. @return 0 once all is written, or -1 with the reason */
int freeze(const struct freeze_request *request, struct frozen_domain *domain, struct error *error);

/** Tells a monitor that memory in shared files is no part of a migration. */
void xen_ignore_shared(struct qmp *qmp);

/** Starts a machine that was launched with -S, out of the state at XEN_FD_STATE if @frozen. */
void xen_wake(struct qmp *qmp, bool frozen);

#endif
