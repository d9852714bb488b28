/* Asking a guest's firmware while the guest stands still. */
#ifndef DKBOOT_ENGINE_FIRMWARE_CALL_H
#define DKBOOT_ENGINE_FIRMWARE_CALL_H

#include "engine/rsp.h"

/**
 * Runs int 15h/E820 (ACPI 6.5, section 15.1) in a machine that stands in real mode with a usable
 * stack, once for each entry, and puts back every byte and register that it changed.
 * @return 0; -1 when the machine is not in real mode, the firmware answers nonsense, or does not
 * answer at all
 */
int firmware_memory_map(struct rsp *rsp, struct memory_map *map, struct error *error);

#endif
