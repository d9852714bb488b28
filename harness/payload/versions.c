#include "payload/versions.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/spawn.h"
#include "base/text.h"

#define IMAGE	 "linux-image-"
#define PATIENCE (60 * 1000) /* milliseconds: reads local files only */

/* The version at the front: digits, dots and hyphens, with two dots at least ("6.12" is a
 * metapackage's). 0 = there is none. */
static size_t version_length(const char *text)
{
	size_t length = strspn(text, "0123456789.-");
	unsigned dots = 0;

	for (size_t i = 0; i < length; i++)
		dots += text[i] == '.';
	while (length && text[length - 1] == '-')
		length--;
	return dots >= 2 ? length : 0;
}

/* "+deb12": from where the kernel of a later release was taken. */
static size_t origin_length(const char *text)
{
	if (strncmp(text, "+deb", 4) != 0 || !isdigit((unsigned char)text[4]))
		return 0;
	return 4 + strspn(text + 4, "0123456789");
}

static void take(struct kernel_versions *out, const char *name, const char *flavour)
{
	const char *version = name + strlen(IMAGE), *behind;
	size_t length;

	if (strncmp(name, IMAGE, strlen(IMAGE)) != 0)
		return;
	length = version_length(version);
	behind = version + length + origin_length(version + length);
	if (!length || *behind != '-' || strcmp(behind + 1, flavour) != 0)
		return;
	out->list = realloc(out->list, (out->count + 1) * sizeof(*out->list));
	if (!out->list)
		abort();
	out->list[out->count++] = (struct kernel_version){
		.version = strndup(version, length), .package = copy_text(name)};
}

static int by_version(const void *a, const void *b)
{
	const struct kernel_version *left = a, *right = b;

	return strverscmp(left->version, right->version);
}

void versions_take(struct kernel_versions *out, const char *names, const char *flavour)
{
	autofree char *copy = copy_text(names);
	char *rest = NULL;

	*out = (struct kernel_versions){0};
	for (char *name = strtok_r(copy, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
		take(out, name, flavour);
	if (out->count)
		qsort(out->list, out->count, sizeof(*out->list), by_version);
}

/* "linux-image-6.12-cloud-amd64" -> "cloud-amd64"; NULL when it is of no kernel. */
static const char *flavour_of(const char *metapackage)
{
	const char *flavour = metapackage + strlen(IMAGE);
	size_t version;

	if (strncmp(metapackage, IMAGE, strlen(IMAGE)) != 0)
		return NULL;
	version = strspn(flavour, "0123456789.");
	if (version && flavour[version] == '-')
		flavour += version + 1;
	return *flavour ? flavour : NULL;
}

int versions_find(struct kernel_versions *out, const char *metapackage, struct error *error)
{
	char *argv[] = {(char *)"apt-cache", (char *)"pkgnames", (char *)IMAGE, NULL};
	const char *flavour = flavour_of(metapackage);
	autobuffer struct buffer names = {0};
	int status = 0;

	*out = (struct kernel_versions){0};
	if (!flavour)
		return fail(error, "package %s: no metapackage of a kernel", metapackage);
	if (run_command(argv, NULL, PATIENCE, &names, &status, error) < 0)
		return -1;
	if (status == 0 && names.size)
		versions_take(out, names.data, flavour);
	return out->count ? 0
			  : fail(error,
				    "apt has no kernel of flavour %s in its lists: run apt-get "
				    "update",
				    flavour);
}

size_t versions_index(const struct kernel_versions *versions, const char *text)
{
	size_t version = version_length(text), i = 0;
	bool whole = !version || !origin_length(text + version);
	size_t length = whole ? strlen(text) : version;

	while (i < versions->count &&
		(strlen(versions->list[i].version) != length ||
			strncmp(versions->list[i].version, text, length) != 0))
		i++;
	return i;
}

void versions_free(struct kernel_versions *versions)
{
	for (size_t i = 0; i < versions->count; i++) {
		free(versions->list[i].version);
		free(versions->list[i].package);
	}
	free(versions->list);
	*versions = (struct kernel_versions){0};
}
