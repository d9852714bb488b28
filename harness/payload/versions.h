/* All versions of a kernel that the Debian package lists offer. */
#ifndef DKBOOT_PAYLOAD_VERSIONS_H
#define DKBOOT_PAYLOAD_VERSIONS_H

#include <stddef.h>

#include "base/error.h"

/** One version. */
struct kernel_version {
	char *version; /* "6.1.0-47", "6.12.107": what stands in the package's name, without +debN
			*/
	char *package; /* "linux-image-6.1.0-47-cloud-amd64" */
};

/** Oldest first. Release with versions_free(). */
struct kernel_versions {
	struct kernel_version *list;
	size_t count;
};

/**
 * Takes from names of packages, one a line, the kernels of a flavour.
 * @param names   of `apt-cache pkgnames`; debug symbols, unsigned images and metapackages are among
 * them, and are left out
 * @param flavour "cloud-amd64"
 */
void versions_take(struct kernel_versions *out, const char *names, const char *flavour);

/**
 * Looks up the versions of what a metapackage stands for, in apt's lists.
 * @param metapackage "linux-image-cloud-amd64": its flavour is what is behind the version, if any
 * @return 0; -1 when there is none, or the name is of no kernel
 */
int versions_find(struct kernel_versions *out, const char *metapackage, struct error *error);

/** The index of a version, with or without +debN; the count when there is none. */
size_t versions_index(const struct kernel_versions *versions, const char *text);

void versions_free(struct kernel_versions *versions);

#endif
