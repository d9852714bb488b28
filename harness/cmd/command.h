/* The sub-commands: each is one function of this shape, in one file of this folder. */
#ifndef DKBOOT_CMD_COMMAND_H
#define DKBOOT_CMD_COMMAND_H

#include "base/error.h"

/** Exit statuses; see the README. Functions below main return them, they never exit. */
enum status {
	STATUS_EXPECTED = 0, /* everything as expected */
	STATUS_FAILED = 1,   /* some cell failed */
	STATUS_USAGE = 2,    /* wrong usage or a bad case file: nothing was booted */
	STATUS_BROKEN = 3    /* some cell broken, and none failed */
};

struct command_entry {
	const char *name;
	int (*run)(int argc, char **argv,
		struct error *error); /* a status; with error->text set, that is printed */
	const char *about;
};

int command_run(int argc, char **argv, struct error *error);
int command_boot(int argc, char **argv, struct error *error);
int command_list(int argc, char **argv, struct error *error);
int command_show(int argc, char **argv, struct error *error);
int command_repro(int argc, char **argv, struct error *error);
int command_report(int argc, char **argv, struct error *error);
int command_merge(int argc, char **argv, struct error *error);
int command_pack(int argc, char **argv, struct error *error);
int command_compare(int argc, char **argv, struct error *error);
int command_bisect(int argc, char **argv, struct error *error);
int command_fetch(int argc, char **argv, struct error *error);

#endif
