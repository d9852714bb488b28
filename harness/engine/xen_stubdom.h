/* A guest of Xen whose device model runs in a domain of its own: what that needs beside xl.cfg and
 * files as every guest has them. Pure. */
#ifndef DKBOOT_ENGINE_XEN_STUBDOM_H
#define DKBOOT_ENGINE_XEN_STUBDOM_H

#include "base/buffer.h"
#include "engine/machine.h"
#include "payload/payload.h"

/** The lines of xl.cfg(5) about serial ports and the stub domain (guests/stubdom/README.md). */
void stubdom_config(const struct payload *payload, struct buffer *out);

/**
 * The arguments of the sender, one a line: what of the cell's folder in dom0 the device model is to
 * find in its own.
 * @param roms names of the files in the folder of the ROM, NULL-terminated
 */
void stubdom_sender(const struct payload *payload, const char *const *roms, struct buffer *out);

/** The far end of the port that a ROM asks for the payload, as the first process of the stub domain
 * expects it. */
#define STUBDOM_PORT "socket,id=stream,path=/run/dkboot-port,server=on,wait=off"

#endif
