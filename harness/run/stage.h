/* What all boots of a run share: tools, accelerator, pantry, ROMs, the run's folder. */
#ifndef DKBOOT_RUN_STAGE_H
#define DKBOOT_RUN_STAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/accelerator.h"
#include "payload/payload.h"
#include "run/fork.h"

/** Where dkboot's own parts lie: beside the binary in a build folder, or below PREFIX/share/dkboot.
 */
struct parts {
	char *rom;	 /* folder with our ROM under the stock names */
	char *guests;	 /* built guests */
	char *catalogue; /* catalogue.yaml */
	char *cases;	 /* the matrices that come with dkboot */
	char *cache;	 /* downloads and what can be remembered between runs */
};

/** Files of an earlier run that are booted instead of what the case names; NULL members stand for
 * nothing. */
struct stand_in {
	char *kernel;
	char *initrd;
	char *rom;
	char *firmware;
	char *modules[PAYLOAD_MODULES]; /* of a kernel that knows such */
	char *xen;			/* the hypervisor, an ELF file: its dom0 is booted cold */
};

/** What the user chose for the whole run. */
struct choices {
	char *emulator;		  /* --qemu; "qemu-system-x86_64" */
	char *accel;		  /* --accel, or NULL: find out */
	double timeout_scale;	  /* --timeout-scale; 1 */
	bool cold;		  /* --cold: nothing is cloned from a frozen machine */
	bool built;		  /* --built: clones begin where the domain is built */
	bool idle;		  /* --idle: they begin with an idle dom0, whatever they boot */
	bool keep;		  /* --keep: payloads and captures of passed cells too */
	struct stand_in stand_in; /* dkboot repro */
};

/** One ROM of the run: a private copy, so that a rebuild under a running emulator does no harm. */
struct rom {
	char *name;   /* value of the axis: "dkboot" or a path */
	char *folder; /* copy below the run's folder; NULL for "stock" */
	struct rom *next;
};

struct stage {
	struct parts parts;
	struct choices choices;
	struct accelerator accelerator;
	struct pantry *pantry;
	struct rom *roms;
	char *dom0;	    /* folder of the image of dom0; NULL until a cell needs it */
	char *frozen[2];    /* folder of that, frozen; [1] with the image of stub domains in it */
	int held[2];	    /* descriptors that hold them, 0 = none */
	struct fork *forks; /* guests in it that wait for their payload, frozen */
	char *folder;	    /* of the run, absolute */
};

/** Finds dkboot's parts ($DKBOOT_DATA wins). @return -1 and the places looked at when they are not
 * there. */
int parts_find(struct parts *parts, struct error *error);

void parts_free(struct parts *parts);

/**
 * Opens a stage: run folder made, pantry opened, accelerator chosen by a timed boot.
 * @param folder   the run's folder; made if missing
 * @param choices  taken over
 */
int stage_open(
	struct stage *stage, const char *folder, struct choices *choices, struct error *error);

void stage_close(struct stage *stage);

/**
 * The folder to hand to the emulator for a value of the axis `rom`: "dkboot", "stock" (NULL, no
 * folder) or a file, which is copied under every name by which QEMU may ask for a Linux boot ROM.
 */
int stage_rom(struct stage *stage, const char *name, const char **folder, struct error *error);

/** Where the nested Xen of a machine comes from: the image of dom0, and, unless the run is cold,

 * that image frozen. A sound volume is waited for by a guest that is frozen in it.
 * @param frozen malloc'ed: the folder that machine->frozen names
 * @param forked in: whether it may be one in which a guest waits; out: whether it is */
int stage_xen(struct stage *stage, struct machine *machine, const struct payload *payload,
	char **frozen, bool *forked, struct error *error);

/** All time limits are multiplied by this. */
double stage_scale(const struct stage *stage);

#endif
