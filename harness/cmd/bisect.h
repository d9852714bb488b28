/* What the ways of `dkboot bisect` share. Each returns an exit status. */
#ifndef DKBOOT_CMD_BISECT_H
#define DKBOOT_CMD_BISECT_H

#include "cmd/quarry.h"
#include "record/hunt.h"
#include "run/sequential.h"

/** Exit statuses of `dkboot bisect` itself; wrong usage is STATUS_USAGE. */
enum hunt_status {
	HUNT_FOUND = 0,
	HUNT_NOTHING = 1, /* the good end fails already, or the bad one passes */
	HUNT_UNDECIDED = 3
};

/** The files of --set, as they were typed; NULL = none. */
struct built_files {
	const char *rom, *kernel, *initrd, *firmware, *qemu, *xen;
};

/** Reads --set PART=FILE. @return 0, or -1 with the reason */
int built_parse(struct built_files *built, const struct hunt_options *hunt, struct error *error);

/** Calls back for each file that is set. @return the first that is not 0, or 0 */
int built_each(const struct built_files *built,
	int (*each)(void *context, const char *part, const char *file), void *context);

/** A number of the command line from 1 to @most. @return 0, or -1 with the reason */
int hunt_number(
	const char *option, const char *text, unsigned most, unsigned *out, struct error *error);

/** --confidence, 0 when it is not given. @return 0, or -1 with the reason */
int hunt_confidence(const struct hunt_options *hunt, double *out, struct error *error);

/** The folder of a hunt, made: absolute, malloc'ed; NULL with the reason. */
char *hunt_folder(const struct options *options, struct error *error);

/** --step: tests the commit that is checked out. @return 0, 1, 125 or 128, for `git bisect run` */
int bisect_step(const struct options *options, struct error *error);

/** --git: a history. */
int bisect_history(const struct options *options, struct error *error);

/** --axis: any ordered axis. */
int bisect_axis(const struct options *options, struct error *error);

#endif
