/* Debian packages without installing them: apt's lists, its download, and unpacking. No root
 * needed. */
#ifndef DKBOOT_PAYLOAD_APT_H
#define DKBOOT_PAYLOAD_APT_H

#include <stdint.h>

#include "base/error.h"

/** One version of a package, as the lists have it. */
struct apt_package {
	char *name;
	char *version;
	char *architecture;
	char *sha256;  /* of the .deb; "" if the lists do not say */
	uint64_t size; /* of the .deb in bytes; 0 if they do not say */
};

/**
 * Looks a package up in apt's lists: the version that would be installed.
 * @return 0 with @out filled (release with apt_free()); -1 if apt does not know it, or has no lists
 * at all
 */
int apt_find(const char *name, struct apt_package *out, struct error *error);

/**
 * Follows a metapackage to the package that it depends on in exactly one version
 * (linux-image-cloud-amd64: "linux-image-6.1.0-56-cloud-amd64 (= 6.1.192-2)").
 */
int apt_follow(const char *metapackage, struct apt_package *out, struct error *error);

/**
 * Downloads a package into a folder and compares its SHA-256 with the lists'.
 * @param folder must hold no other .deb
 * @param deb    path of the file, malloc'ed
 * @param sha256 its checksum, malloc'ed
 */
int apt_download(const struct apt_package *package, const char *folder, char **deb, char **sha256,
	struct error *error);

/** Unpacks the files of a .deb below a folder; none of its scripts runs. */
int apt_unpack(const char *deb, const char *folder, struct error *error);

/** Releases what apt_find() and apt_follow() made. */
void apt_free(struct apt_package *package);

#endif
