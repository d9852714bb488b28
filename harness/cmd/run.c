/* dkboot run: boot the cells of case files and judge them. */
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/execute.h"
#include "run/folder.h"

static const char about[] =
	"Boots the cells of case files (folders: every *.yaml in them; "
	"default: ./cases, or those installed) and judges them.\v"
	"Exit status: 0 all as expected; 1 some cell failed; 2 wrong usage or "
	"a bad case file, and nothing was "
	"booted; 3 some cell broken and none failed. With --baseline as of `dkboot compare`: "
	"1 something regressed, whatever else failed; 3 nothing did, but some cell "
	"is broken or the run did not come to its end.";

#define GROUPS (OPTIONS_SELECT | OPTIONS_REPLACE | OPTIONS_RUN)

static int run_options(const struct options *options, const struct call *call, struct error *error)
{
	struct selection selection = {0};
	int status = STATUS_USAGE;

	if (selection_check_files(options, error) == 0 &&
		selection_load(&selection, options, error) == 0)
		status = execute(&selection, options, call, error);
	selection_free(&selection);
	return status;
}

/* What to show and where to stop is today's matter. */
static void take_over(struct options *then, const struct options *today)
{
	then->resume = today->resume;
	then->format = today->format;
	then->junit = today->junit ? today->junit : then->junit;
	then->quiet = today->quiet;
	then->baseline = today->baseline ? today->baseline : then->baseline;
	then->fail_fast = today->fail_fast;
}

/* A resumed run is the earlier one: which cells, on what and how, is told by its own arguments. */
static int run_resumed(const struct options *today, struct error *error)
{
	const char *folder = today->resume;
	struct call call = {0};
	struct options options;
	char **words;
	int status = STATUS_USAGE;

	if (run_folder_arguments(folder, &call.argc, &call.argv, error) < 0)
		return STATUS_USAGE;
	words = calloc((size_t)call.argc + 1, sizeof(*words));
	for (int i = 0; i < call.argc; i++)
		words[i] = call.argv[i];
	if (options_parse(&options, call.argc, words, GROUPS, "", "", error) == 0) {
		take_over(&options, today);
		status = run_options(&options, &call, error);
	}
	options_free(&options);
	return status;
}

int command_run(int argc, char **argv, struct error *error)
{
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct call call = {.argc = argc, .argv = words};
	struct options options;
	int status;

	for (int i = 0; i < argc; i++)
		words[i] = argv[i];
	status = options_parse(&options, argc, argv, GROUPS, "[CASE...]", about, error);
	if (status == 0 && options.resume && options.case_count > 0)
		status = fail(error, "--resume: the run knows its cases; '%s' is one too many",
			options.cases[0]);
	if (status == 0)
		status = options.resume ? run_resumed(&options, error)
					: run_options(&options, &call, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	free(words);
	return status;
}
