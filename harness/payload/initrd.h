/* The initrd of a cell, from its description to sealed bytes. */
#ifndef DKBOOT_PAYLOAD_INITRD_H
#define DKBOOT_PAYLOAD_INITRD_H

#include "base/error.h"
#include "payload/payload.h"
#include "payload/spec.h"

/**
 * Makes an initrd of archives: one behind the other, each from a multiple of four bytes on
 * (buffer-format.rst lets zero bytes stand between), each followed by its zero_pad. The
 * pseudo-random file of archive n has the seed spec->seed + n.
 * @param init path of the program that becomes /init
 * @return a part, or NULL with the reason
 */
struct part *initrd_archives(const struct initrd_spec *spec, const char *init, struct error *error);

/** Makes an initrd of spec->size pseudo-random bytes with spec->seed (payload/random.h). */
struct part *initrd_random(const struct initrd_spec *spec, struct error *error);

#endif
