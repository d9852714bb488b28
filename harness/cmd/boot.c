/* dkboot boot: boot one kernel that no case names, and judge it. */
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/execute.h"

static const char about[] = "Boots one kernel, shows its serial console and judges it: with "
			    "--expect, it passes when every pattern was "
			    "seen; without, when the guest switches itself off.";

int command_boot(int argc, char **argv, struct error *error)
{
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct call call = {.argc = argc, .argv = words, .console = true};
	struct selection selection = {0};
	struct options options;
	int status;

	for (int i = 0; i < argc; i++)
		words[i] = argv[i];
	status = options_parse(&options, argc, argv, OPTIONS_BOOT | OPTIONS_REPLACE | OPTIONS_RUN,
		"--kernel FILE|NAME", about, error);
	if (status == 0 && options.case_count > 0)
		status = fail(error, "boot: '%s': a case is for `dkboot run`", options.cases[0]);
	if (status == 0 && options.map && options.layout && strcmp(options.layout, "full") != 0)
		status = fail(error, "--map: needs --layout full, not %s", options.layout);
	if (status != 0)
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	else if (selection_check_files(&options, error) < 0 ||
		 selection_boot(&selection, &options, error) < 0)
		status = STATUS_USAGE;
	else
		status = execute(&selection, &options, &call, error);
	selection_free(&selection);
	options_free(&options);
	free(words);
	return status;
}
