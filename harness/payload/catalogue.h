/* guests/catalogue.yaml: real kernels, initrds and disks, and the Debian packages that hold them.
 */
#ifndef DKBOOT_PAYLOAD_CATALOGUE_H
#define DKBOOT_PAYLOAD_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/** What an entry is good for. */
enum catalogue_kind { CATALOGUE_KERNEL, CATALOGUE_INITRD, CATALOGUE_FIRMWARE, CATALOGUE_DISK };

/** One entry, as the file has it. */
struct catalogue_entry {
	char *name;	   /* [a-z0-9.-]{1,24} */
	char *package;	   /* the package, or NULL: */
	char *metapackage; /* a package that depends on one exact version of it */
	char *file;	   /* glob of the file inside, without a leading slash */
	char *why;
	char *sha256; /* of the file, 64 lower-case digits; NULL = any */
	enum catalogue_kind kind;
	bool lean;
	unsigned line; /* where the entry begins */
};

/** The whole file. */
struct catalogue {
	char *path;
	struct catalogue_entry *entries;
	size_t count;
};

/**
 * Reads a catalogue. The file is a YAML sequence of mappings with the keys of struct
 * catalogue_entry.
 * @return 0 with @out filled (release with catalogue_free()), or -1 with "file:line: what, expected
 * what"
 */
int catalogue_read(const char *path, struct catalogue *out, struct error *error);

/** Finds an entry. @return NULL with an error that lists the names there are */
const struct catalogue_entry *catalogue_find(
	const struct catalogue *catalogue, const char *name, struct error *error);

/** Releases what catalogue_read() made. */
void catalogue_free(struct catalogue *catalogue);

#endif
