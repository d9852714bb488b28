#include "run/stage.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_frozen.h"
#include "engine/xen_store.h"
#include "payload/dom0.h"
#include "run/card.h"

/* The boot sector of a volume, beside the ROM that it starts. */
#define SECTOR_FILE "bootsector.bin"

/* The names by which QEMU asks for the boot ROM of a Linux kernel. */
static const char *const rom_names[] = {
	"linuxboot.bin", "linuxboot_dma.bin", "multiboot.bin", "multiboot_dma.bin", "pvh.bin"};

/* The folder of our own binary; "." when the kernel does not tell. */
static char *binary_folder(void)
{
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (size < 0)
		return copy_text(".");
	path[size] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return copy_text(path);
}

static bool parts_in(struct parts *parts, const char *folder)
{
	autofree char *rom = format_text("%s/rom/stock-names", folder);
	autofree char *guests = format_text("%s/guests", folder);
	autofree char *catalogue = format_text("%s/guests/catalogue.yaml", folder);
	autofree char *installed = format_text("%s/cases", folder);

	if (!file_exists(rom) || !file_exists(catalogue))
		return false;
	parts->rom = copy_text(rom);
	parts->guests = copy_text(guests);
	parts->catalogue = copy_text(catalogue);
	parts->cases = format_text(file_exists(installed) ? "%s/cases" : "%s/../cases", folder);
	return true;
}

int parts_find(struct parts *parts, struct error *error)
{
	const char *data = getenv("DKBOOT_DATA");
	autofree char *binary = binary_folder();
	autofree char *shared = format_text("%s/../share/dkboot", binary);
	autofree char *above = format_text("%s/..", binary);

	*parts = (struct parts){.cache = cache_folder()};
	if (data)
		return parts_in(parts, data) ? 0
					     : fail(error,
						       "$DKBOOT_DATA (%s) holds no rom/stock-names "
						       "and guests/catalogue.yaml",
						       data);
	if (parts_in(parts, binary) || parts_in(parts, shared) || parts_in(parts, above))
		return 0;
	return fail(error, "cannot find dkboot's ROM and guests in %s or %s: run `make`", binary,
		shared);
}

void parts_free(struct parts *parts)
{
	free(parts->rom);
	free(parts->guests);
	free(parts->catalogue);
	free(parts->cases);
	free(parts->cache);
	*parts = (struct parts){0};
}

/* Boots the smallest probe under what accelerators there are. */
static int stage_accelerate(struct stage *stage, struct error *error)
{
	struct kernel_spec kernel = {.kind = KERNEL_PROBE, .probe = {.protocol = 0x20f}};
	struct initrd_spec initrd = {.kind = INITRD_NONE};
	struct cmdline_spec cmdline = {.text = (char *)""};
	struct machine machine = {.emulator = stage->choices.emulator,
		.type = "pc",
		.memory = 64 << 20,
		.vcpus = 1,
		.dma = true};
	struct payload probe;
	int status;

	if (pantry_payload(stage->pantry, &kernel, &initrd, &cmdline, &probe, error) < 0)
		return -1;
	status = accelerator_choose(&machine, &probe, stage->choices.accel, stage->parts.cache,
		&stage->accelerator, error);
	payload_free(&probe);
	return status;
}

