/* Linux probe kernels with any setup header, made from the template that guests/probe/linux builds.
 */
#ifndef DKBOOT_PAYLOAD_PROBE_H
#define DKBOOT_PAYLOAD_PROBE_H

#include "base/buffer.h"
#include "base/error.h"
#include "payload/spec.h"

/**
 * Makes the kernel file of a probe (Linux boot protocol, "The real-mode kernel header").
 *
 * What the case does not give is what a Linux of that version has. Header bytes that are no field
 * of the version hold a pattern, and the probe reports damage to it. The image is filled with a
 * pattern in which every word differs. Without HdrS the image is a low one, whatever @spec->low
 * says. The probe's 32-bit code goes into the setup if setup_sects leaves room for it, otherwise it
 * begins the image.
 *
 * @param template_path probe-linux.bin
 * @param out           the file's bytes are appended
 * @return 0; -1 if the template cannot be read or is none, a field is given that the version lacks,
 * a value is wider than its field, contradicts the image, or is too small for the code
 */
int probe_image(const char *template_path, const struct probe_spec *spec, struct buffer *out,
	struct error *error);

/** As probe_image(), with the template's bytes. */
int probe_image_from(const void *template, size_t size, const struct probe_spec *spec,
	struct buffer *out, struct error *error);

/**
 * Reads a finished probe of build/guests and gives it its act: the byte behind the only DKPROBE2.
 * @return 0; -1 when it cannot be read, or has no such place
 */
int probe_built(const char *path, enum probe_act act, struct buffer *out, struct error *error);

/**
 * Reads a protocol version as cases write it: "none", "2.00" ... "2.15" (the minor number is
 * decimal).
 * @param protocol as in the header: 0, 0x200 ... 0x20f
 * @return 0, or -1 if @text is anything else
 */
int probe_protocol_parse(const char *text, unsigned *protocol);

#endif
