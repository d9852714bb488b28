/* Options that sub-commands share: which cells, what replaces an axis, how to run, how to report.
 */
#ifndef DKBOOT_CMD_OPTIONS_H
#define DKBOOT_CMD_OPTIONS_H

#include <argp.h>

#include "case/cell.h"
#include "record/compare.h"
#include "run/scheduler.h"

/** --kernel K, --memory M, ...: a value that replaces an axis. */
struct replacement {
	enum axis_id axis;
	const char *text;
};

/** dkboot bisect: as they were typed; NULL = not at all. */
struct hunt_options {
	const char *git, *good, *bad, *build, *cell, *axis;
	const char *confidence, *boots, *failures, *rates;
	const char **set; /* "PART=FILE" */
	size_t set_count;
	bool step;
};

struct options {
	const char **cases; /* files and folders named on the command line */
	size_t case_count;
	struct replacement replacements[AXES];
	size_t replacement_count;
	const char **expect; /* boot: patterns, in order */
	size_t expect_count;
	const char *filter;
	unsigned shard, shards; /* 0 = all */
	bool shuffle;
	uint64_t seed; /* of the shuffle */
	unsigned lanes, retry;
	double timeout_scale;
	const char *limit; /* boot: time limit of the boot */
	const char
		*layout; /* off, entry, full: instead of what the cases say; NULL = as they say */
	bool map;	 /* boot: print the memory map */
	bool fail_fast, keep, cold, built, idle, quiet;
	bool bootsector;    /* pack: a volume that boots by itself */
	bool bugs;	    /* list: a table of expected failures */
	const char *resume; /* run folder to go on with */
	const char *format; /* tty, tap, json */
	const char *junit;
	const char *baseline; /* run, report: a run to compare with */
	struct slower_rule slower;
	const char *folder; /* -o */
	const char *emulator;
	const char *accel;
	struct hunt_options hunt;
	struct error *error; /* where the parser leaves its complaint */
	char *names[2];	     /* of the command, as usage and getopt say it: argv[0] points here */
};

/** Which groups of options a command has. */
enum option_group {
	OPTIONS_SELECT = 1,
	OPTIONS_REPLACE = 2,
	OPTIONS_RUN = 4,
	OPTIONS_BOOT = 8,
	OPTIONS_LIST = 16,
	OPTIONS_PACK = 32,
	OPTIONS_COMPARE = 64,
	OPTIONS_REPORT = 128,
	OPTIONS_HUNT = 256,
	OPTIONS_MERGE = 512
};

/**
 * Parses a sub-command's arguments.
 * @param groups  the option groups it knows
 * @param usage   what follows the options in the usage line, e.g. "[CASE...]"
 * @param about   text of --help
 * @return 0; 1 when --help was shown and there is nothing left to do; -1 with the complaint (exit
 * status 2)
 */
int options_parse(struct options *options, int argc, char **argv, unsigned groups,
	const char *usage, const char *about, struct error *error);

void options_free(struct options *options);

/** Case files and their cells, loaded, overridden, filtered, sharded. */
struct selection {
	struct test_case **cases;
	size_t case_count;
	struct cell_list cells;
	char *matrix; /* of a shard: what it is a part of; see struct run_facts */
};

/**
 * Loads the case files named (folders: every *.yaml in them; none named: ./cases or the installed
 * ones) and picks cells.
 * @return 0, or -1 with "file:line: what" (exit status 2); an empty selection is an error
 */
int selection_load(struct selection *selection, const struct options *options, struct error *error);

/** Refuses the path of a kernel, initrd, ROM or firmware that cannot be read (exit status 2). */
int selection_check_files(const struct options *options, struct error *error);

/** The one cell that `dkboot boot` describes. */
int selection_boot(struct selection *selection, const struct options *options, struct error *error);

/** The cell with that id, or NULL. */
const struct cell *selection_find(const struct selection *selection, const char *id);

void selection_free(struct selection *selection);

#endif
