/* dkboot fetch: real kernels into the cache, by Debian package name. */
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "payload/dom0.h"

static const char about[] =
	"Fetches entries of the catalogue into the cache ($XDG_CACHE_HOME/dkboot): those named, or "
	"the lean set and the image of dom0; "
	"`dkboot fetch all` fetches everything. What is there already is only checked.";

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static int fetch_set(
	struct pantry *pantry, const struct parts *parts, bool all, struct error *error)
{
	int lean;

	for (size_t i = 0; catalogue_name(pantry, i, &lean); i++)
		if ((all || lean) &&
			catalogue_fetch(pantry, catalogue_name(pantry, i, NULL), say, error) < 0)
			return -1;
	return dom0_fetch(parts->guests, parts->cache, say, error);
}

/* "dom0" is the image of the nested Xen, all else an entry of the catalogue. */
static int fetch_one(
	struct pantry *pantry, const struct parts *parts, const char *name, struct error *error)
{
	if (!strcmp(name, "dom0"))
		return dom0_fetch(parts->guests, parts->cache, say, error);
	return catalogue_fetch(pantry, name, say, error);
}

static int fetch(const struct options *options, struct error *error)
{
	struct parts parts;
	struct pantry *pantry = NULL;
	int status = -1;

	if (parts_find(&parts, error) == 0)
		pantry = pantry_open(parts.guests, parts.catalogue, parts.cache, error);
	if (pantry && (options->case_count == 0 || strcmp(options->cases[0], "all") == 0))
		status = fetch_set(pantry, &parts, options->case_count > 0, error);
	else if (pantry)
		for (size_t i = 0; i < options->case_count; i++) {
			status = fetch_one(pantry, &parts, options->cases[i], error);
			if (status < 0)
				break;
		}
	if (pantry)
		pantry_close(pantry);
	parts_free(&parts);
	return status < 0 ? STATUS_BROKEN : STATUS_EXPECTED;
}

int command_fetch(int argc, char **argv, struct error *error)
{
	struct options options;
	int status = options_parse(&options, argc, argv, 0, "[NAME...]", about, error);

	if (status == 0)
		status = fetch(&options, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