/* Every distinct payload of a run keeps a descriptor: take as many as the system gives. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int stage_open(
	struct stage *stage, const char *folder, struct choices *choices, struct error *error)
{
	char absolute[PATH_MAX];

	*stage = (struct stage){.choices = *choices};
	*choices = (struct choices){0};
	raise_descriptor_limit();
	if (parts_find(&stage->parts, error) < 0)
		return -1;
	if (folder_make(folder, error) < 0)
		return -1;
	if (!realpath(folder, absolute))
		return fail_errno(error, "%s", folder);
	stage->folder = copy_text(absolute);
	stage->pantry =
		pantry_open(stage->parts.guests, stage->parts.catalogue, stage->parts.cache, error);
	if (!stage->pantry)
		return -1;
	return stage_accelerate(stage, error);
}

void stage_close(struct stage *stage)
{
	while (stage->roms) {
		struct rom *rom = stage->roms;

		stage->roms = rom->next;
		free(rom->name);
		free(rom->folder);
		free(rom);
	}
	if (stage->pantry)
		pantry_close(stage->pantry);
	parts_free(&stage->parts);
	free(stage->choices.emulator);
	free(stage->choices.accel);
	free(stage->choices.stand_in.kernel);
	free(stage->choices.stand_in.initrd);
	free(stage->choices.stand_in.rom);
	for (size_t i = 0; i < PAYLOAD_MODULES; i++)
		free(stage->choices.stand_in.modules[i]);
	free(stage->choices.stand_in.firmware);
	free(stage->choices.stand_in.xen);
	free(stage->dom0);
	for (size_t i = 0; i < 2; i++) {
		free(stage->frozen[i]);
		if (stage->held[i] > 0)
			close(stage->held[i]);
	}
	forks_free(stage->forks);
	free(stage->folder);
	*stage = (struct stage){0};
}

static void say(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

int stage_xen(struct stage *stage, struct machine *machine, const struct payload *payload,
	char **frozen, bool *forked, struct error *error)
{
	const char *cache = stage->parts.cache;
	char **idle = &stage->frozen[machine->stubdom];

	if (!stage->dom0)
		stage->dom0 = dom0_find(stage->parts.guests, cache, error);
	if (!stage->dom0)
		return -1;
	machine->dom0 = stage->dom0;
	machine->xen = stage->choices.stand_in.xen;
	*forked = *forked && !stage->choices.cold && !machine->xen && !stage->choices.built &&
		  !stage->choices.idle && fork_possible(machine, payload);
	if (stage->choices.cold || machine->xen)
		return 0;
	if (*forked) {
		*frozen = copy_text(fork_find(&stage->forks, machine, cache, say, error));
	} else if (stage->choices.built && !machine->stubdom) {
		*frozen = frozen_find(machine, payload, cache, say, error);
	} else {
		if (!*idle) { /* one for the run: it is looked through once */
			*idle = frozen_find(machine, NULL, cache, say, error);
			stage->held[machine->stubdom] = *idle ? frozen_hold(*idle) : 0;
		}
		*frozen = *idle ? copy_text(*idle) : NULL;
	}
	machine->frozen = *frozen;
	return *frozen ? 0 : -1;
}

/* Copies a ROM into the run's folder under each name; the folder is named by what is in it. */
static int rom_copy(const struct stage *stage, const char *file, char **folder, struct error *error)
{
	autofree char *card = NULL;
	autofree char *ours = format_text("%s/" SECTOR_FILE, stage->parts.rom), *sector = NULL;
	struct sha256 sha256;

	if (digest_file(file, &sha256, NULL, NULL, error) < 0)
		return -1;
	*folder = format_text("%s/rom/%.12s", stage->folder, sha256.hex);
	if (folder_make(*folder, error) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(rom_names) / sizeof(rom_names[0]); i++) {
		autofree char *to = format_text("%s/%s", *folder, rom_names[i]);

		if (!file_exists(to) && file_copy(file, to, 0444, error) < 0)
			return -1;
	}
	card = format_text("%s/%s", *folder, CARD_ROM);
	sector = format_text("%s/" SECTOR_FILE, *folder);
	if (card_write(file, card, error) < 0)
		return -1;
	return file_exists(sector) ? 0 : file_copy(ours, sector, 0444, error);
}

static struct rom *rom_known(const struct stage *stage, const char *name)
{
	for (struct rom *rom = stage->roms; rom; rom = rom->next)
		if (strcmp(rom->name, name) == 0)
			return rom;
	return NULL;
}

int stage_rom(struct stage *stage, const char *name, const char **folder, struct error *error)
{
	struct rom *rom = rom_known(stage, name);

	if (!rom) {
		autofree char *ours = format_text("%s/%s", stage->parts.rom, rom_names[0]);
		const char *file = strcmp(name, "dkboot") == 0 ? ours : name;
		char *copy = NULL;

		if (strcmp(name, "stock") != 0 && rom_copy(stage, file, &copy, error) < 0) {
			free(copy);
			return fail_within(error, "rom %s", name);
		}
		rom = calloc(1, sizeof(*rom));
		*rom = (struct rom){.name = copy_text(name), .folder = copy, .next = stage->roms};
		stage->roms = rom;
	}
	*folder = rom->folder;
	return 0;
}

double stage_scale(const struct stage *stage)
{
	return stage->accelerator.scale * stage->choices.timeout_scale;
}
