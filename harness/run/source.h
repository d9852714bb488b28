/* The axis `source`, as far as it is a disk: which volume, on what. */
#ifndef DKBOOT_RUN_SOURCE_H
#define DKBOOT_RUN_SOURCE_H

#include "engine/machine.h"
#include "payload/volume.h"

/** What a value of the axis asks for. */
struct source {
	bool volume; /* the payload is on a volume; false = the rest means nothing */
	bool starts; /* which boots by itself, without a ROM */
	bool ide;    /* behind the machine's own controller, not behind virtio */
	enum volume_fault fault;
};

/**
 * Reads a value: "volume" or "bootsector", and behind a "-" either "ide" or a fault. Pure.
 * @return what it asks for; not a volume for all other values
 */
struct source source_parse(const char *text);

/**
 * Makes the volume that a source asks for, if it does.
 * @param machine has the folder of the ROM already; told how the disk is attached
 * @return 0, or -1 with the reason
 */
int source_make(
	const char *text, struct machine *machine, struct payload *payload, struct error *error);

#endif
