/* dkboot bisect: find the commit, the version or the size at which a cell broke. */
#include "cmd/bisect.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "run/folder.h"

static const char about[] =
	"Finds where a cell broke: the commit of a history (--git, --good, --bad, --build, --set), "
	"or the point on an axis (--axis). CASE: the case files that the cell's id is in "
	"(default: as for run).\v"
	"Exit status: 0 found; 1 nothing to find: the good end fails already, or the bad one "
	"passes; 2 wrong usage; 3 it cannot be decided. With --step: 0 good, 1 bad, 125 the "
	"commit cannot be tested, 128 and more stop: what `git bisect run` wants.";

#define GROUPS (OPTIONS_HUNT | OPTIONS_REPLACE | OPTIONS_RUN)

/* Whose file it is, by its name on the command line. */
static const char **built_member(struct built_files *built, const char *part, size_t length)
{
	const struct {
		const char *part;
		const char **file;
	} members[] = {{"rom", &built->rom}, {"kernel", &built->kernel}, {"initrd", &built->initrd},
		{"firmware", &built->firmware}, {"qemu", &built->qemu}, {"xen", &built->xen}};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strlen(members[i].part) == length && !strncmp(members[i].part, part, length))
			return members[i].file;
	return NULL;
}

int built_parse(struct built_files *built, const struct hunt_options *hunt, struct error *error)
{
	*built = (struct built_files){0};
	for (size_t i = 0; i < hunt->set_count; i++) {
		const char *text = hunt->set[i], *equals = strchr(text, '=');
		const char **member =
			equals ? built_member(built, text, (size_t)(equals - text)) : NULL;

		if (!member || !equals[1])
			return fail(error,
				"--set: '%s', expected PART=FILE with rom, kernel, initrd, "
				"firmware, qemu or xen",
				text);
		if (*member)
			return fail(error, "--set: '%s' is set twice", text);
		*member = equals + 1;
	}
	return 0;
}

int built_each(const struct built_files *built,
	int (*each)(void *context, const char *part, const char *file), void *context)
{
	const char *const files[][2] = {{"rom", built->rom}, {"kernel", built->kernel},
		{"initrd", built->initrd}, {"firmware", built->firmware}, {"qemu", built->qemu},
		{"xen", built->xen}};
	int status = 0;

	for (size_t i = 0; !status && i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i][1])
			status = each(context, files[i][0], files[i][1]);
	return status;
}

int hunt_number(
	const char *option, const char *text, unsigned most, unsigned *out, struct error *error)
{
	uint64_t number;

	if (parse_number(text, &number) < 0 || !number || number > most)
		return fail(error, "%s: '%s' is not a number from 1 to %u", option, text, most);
	*out = (unsigned)number;
	return 0;
}

int hunt_confidence(const struct hunt_options *hunt, double *out, struct error *error)
{
	char *end;

	*out = 0;
	if (!hunt->confidence)
		return 0;
	*out = strtod(hunt->confidence, &end);
	if (end == hunt->confidence || *end || !(*out >= 0.5 && *out <= 0.999999))
		return fail(error, "--confidence: '%s' is not a chance from 0.5 to 0.999999",
			hunt->confidence);
	return 0;
}

char *hunt_folder(const struct options *options, struct error *error)
{
	autofree char *own = options->folder ? copy_text(options->folder) : run_folder_default();
	char *absolute;

	if (folder_make(own, error) < 0)
		return NULL;
	absolute = realpath(own, NULL);
	if (!absolute)
		fail_errno(error, "%s", own);
	return absolute;
}

/* Which way is meant, and that the others' options are not there. */
static int check(const struct options *options, struct error *error)
{
	const struct hunt_options *hunt = &options->hunt;
	bool history = hunt->good || hunt->bad || hunt->build || hunt->set_count || hunt->git;

	if (!hunt->cell)
		return fail(error, "bisect: --cell is missing: which cell fails?");
	if (hunt->axis && (history || hunt->step || hunt->confidence))
		return fail(error, "--axis: goes without --git, --good, --bad, --build, --set, "
				   "--confidence and --step");
	if (hunt->step && (hunt->good || hunt->bad))
		return fail(error, "--step: tests what is checked out, without --good and --bad");
	if (!hunt->step && (hunt->boots || hunt->failures || hunt->rates))
		return fail(error, "--boots, --failures and --rates: only with --step");
	if (hunt->axis || hunt->step)
		return 0;
	if (!hunt->git || !hunt->good || !hunt->bad)
		return fail(error, "bisect: expected --git DIR --good A --bad B, or --axis");
	if (!hunt->set_count)
		return fail(
			error, "bisect: --set is missing: which built file goes into the cell?");
	return 0;
}

static int bisect(const struct options *options, struct error *error)
{
	if (check(options, error) < 0)
		return STATUS_USAGE;
	if (options->hunt.step)
		return bisect_step(options, error);
	if (options->hunt.axis)
		return bisect_axis(options, error);
	return bisect_history(options, error);
}

/* git takes every status below 128 but 0 and 125 for a bad commit: what went wrong is none. */
static int for_git(int argc, char **argv, int status)
{
	bool step = false;

	for (int i = 1; i < argc && !step; i++)
		step = !strcmp(argv[i], "--step");
	return step && status == STATUS_USAGE ? step_verdict_status(STEP_STOP) : status;
}

int command_bisect(int argc, char **argv, struct error *error)
{
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct options options;
	int status;

	if (!words)
		abort();
	for (int i = 0; i < argc; i++)
		words[i] = argv[i];
	status = options_parse(&options, argc, argv, GROUPS,
		"--cell CELL --git DIR --good A --bad B --build CMD --set PART=FILE [CASE...]",
		about, error);
	if (status == 0)
		status = bisect(&options, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	status = for_git(argc, words, status);
	options_free(&options);
	free(words);
	return status;
}
