/* The engine that boots a cell on plain QEMU. */
#ifndef DKBOOT_ENGINE_QEMU_H
#define DKBOOT_ENGINE_QEMU_H

#include "engine/engine.h"

/** QEMU 7.2 and later, its channels inherited descriptors, its RAM a memfd of ours. */
extern const struct engine engine_qemu;

#endif
