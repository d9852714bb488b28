/* A run's folder: where it is, and what makes it complete in itself. */
#ifndef DKBOOT_RUN_FOLDER_H
#define DKBOOT_RUN_FOLDER_H

#include "base/error.h"
#include "case/cell.h"

/** dkboot-runs/YYYYMMDD-HHMMSS-PID below the current folder; malloc'ed. */
char *run_folder_default(void);

/** Notes how the run was called and copies its case files to cases/, so that the folder explains
 * itself. */
int run_folder_describe(const char *folder, int argc, char **argv, struct test_case *const *cases,
	size_t case_count, struct error *error);

/** Notes the arguments of a run in its folder. */
int run_folder_note(const char *folder, int argc, char **argv, struct error *error);

/** Takes --shard out of a run's arguments. @return how many are left, NULL behind them */
int arguments_drop_shard(int argc, char **argv);

/**
 * The arguments of an earlier run, as run_folder_describe() noted them.
 * @param argv malloc'ed, NULL at its end; each word malloc'ed
 */
int run_folder_arguments(const char *folder, int *argc, char ***argv, struct error *error);

/** Words quoted for a shell, a space between them; malloc'ed. */
char *command_text(int argc, char **argv);

#endif
