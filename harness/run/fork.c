#include "run/fork.h"

#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/xen_frozen.h"
#include "engine/xen_store.h"
#include "payload/part.h"
#include "payload/volume.h"
#include "run/judge.h"

/* What a guest is frozen with must fit every payload: that of a damaged volume may be about where
 * it ends, that of a boot sector is read with its loader. */
bool fork_possible(const struct machine *machine, const struct payload *payload)
{
	return payload->volume && payload->volume_sound && !payload->volume_starts &&
	       !machine->volume_ide && !machine->stubdom;
}

/* The ROM is about to run: the oracle compares with what is in memory now. */
static int entered(const struct memory_reader *memory, const struct cpu_state *cpu,
	const char *folder, struct error *error)
{
	autofree char *path = format_text("%s/" FORK_BEFORE, folder);
	int at = judge_at_entry(memory, cpu, error);
	struct memory_image *before;
	int status;

	if (at <= 0)
		return at;
	before = memory_image_take(memory, UINT64_MAX, error);
	status = before ? memory_image_save(before, path, error) : -1;
	memory_image_free(before);
	return status < 0 ? -1 : 1;
}

static char *make(const struct machine *machine, const struct payload *empty, const char *cache,
	void (*progress)(const char *line), struct error *error)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	struct fork_watch watch = {.points = judge->points, .entered = entered};
	char *folder = NULL;

	if (judge_watch_rom(judge, machine->rom_folder, error) == 0) {
		watch.point_count = judge->point_count;
		folder = frozen_fork(machine, empty, &watch, cache, progress, error);
		if (!folder) /* a host that is too busy is no reason to give all its cells up */
			folder = frozen_fork(machine, empty, &watch, cache, progress, error);
	}
	free(judge);
	return folder;
}

static const struct fork *known(const struct fork *forks, const char *name)
{
	while (forks && strcmp(forks->name, name) != 0)
		forks = forks->next;
	return forks;
}

/* @empty has the volume that a guest waits in front of */
static const char *find(struct fork **forks, const struct machine *machine,
	const struct payload *empty, const char *cache, void (*progress)(const char *line),
	struct error *error)
{
	autofree char *name = frozen_fork_name(machine, empty);
	const struct fork *fork = known(*forks, name);
	struct fork *found;
	char *folder;

	if (fork)
		return fork->folder;
	folder = make(machine, empty, cache, progress, error);
	if (!folder)
		return NULL;
	found = calloc(1, sizeof(*found));
	*found = (struct fork){copy_text(name), folder, frozen_hold(folder), *forks};
	*forks = found;
	return folder;
}

const char *fork_find(struct fork **forks, const struct machine *machine, const char *cache,
	void (*progress)(const char *line), struct error *error)
{
	struct payload empty = {.boot = BOOT_LINUX, .cmdline = (char *)"", .volume_sound = true};
	const char *folder = NULL;

	empty.volume = volume_unwritten(error);
	if (empty.volume)
		folder = find(forks, machine, &empty, cache, progress, error);
	part_free(empty.volume);
	return folder;
}

void forks_free(struct fork *forks)
{
	while (forks) {
		struct fork *next = forks->next;

		free(forks->name);
		free(forks->folder);
		if (forks->held >= 0)
			close(forks->held);
		free(forks);
		forks = next;
	}
}
