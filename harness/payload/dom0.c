#include "payload/dom0.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/text.h"

#define BUILD_MS (30 * 60 * 1000) /* 130 MB from a slow mirror */

/* The name under which guests/dom0/build leaves an image: a hash of all of ours that is in it. */
static char *name_of(const char *guests, struct error *error)
{
	static const char *const inputs[] = {"build", "files", "init", "packages", "agent",
		"../stubdom/files", "../stubdom/init", "../stubdom/send", "../stubdom/truncate.so"};
	autobuffer struct buffer bytes = {0};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		autofree char *path = format_text("%s/dom0/%s", guests, inputs[i]);

		if (file_read(path, &bytes, error) < 0)
			return NULL;
	}
	return format_text("by-%.16s", sha256_bytes(bytes.data, bytes.size).hex);
}

char *dom0_find(const char *guests, const char *cache, struct error *error)
{
	autofree char *name = name_of(guests, error);
	autofree char *path = name ? format_text("%s/dom0/%s", cache, name) : NULL;
	autofree char *manifest = name ? format_text("%s/manifest", path) : NULL;
	char *folder;

	if (!name)
		return NULL;
	folder = file_exists(manifest) ? realpath(path, NULL) : NULL;
	if (!folder)
		fail(error, "there is no image of dom0 in %s/dom0: run `dkboot fetch`", cache);
	return folder;
}

int dom0_fetch(const char *guests, const char *cache, void (*progress)(const char *line),
	struct error *error)
{
	autofree char *build = format_text("%s/dom0/build", guests);
	autofree char *agent = format_text("%s/dom0/agent", guests);
	char *argv[] = {build, agent, (char *)cache, NULL};
	autobuffer struct buffer output = {0};
	autofree char *before = dom0_find(guests, cache, NULL);
	int status = 0;

	if (!before && progress)
		progress("dom0: building the image of the nested Xen's dom0 from Debian packages");
	if (folder_make(cache, error) < 0 ||
		run_command(argv, NULL, BUILD_MS, &output, &status, error) < 0)
		return -1;
	if (!status)
		return 0;
	return fail(error, "%s: status %d: %s", build, status, output.data ? output.data : "");
}
