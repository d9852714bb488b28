/* Clones guests of nested Xen out of one that was frozen in front of an empty volume:
 *
 *     tool_xen_fork CASES FOLDER
 *
 * The cells of CASES are booted at the same time, each with its own payload; then the first once
 * more with the volume of the second behind it, as a fork would that hands out what is another's. A
 * line each: "own" or "other", the cell's name, its outcome and class, the reason.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "case/case.h"
#include "case/cell.h"
#include "check/failure.h"
#include "record/result.h"
#include "run/trial.h"

#define CELLS	 2
#define PIECE	 48
#define ROM_TEXT "dkboot-rom: waiting for payload"

struct clone {
	struct job job;
	struct trial *trial;
	const char *what;
};

static void done(void *context, struct trial *trial)
{
	struct clone *clone = context;
	const struct attempt *attempt = trial_attempt(trial);

	printf("%s %s: %s %s: %s\n", clone->what, cell_value(clone->job.cell, AXIS_KERNEL)->name,
		outcome_name(attempt->outcome),
		attempt->failure ? failure_name(attempt->failure) : "-",
		attempt->reason ? attempt->reason : "");
	trial_free(trial);
}

static int start(struct clone *clone, uv_loop_t *loop, const char *folder, struct error *error)
{
	struct trial_hooks hooks = {.done = done, .context = clone};
	autofree char *own = format_text(
		"%s/%s-%s", folder, clone->what, cell_value(clone->job.cell, AXIS_KERNEL)->name);

	if (!clone->job.forked)
		return fail(error, "the cell does not wait for its payload");
	if (folder_make(own, error) < 0)
		return -1;
	clone->trial = trial_start(loop, &clone->job, own, &hooks, error);
	return clone->trial ? 0 : -1;
}

/* Both at once, then the fault. */
static int boot(struct clone *clones, const char *folder, struct error *error)
{
	struct part *own = clones[0].job.payload.volume;
	uv_loop_t loop;
	int status = 0;

	uv_loop_init(&loop);
	for (size_t i = 0; i < CELLS && status == 0; i++)
		status = start(&clones[i], &loop, folder, error);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (status == 0) {
		clones[0].what = "other";
		clones[0].job.payload.volume = clones[1].job.payload.volume;
		status = start(&clones[0], &loop, folder, error);
		uv_run(&loop, UV_RUN_DEFAULT);
		clones[0].job.payload.volume = own;
	}
	uv_loop_close(&loop);
	return status;
}

/* Whether the memory that was frozen holds some bytes. What nobody has written is not looked at. */
static bool holds(int ram, const void *bytes, size_t size)
{
	static char part[(1 << 20) + PIECE];
	off_t data = 0;

	while ((data = lseek(ram, data, SEEK_DATA)) >= 0) {
		off_t end = lseek(ram, data, SEEK_HOLE);

		for (; data < end; data += 1 << 20) {
			ssize_t got = pread(ram, part, sizeof(part), data);

			if (got > 0 && memmem(part, (size_t)got, bytes, size))
				return true;
		}
	}
	return false;
}

/* What is in the middle of a part is nowhere in the frozen machine; the ROM is. */
static int look_into_frozen(const struct job *job, struct error *error)
{
	autofree char *path = format_text("%s/ram", job->frozen);
	const struct part *parts[] = {job->payload.kernel, job->payload.initrd};
	autofd int ram = open(path, O_RDONLY | O_CLOEXEC);
	char piece[PIECE];

	if (ram < 0)
		return fail_errno(error, "%s", path);
	printf("frozen: ROM %d", holds(ram, ROM_TEXT, strlen(ROM_TEXT)));
	for (size_t i = 0; i < 2; i++) {
		if (pread(parts[i]->fd, piece, PIECE, (off_t)parts[i]->size / 2) != PIECE)
			return fail_errno(error, "%s", parts[i]->origin);
		printf(", %s %d", i ? "initrd" : "kernel", holds(ram, piece, PIECE));
	}
	puts("");
	return 0;
}

static int prepare(struct clone *clones, struct stage *stage, const struct cell_list *cells,
	struct error *error)
{
	if (cells->count != CELLS)
		return fail(error, "%zu cells, expected %d", cells->count, CELLS);
	for (size_t i = 0; i < CELLS; i++) {
		clones[i].what = "own";
		if (job_prepare(&clones[i].job, stage, &cells->cells[i], error) < 0)
			return -1;
	}
	if (strcmp(clones[0].job.frozen, clones[1].job.frozen) != 0)
		return fail(error, "two frozen machines, expected one");
	return 0;
}

int main(int argc, char **argv)
{
	struct choices choices = {.emulator = strdup("qemu-system-x86_64"),
		.accel = strdup("tcg"),
		.timeout_scale = 1};
	static struct clone clones[CELLS];
	struct cell_list cells = {0};
	struct stage stage = {0};
	struct error error = {0};
	struct test_case *from = argc == 3 ? case_load(argv[1], &error) : NULL;
	int status = -1;

	if (argc != 3)
		fail(&error, "usage: tool_xen_fork CASES FOLDER");
	else if (from && cells_expand(from, &cells, &error) == 0)
		status = stage_open(&stage, argv[2], &choices, &error);
	if (status == 0)
		status = prepare(clones, &stage, &cells, &error);
	if (status == 0)
		status = look_into_frozen(&clones[0].job, &error);
	if (status == 0)
		status = boot(clones, argv[2], &error);
	if (status < 0)
		fprintf(stderr, "%s\n", error.text);
	for (size_t i = 0; i < CELLS; i++)
		job_free(&clones[i].job);
	stage_close(&stage);
	free(cells.cells);
	if (from)
		case_free(from);
	return status < 0;
}
