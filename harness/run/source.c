#include "run/source.h"

#include <string.h>

/* What begins a value's name. */
static const struct {
	const char *name;
	bool starts;
} kinds[] = {{"volume", false}, {"bootsector", true}};

static struct source behind(const char *text, bool starts)
{
	struct source source = {.volume = true, .starts = starts};

	if (!*text)
		return source;
	if (!strcmp(text, "-ide")) {
		source.ide = true;
		return source;
	}
	while (++source.fault < VOLUME_FAULTS &&
		strcmp(text + 1, volume_fault_name(source.fault)) != 0)
		;
	source.volume = *text == '-' && source.fault < VOLUME_FAULTS;
	return source;
}

struct source source_parse(const char *text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t size = strlen(kinds[i].name);

		if (!strncmp(text, kinds[i].name, size))
			return behind(text + size, kinds[i].starts);
	}
	return (struct source){.volume = false};
}

static int make_volume(const struct source *source, const char *folder, struct payload *payload,
	struct error *error)
{
	struct volume_start start = {0};
	int status = source->starts ? volume_start_read(&start, folder, error) : 0;

	if (status == 0)
		payload->volume =
			volume_image(payload, source->starts ? &start : NULL, source->fault, error);
	volume_start_free(&start);
	return payload->volume ? 0 : fail_within(error, "volume");
}

int source_make(
	const char *text, struct machine *machine, struct payload *payload, struct error *error)
{
	struct source source = source_parse(text);

	if (!source.volume)
		return 0;
	if (payload->boot != BOOT_LINUX)
		return fail(error, "source %s: only a Linux kernel is booted from one", text);
	if (!machine->rom_folder)
		return fail(error, "source %s: no stock ROM reads one", text);
	machine->volume_ide = source.ide;
	payload->volume_starts = source.starts;
	payload->volume_sound = source.fault == VOLUME_SOUND;
	return make_volume(&source, machine->rom_folder, payload, error);
}
