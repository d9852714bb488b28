/* What came out of which package: a small JSON file beside the cached files, one for each catalogue
 * entry. */
#ifndef DKBOOT_PAYLOAD_RECEIPT_H
#define DKBOOT_PAYLOAD_RECEIPT_H

#include <stdint.h>

#include "base/error.h"
#include "payload/catalogue.h"

/** A fetched catalogue entry. */
struct receipt {
	char *package;
	char *version;
	char *architecture;
	char *deb_sha256;
	char *file;	   /* inside the package */
	char *file_sha256; /* of the file */
	uint64_t size;	   /* of the file in bytes */
};

/**
 * Finds the receipt of an entry. One that was written for another package or file than the entry
 * now names counts as not there.
 * @param cache the cache folder
 * @return 1 with @out filled (release with receipt_free()), 0 if there is none, -1 if it is damaged
 */
int receipt_read(const char *cache, const struct catalogue_entry *entry, struct receipt *out,
	struct error *error);

/** Writes the receipt of an entry, whole or not at all. */
int receipt_write(const char *cache, const struct catalogue_entry *entry,
	const struct receipt *receipt, struct error *error);

/** Path of the cached file: CACHE/packages/PACKAGE_VERSION_ARCHITECTURE/FILE, malloc'ed. */
char *receipt_path(const char *cache, const struct receipt *receipt);

/** Releases what receipt_read() made. */
void receipt_free(struct receipt *receipt);

#endif
