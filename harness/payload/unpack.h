/* What is packed in a kernel file. */
#ifndef DKBOOT_PAYLOAD_UNPACK_H
#define DKBOOT_PAYLOAD_UNPACK_H

#include "base/error.h"
#include "payload/payload.h"

/**
 * Unpacks a kernel: of a bzImage its vmlinux (boot.rst, payload_offset and payload_length; the last
 * four bytes there are its size), of any other file the whole of it; in every compression that
 * libarchive knows.
 * @param packed not released
 * @return a new part, or NULL with the reason
 */
struct part *part_unpack(const struct part *packed, struct error *error);

#endif
