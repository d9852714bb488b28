/* The image of dom0 that nested Xen starts from: built by guests/dom0/build, found by what it is
 * built of. */
#ifndef DKBOOT_PAYLOAD_DOM0_H
#define DKBOOT_PAYLOAD_DOM0_H

#include "base/error.h"

/**
 * The folder of the image (xen, vmlinux.gz, initrd). @param guests folder of the built guests
 * @return malloc'ed; NULL with the reason when `dkboot fetch` has not built it
 */
char *dom0_find(const char *guests, const char *cache, struct error *error);

/**
 * Builds the image if it is not there as apt would have it now.
 * @param progress called with a line before something slow starts; may be NULL
 */
int dom0_fetch(const char *guests, const char *cache, void (*progress)(const char *line),
	struct error *error);

#endif
