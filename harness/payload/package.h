/* Catalogue entries from the mirror into the cache. */
#ifndef DKBOOT_PAYLOAD_PACKAGE_H
#define DKBOOT_PAYLOAD_PACKAGE_H

#include "base/error.h"
#include "payload/catalogue.h"

/**
 * Fetches an entry unless the cache has it unharmed. All other entries of the same package are
 * taken out of it in passing. Processes that share a cache take turns (flock on
 * CACHE/packages/lock); one that is killed leaves nothing that another would take for whole.
 * @param progress called with one line before something slow starts; may be NULL
 * @return 0; -1 when the mirror fails, the package or file is not there, or a checksum differs
 */
int package_fetch(const char *cache, const struct catalogue *catalogue,
	const struct catalogue_entry *entry, void (*progress)(const char *line),
	struct error *error);

#endif
