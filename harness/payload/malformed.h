/* Kernel images that no loader may boot. */
#ifndef DKBOOT_PAYLOAD_MALFORMED_H
#define DKBOOT_PAYLOAD_MALFORMED_H

#include "base/buffer.h"
#include "base/error.h"
#include "payload/spec.h"

/**
 * Makes a broken image: a probe of ours with one thing wrong, beyond doubt. What is wrong follows
 * from the number (one row of malformed_rows.h after the other), by how much from the seed.
 * @param guests folder with the built guests
 * @param out    the file's bytes are appended
 * @return 0; -1 when the probe cannot be read
 */
int malformed_image(const char *guests, const struct malformed_spec *spec, struct buffer *out,
	struct error *error);

/** By which protocol it would be started, were it whole. */
enum boot_protocol malformed_protocol(const struct malformed_spec *spec);

#endif
