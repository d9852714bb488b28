#include "cmd/execute.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/reports.h"
#include "run/folder.h"
#include "run/progress.h"

/* First line of `emulator --version`. */
static char *emulator_version(const char *emulator)
{
	char *argv[] = {(char *)emulator, (char *)"--version", NULL};
	autobuffer struct buffer out = {0};
	int status;

	if (run_command(argv, NULL, 10000, &out, &status, NULL) < 0 || status != 0 || !out.size)
		return format_text("%s: no version", emulator);
	out.data[strcspn(out.data, "\n")] = '\0';
	return copy_text(out.data);
}

void execute_facts(struct run_facts *facts, const struct stage *stage,
	const struct options *options, const struct call *call, size_t planned)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	struct utsname host;
	struct sha256 sha256 = {.hex = "unknown"};
	autofree char *rom = format_text("%s/linuxboot.bin", stage->parts.rom);

	uname(&host);
	digest_file(rom, &sha256, NULL, NULL, NULL);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	*facts = (struct run_facts){
		.started = copy_text(stamp),
		.command = command_text(call->argc, call->argv),
		.version = copy_text(DKBOOT_VERSION),
		.host = format_text("%ld processors, %s %s", sysconf(_SC_NPROCESSORS_ONLN),
			host.sysname, host.release),
		.emulator = emulator_version(stage->choices.emulator),
		.accelerator = copy_text(stage->accelerator.why),
		.scale = stage_scale(stage),
		.rom = format_text("%s sha256=%s", rom, sha256.hex),
		.shard = options->shards ? format_text("%u/%u", options->shard, options->shards)
					 : NULL,
		.planned = planned,
	};
}

void execute_facts_free(struct run_facts *facts)
{
	free(facts->started);
	free(facts->command);
	free(facts->version);
	free(facts->host);
	free(facts->emulator);
	free(facts->accelerator);
	free(facts->rom);
	free(facts->shard);
	free(facts->matrix);
}

/* Cells that an earlier, cut short run has a verdict for are left out, and counted; broken ones are
 * booted again. */
static int drop_done(struct cell_list *cells, const char *folder, struct summary *summary,
	size_t *done, struct error *error)
{
	autofree char *path = format_text("%s/journal.jsonl", folder);
	autobuffer struct buffer id = {0};
	struct journal journal;
	size_t kept = 0;

	if (journal_read(path, &journal, error) < 0)
		return -1;
	/* A line that the kill tore apart must not run into the next one. */
	if (truncate(path, (off_t)journal.whole) < 0) {
		journal_free(&journal);
		return fail_errno(error, "%s", path);
	}
	for (size_t i = 0; i < cells->count; i++) {
		bool known = false;

		buffer_clear(&id);
		cell_id(&cells->cells[i], &id);
		for (size_t k = 0; k < journal.count && !known; k++) {
			known = strcmp(journal.results[k].id, id.data) == 0 &&
				journal.results[k].outcome != OUTCOME_BROKEN;
			if (known)
				summary_add(summary, &journal.results[k]);
		}
		if (!known)
			cells->cells[kept++] = cells->cells[i];
	}
	*done = cells->count - kept;
	cells->count = kept;
	journal_free(&journal);
	return 0;
}

static struct reporter reporter_for(
	struct progress *progress, const struct options *options, const struct call *call)
{
	if (strcmp(options->format, "json") == 0)
		return progress_json(progress, stdout);
	if (strcmp(options->format, "tap") == 0)
		return progress_for_people(progress, stderr, options->quiet);
	if (call->console && !options->quiet)
		return progress_console(progress, stdout);
	return progress_for_people(progress, stdout, options->quiet);
}

static int boot_all(struct stage *stage, struct selection *selection, const struct options *options,
	const struct call *call, const char *folder, struct error *error)
{
	struct policy policy = {.lanes = options->lanes,
		.retry = options->retry,
		.fail_fast = options->fail_fast,
		.resume = options->resume != NULL,
		.alone = call->stand_in.kernel != NULL};
	struct progress progress;
	struct reporter reporter = reporter_for(&progress, options, call);
	struct summary summary = {0};
	struct run_facts facts;
	size_t done = 0;
	int signal = 0;
	int status;

	if (policy.resume && drop_done(&selection->cells, folder, &summary, &done, error) < 0)
		return STATUS_USAGE;
	execute_facts(&facts, stage, options, call, selection->cells.count);
	facts.matrix = copy_text(selection->matrix);
	status = scheduler_run(stage, &selection->cells, &policy, &facts, done, &reporter, &summary,
		&signal, error);
	execute_facts_free(&facts);
	progress_finish(&progress);
	if (status < 0)
		return STATUS_BROKEN;
	status = report_run(&(const struct reporting){options, call->baseline, call->console, false,
				    progress.colour, progress.width},
		folder, error);
	if (!signal)
		return status;
	if (call->console)
		fail(error, "interrupted");
	else
		fail(error, "interrupted; go on with: dkboot run --resume %s", folder);
	return 128 + signal;
}

static void order(struct selection *selection, const struct options *options)
{
	if (!options->shuffle) {
		cells_longest_first(&selection->cells);
		return;
	}
	fprintf(stderr, "shuffled with --shuffle=%" PRIu64 "\n", options->seed);
	cells_shuffle(&selection->cells, options->seed);
}

static int execute_prepared(struct selection *selection, const struct options *options,
	const struct call *call, struct error *error)
{
	autofree char *own = options->folder || options->resume ? NULL : run_folder_default();
	const char *folder = options->resume   ? options->resume
			     : options->folder ? options->folder
					       : own;
	struct choices choices = {
		.emulator = copy_text(options->emulator ? options->emulator : "qemu-system-x86_64"),
		.accel = copy_text(options->accel),
		.timeout_scale = options->timeout_scale,
		.keep = options->keep,
		.cold = options->cold,
		.built = options->built,
		.idle = options->idle,
		.stand_in = call->stand_in};
	struct stage stage;
	int status = STATUS_BROKEN;

	/* A limit on file sizes is an error of write(2) like a full disk, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	order(selection, options);
	if (stage_open(&stage, folder, &choices, error) == 0 &&
		(options->resume || run_folder_describe(folder, call->argc, call->argv,
					    selection->cases, selection->case_count, error) == 0))
		status = boot_all(&stage, selection, options, call, folder, error);
	stage_close(&stage);
	return status;
}

int execute(struct selection *selection, const struct options *options, const struct call *call,
	struct error *error)
{
	struct baseline baseline;
	struct call here = *call;
	int status = STATUS_USAGE;

	if (baseline_open(&baseline, options, error) == 0) {
		here.baseline = &baseline;
		status = execute_prepared(selection, options, &here, error);
	}
	baseline_close(&baseline);
	return status;
}
