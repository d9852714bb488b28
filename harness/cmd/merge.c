/* dkboot merge: the shards of a run become the run. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "base/tree.h"
#include "cmd/command.h"
#include "cmd/reports.h"
#include "record/merge.h"
#include "run/folder.h"
#include "run/progress.h"

static const char about[] = "Joins the run folders of all shards of a matrix (`dkboot run --shard "
			    "I/N`) into the folder of "
			    "the whole run, and reports it.\v"
			    "A shard that is missing, there twice, or a part of another matrix "
			    "(other cells, case files, ROM "
			    "or dkboot) is an error. Exit status: as of `dkboot run`; 3 also when "
			    "a shard did not come to its "
			    "end: `dkboot run --resume` goes on with the whole.";

/* What a run folder has beside its journal and its arguments. */
static const char *const folders[] = {"cases", "cells", "blobs", "rom", "dom0"};

struct shards {
	struct shard *list;
	size_t count;
};

static int read_shards(struct shards *shards, const struct options *options, struct error *error)
{
	shards->list = calloc(options->case_count + 1, sizeof(*shards->list));
	if (!shards->list)
		abort();
	for (size_t i = 0; i < options->case_count; i++) {
		struct shard *shard = &shards->list[shards->count];
		autofree char *path = format_text("%s/journal.jsonl", options->cases[i]);

		if (journal_read(path, &shard->journal, error) < 0)
			return -1;
		shard->name = options->cases[i];
		shards->count++;
	}
	return 0;
}

static void shards_free(struct shards *shards)
{
	for (size_t i = 0; i < shards->count; i++)
		journal_free(&shards->list[i].journal);
	free(shards->list);
}

/* The same bytes in both folders, as far as @folder goes. */
static int compare_folders(
	const char *folder, const char *other, const char *name, struct error *error)
{
	autofree char *path = format_text("%s/%s", folder, name);
	autodir DIR *entries = opendir(path);
	const struct dirent *entry;

	if (!entries)
		return fail_errno(error, "%s", path);
	while ((entry = readdir(entries))) {
		autofree char *here = format_text("%s/%s", path, entry->d_name);
		autofree char *there = format_text("%s/%s/%s", other, name, entry->d_name);
		autobuffer struct buffer mine = {0}, theirs = {0};

		if (entry->d_name[0] == '.')
			continue;
		if (file_read(here, &mine, error) < 0)
			return -1;
		if (file_read(there, &theirs, NULL) < 0 || mine.size != theirs.size ||
			(mine.size && memcmp(mine.data, theirs.data, mine.size) != 0))
			return fail(error, "%s: shard of another matrix than %s: %s/%s differs",
				other, folder, name, entry->d_name);
	}
	return 0;
}

static int compare_cases(const struct shards *shards, struct error *error)
{
	for (size_t i = 1; i < shards->count; i++)
		if (compare_folders(shards->list[0].name, shards->list[i].name, "cases", error) <
				0 ||
			compare_folders(
				shards->list[i].name, shards->list[0].name, "cases", error) < 0)
			return -1;
	return 0;
}

static int join_folders(const struct shards *shards, const char *to, struct error *error)
{
	for (size_t i = 0; i < shards->count; i++) {
		for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
			autofree char *from =
				format_text("%s/%s", shards->list[i].name, folders[k]);
			autofree char *here = format_text("%s/%s", to, folders[k]);

			if (file_exists(from) && folder_join(from, here, error) < 0)
				return -1;
		}
	}
	return 0;
}

/* The journal comes last: a folder without one is no run. */
static int write_run(const struct shards *shards, const char *to, struct error *error)
{
	autofree char *path = format_text("%s/journal.jsonl", to);
	autofree char *command = NULL;
	autobuffer struct buffer journal = {0};
	int argc;
	char **argv;

	if (run_folder_arguments(shards->list[0].name, &argc, &argv, error) < 0)
		return -1;
	argc = arguments_drop_shard(argc, argv);
	command = command_text(argc, argv);
	if (folder_make(to, error) < 0 || join_folders(shards, to, error) < 0 ||
		run_folder_note(to, argc, argv, error) < 0)
		return -1;
	shards_join(shards->list, shards->count, command, &journal);
	return file_write(path, journal.data, journal.size, error);
}

/* Which shards leave the whole unfinished. */
static int check_ends(const struct shards *shards, const char *to, int status, struct error *error)
{
	for (size_t i = 0; i < shards->count; i++) {
		if (shards->list[i].journal.complete)
			continue;
		fail(error,
			"%s: shard %s did not come to its end; go on with: dkboot run --resume %s",
			shards->list[i].name, shards->list[i].journal.facts.shard, to);
		return status == STATUS_EXPECTED ? STATUS_BROKEN : status;
	}
	return status;
}

static int report(const struct options *options, const struct baseline *baseline,
	const char *folder, struct error *error)
{
	struct progress progress;

	progress_for_people(&progress, stdout, true);
	return report_run(&(const struct reporting){options, baseline, false, true, progress.colour,
				  progress.width},
		folder, error);
}

static int merge(const struct options *options, struct error *error)
{
	autofree char *own = options->folder ? NULL : run_folder_default();
	const char *to = options->folder ? options->folder : own;
	struct shards shards = {0};
	struct baseline baseline = {0};
	int status = STATUS_USAGE;

	if (file_exists(to)) {
		fail(error, "%s: is there already", to);
	} else if (baseline_open(&baseline, options, error) == 0 &&
		   read_shards(&shards, options, error) == 0 &&
		   shards_check(shards.list, shards.count, error) == 0 &&
		   compare_cases(&shards, error) == 0) {
		status = STATUS_BROKEN;
		if (write_run(&shards, to, error) == 0)
			status = check_ends(
				&shards, to, report(options, &baseline, to, error), error);
		else
			folder_remove(to, NULL);
	}
	baseline_close(&baseline);
	shards_free(&shards);
	return status;
}

int command_merge(int argc, char **argv, struct error *error)
{
	struct options options;
	int status = options_parse(&options, argc, argv, OPTIONS_MERGE, "SHARD...", about, error);

	if (status == 0 && options.case_count == 0)
		status = fail(error, "merge: give the run folders of all shards");
	if (status == 0)
		status = merge(&options, error);
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
