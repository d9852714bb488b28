/* The engine that boots a cell as an HVM guest of Xen, which runs nested inside QEMU. */
#ifndef DKBOOT_ENGINE_XEN_H
#define DKBOOT_ENGINE_XEN_H

#include "engine/engine.h"

/** Xen 4.17 and dom0 from guests/dom0, in a QEMU that emulates SVM and nested paging: no hardware
 * is needed. */
extern const struct engine engine_xen;

/** The same with the device model in a domain of its own, which the payload is streamed to. */
extern const struct engine engine_stubdom;

#endif
