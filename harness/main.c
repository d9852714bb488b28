/* dkboot: does direct kernel boot still work? The table of sub-commands, nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"

static const struct command_entry commands[] = {
	{"run", command_run, "boot the cells of case files and judge them"},
	{"boot", command_boot, "boot one kernel that no case names, and judge it"},
	{"list", command_list, "list the cells of case files"},
	{"show", command_show, "show what a cell is, or how it ended"},
	{"repro", command_repro,
		"boot a cell of an earlier run again, from that run's folder alone"},
	{"report", command_report, "write a run as one page of HTML"},
	{"compare", command_compare, "say what became of each cell from one run to another"},
	{"bisect", command_bisect,
		"find the commit, the version or the size at which a cell broke"},
	{"merge", command_merge, "join the shards of a run"},
	{"pack", command_pack, "write a payload volume"},
	{"fetch", command_fetch, "fetch real kernels of the catalogue into the cache"},
};

static int usage(FILE *to, int status)
{
	fputs("usage: dkboot COMMAND [OPTION...]\n\n", to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].about);
	fputs("\ndkboot COMMAND --help tells more.\n", to);
	return status;
}

/* What was printed and did not arrive is a failure: a full disk must not look like a pass. */
static int flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "dkboot: standard output: %s\n", strerror(errno ? errno : EIO));
	return STATUS_BROKEN;
}

static int run_command_named(const struct command_entry *command, int argc, char **argv)
{
	struct error error = {.text = ""};
	int status = command->run(argc, argv, &error);

	if (error.text[0])
		fprintf(stderr, "dkboot: %s\n", error.text);
	return flushed(status);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, STATUS_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return flushed(usage(stdout, STATUS_EXPECTED));
	if (strcmp(argv[1], "--version") == 0)
		return flushed(printf("dkboot %s\n", DKBOOT_VERSION) < 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command_named(&commands[i], argc - 1, argv + 1);
	fprintf(stderr, "dkboot: no command '%s'\n", argv[1]);
	return usage(stderr, STATUS_USAGE);
}
