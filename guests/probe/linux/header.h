/* Lines about the setup header. */
#ifndef DKBOOT_PROBE_LINUX_HEADER_H
#define DKBOOT_PROBE_LINUX_HEADER_H

#include "out.h"

/** A little-endian number of the setup; @width in bytes, 4 at most. */
uint32_t header_word(const uint8_t *setup, uint32_t offset, uint32_t width);

/** "header": the bytes, whatever they mean. */
void say_header(struct out *out, const uint8_t *setup);

/** "field": all that @version has (0 = no HdrS), by the names of the boot protocol. */
void say_fields(struct out *out, const uint8_t *setup, uint32_t version);

/** "tail": whether the bytes that are no field of the version are as they were. */
void say_tail(struct out *out, const uint8_t *setup);

#endif
