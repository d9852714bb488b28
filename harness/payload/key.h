/* Specs as text: two specs have the same key exactly if they make the same bytes. */
#ifndef DKBOOT_PAYLOAD_KEY_H
#define DKBOOT_PAYLOAD_KEY_H

#include "payload/spec.h"

/** The key of a kernel, malloc'ed. */
char *kernel_key(const struct kernel_spec *spec);

/** The key of an initrd, malloc'ed. Never that of a kernel. */
char *initrd_key(const struct initrd_spec *spec);

#endif
