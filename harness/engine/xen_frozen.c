#include "engine/xen_frozen.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"
#include "engine/xen_store.h"

/* ---- what is in it ---- */

static void add_part(struct buffer *text, const char *name, const struct part *part)
{
	buffer_printf(text, "%s %s\n", name, part ? part->sha256.hex : "none");
}

/* The ROMs, by what is in them. */
static void add_roms(struct buffer *text, const struct machine *machine)
{
	static const char *const roms[] = {"linuxboot.bin", "multiboot.bin", "pvh.bin", CARD_ROM};

	for (size_t i = 0; machine->rom_folder && i < sizeof(roms) / sizeof(roms[0]); i++) {
		autofree char *path = format_text("%s/%s", machine->rom_folder, roms[i]);
		autobuffer struct buffer rom = {0};

		if (file_exists(path) && file_read(path, &rom, NULL) == 0)
			buffer_printf(
				text, "%s %s\n", roms[i], sha256_bytes(rom.data, rom.size).hex);
	}
}

/* All that a built domain depends on beside the machine that it is built in. */
static void add_domain(
	struct buffer *text, const struct machine *machine, const struct payload *payload)
{
	xen_config(machine, payload, text);
	add_part(text, "kernel", payload->kernel);
	add_part(text, "initrd", payload->initrd);
	add_part(text, "disk", payload->disk);
	add_part(text, "volume", payload->volume);
	for (size_t i = 0; i < payload->attached_count; i++)
		add_part(text, "attached", payload->attached[i].part);
	add_roms(text, machine);
}

/* All that a frozen machine depends on: the image (named by its own hash), the command line, the
 * emulator's program, and the domain. */
static char *name_of(const struct machine *machine, const struct payload *payload)
{
	autobuffer struct buffer text = {0};
	char **argv = xen_argv(machine, XEN_MEMORY_OWN);
	autofree char *program = program_find(machine->emulator);
	struct stat file = {0};

	for (char **word = argv; *word; word++)
		buffer_printf(&text, "%s\n", *word);
	qemu_argv_free(argv);
	stat(program, &file);
	buffer_printf(&text, "%s %" PRIu64 " %lld\n", program, (uint64_t)file.st_size,
		(long long)file.st_mtim.tv_sec);
	if (payload)
		add_domain(&text, machine, payload);
	return format_text("%.16s", sha256_bytes(text.data, text.size).hex);
}

/* ---- making it ---- */

/* What a machine is made of. */
struct making {
	const struct machine *machine;
	const struct payload *payload;
	const struct fork_watch *watch;
	const char *base; /* folder of the frozen dom0 that the domain is built in */
};

static int write_domain(const char *folder, const struct frozen_domain *domain, struct error *error)
{
	autofree char *path = format_text("%s/domain", folder);
	autofree char *text = format_text("%d 0x%" PRIx64 " %s\n", domain->number, domain->root,
		domain->waits ? "waits" : "built");

	return file_write(path, text, strlen(text), error);
}

static int fill(void *context, const char *folder, int ram, int state, struct error *error)
{
	const struct making *making = context;
	autofree char *base = format_text("%s/state", making->base ? making->base : "");
	autofd int from = making->base ? open(base, O_RDONLY | O_CLOEXEC) : -1;
	struct freeze_request request = {
		making->machine, making->payload, making->watch, folder, ram, state, from};
	struct frozen_domain domain;

	if (making->base && from < 0)
		return fail_errno(error, "%s", base);
	if (freeze(&request, &domain, error) < 0)
		return -1;
	return making->payload ? write_domain(folder, &domain, error) : 0;
}

char *frozen_find(const struct machine *machine, const struct payload *payload, const char *cache,
	void (*progress)(const char *line), struct error *error)
{
	autofree char *base = payload ? frozen_find(machine, NULL, cache, progress, error) : NULL;
	autofree char *store = format_text("%s/frozen", cache);
	autofree char *name = name_of(machine, payload);
	struct making making = {machine, payload, NULL, base};
	struct frozen_recipe recipe = {.name = name,
		.what = payload ? "the domain is built once and frozen"
				: "dom0 is booted once and frozen",
		.base = base,
		.fill = fill,
		.context = &making};

	return payload && !base ? NULL : frozen_keep(store, &recipe, progress, error);
}

char *frozen_fork_name(const struct machine *machine, const struct payload *payload)
{
	autobuffer struct buffer text = {0};
	autofree char *machine_name = name_of(machine, NULL);

	buffer_printf(&text, "fork %s\n", machine_name);
	xen_config(machine, payload, &text);
	add_roms(&text, machine);
	return format_text("%.16s", sha256_bytes(text.data, text.size).hex);
}

char *frozen_fork(const struct machine *machine, const struct payload *payload,
	const struct fork_watch *watch, const char *cache, void (*progress)(const char *line),
	struct error *error)
{
	autofree char *base = frozen_find(machine, NULL, cache, progress, error);
	autofree char *store = format_text("%s/frozen", cache);
	autofree char *name = frozen_fork_name(machine, payload);
	struct making making = {machine, payload, watch, base};
	struct frozen_recipe recipe = {.name = name,
		.what = "a guest is booted to where its ROM waits for a payload, and frozen",
		.base = base,
		.fill = fill,
		.context = &making};

	return base ? frozen_keep(store, &recipe, progress, error) : NULL;
}

int frozen_open(
	const char *folder, int *ram, int *state, struct frozen_domain *domain, struct error *error)
{
	autofree char *ram_path = format_text("%s/ram", folder);
	autofree char *state_path = format_text("%s/state", folder);
	autofree char *domain_path = format_text("%s/domain", folder);
	autofile FILE *file = fopen(domain_path, "re");
	char word[6] = "";

	*domain = (struct frozen_domain){0};
	if (file && fscanf(file, "%d 0x%" SCNx64 " %5s", &domain->number, &domain->root, word) != 3)
		return fail(error, "%s: expected a number, an address and a word", domain_path);
	domain->waits = !strcmp(word, "waits");
	*ram = open(ram_path, O_RDWR | O_CLOEXEC);
	if (*ram < 0)
		return fail_errno(error, "%s", ram_path);
	*state = open(state_path, O_RDONLY | O_CLOEXEC);
	return *state < 0 ? fail_errno(error, "%s", state_path) : 0;
}
