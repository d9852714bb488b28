#include "engine/xen_frozen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"

/* ---- what is in it ---- */

static void add_part(struct buffer *text, const char *name, const struct part *part)
{
	buffer_printf(text, "%s %s\n", name, part ? part->sha256.hex : "none");
}

/* All that a built domain depends on beside the machine that it is built in. */
static void add_domain(
	struct buffer *text, const struct machine *machine, const struct payload *payload)
{
	static const char *const roms[] = {"linuxboot.bin", "multiboot.bin", "pvh.bin", CARD_ROM};

	xen_config(machine, payload, text);
	add_part(text, "kernel", payload->kernel);
	add_part(text, "initrd", payload->initrd);
	add_part(text, "disk", payload->disk);
	add_part(text, "volume", payload->volume);
	for (size_t i = 0; machine->rom_folder && i < sizeof(roms) / sizeof(roms[0]); i++) {
		autofree char *path = format_text("%s/%s", machine->rom_folder, roms[i]);
		autobuffer struct buffer rom = {0};

		if (file_exists(path) && file_read(path, &rom, NULL) == 0)
			buffer_printf(
				text, "%s %s\n", roms[i], sha256_bytes(rom.data, rom.size).hex);
	}
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

/* CRC-32 of a file's data; holes are passed over, so that it costs what was ever written. */
static int sum_data(const char *path, uint32_t *sum, struct error *error)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[1 << 16];
	off_t data = 0;

	*sum = 0;
	if (fd < 0)
		return fail_errno(error, "%s", path);
	while ((data = lseek(fd, data, SEEK_DATA)) >= 0) {
		off_t hole = lseek(fd, data, SEEK_HOLE);

		while (data < hole) {
			size_t want = hole - data < (off_t)sizeof(bytes) ? (size_t)(hole - data)
									 : sizeof(bytes);
			ssize_t got = pread(fd, bytes, want, data);

			if (got <= 0)
				return fail_errno(error, "%s", path);
			*sum = crc32_more(*sum, bytes, (size_t)got);
			data += got;
		}
	}
	return errno == ENXIO ? 0 : fail_errno(error, "%s", path);
}

static int describe(const char *folder, struct buffer *out, struct error *error)
{
	static const char *const names[] = {"ram", "state"};

	for (size_t i = 0; i < 2; i++) {
		autofree char *path = format_text("%s/%s", folder, names[i]);
		struct stat file;
		uint32_t sum;

		if (stat(path, &file) < 0)
			return fail_errno(error, "%s", path);
		if (sum_data(path, &sum, error) < 0)
			return -1;
		buffer_printf(out, "%s size=%" PRIu64 " crc32=%08x\n", names[i],
			(uint64_t)file.st_size, sum);
	}
	return 0;
}

static bool intact(const char *folder)
{
	autofree char *path = format_text("%s/manifest", folder);
	autobuffer struct buffer said = {0}, found = {0};
	struct error error;

	return file_read(path, &said, &error) == 0 && describe(folder, &found, &error) == 0 &&
	       said.size == found.size && !memcmp(said.data, found.data, said.size);
}

/* ---- the store ---- */

struct kept {
	char *path;
	struct timespec used;
};

static int newest_first(const void *a, const void *b)
{
	const struct kept *left = a, *right = b;

	return left->used.tv_sec < right->used.tv_sec	? 1
	       : left->used.tv_sec > right->used.tv_sec ? -1
							: 0;
}

/* Removes what a killed process left, and the images that nobody used for the longest time. */
static void sweep(const char *store)
{
	struct kept kept[64];
	size_t count = 0;
	autodir DIR *dir = opendir(store);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && count < 64) {
		char *path = format_text("%s/%s", store, entry->d_name);
		autofree char *manifest = format_text("%s/manifest", path);
		struct stat file;

		if (strstr(entry->d_name, ".tmp"))
			folder_remove(path, NULL);
		if (stat(manifest, &file) == 0)
			kept[count++] = (struct kept){path, file.st_mtim};
		else
			free(path);
	}
	qsort(kept, count, sizeof(*kept), newest_first);
	for (size_t i = 0; i < count; i++) {
		if (i >= FROZEN_KEPT)
			folder_remove(kept[i].path, NULL);
		free(kept[i].path);
	}
}

/* ---- making one ---- */

/* A folder that is being filled, and its files. */
struct making {
	char *work;
	int ram, state, from;
};

static void making_close(struct making *making)
{
	const int all[] = {making->ram, making->state, making->from};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			close(all[i]);
	free(making->work);
}

static int making_open(struct making *making, const char *base, struct error *error)
{
	autofree char *ram = format_text("%s/ram", making->work);
	autofree char *state = format_text("%s/state", making->work);
	autofree char *base_ram = format_text("%s/ram", base ? base : "");
	autofree char *base_state = format_text("%s/state", base ? base : "");

	if (folder_make(making->work, error) < 0 ||
		(base && file_copy(base_ram, ram, 0644, error) < 0))
		return -1;
	making->ram = open(ram, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	making->state = open(state, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (base)
		making->from = open(base_state, O_RDONLY | O_CLOEXEC);
	if (making->ram < 0 || making->state < 0 || (base && making->from < 0) ||
		ftruncate(making->ram, (off_t)XEN_OUTER_MEMORY) < 0)
		return fail_errno(error, "%s", making->work);
	return 0;
}

static int write_domain(const char *folder, const struct frozen_domain *domain, struct error *error)
{
	autofree char *path = format_text("%s/domain", folder);
	autofree char *text = format_text("%d 0x%" PRIx64 "\n", domain->number, domain->root);

	return file_write(path, text, strlen(text), error);
}

/* @param base a frozen dom0 to start from, or NULL */
static int make(const struct machine *machine, const struct payload *payload, const char *base,
	const char *folder, struct error *error)
{
	__attribute__((cleanup(making_close))) struct making making = {
		format_text("%s.tmp", folder), -1, -1, -1};
	autofree char *manifest = format_text("%s/manifest", making.work);
	autobuffer struct buffer text = {0};
	struct frozen_domain domain;
	struct freeze_request request = {.machine = machine, .payload = payload};

	if (folder_remove(making.work, error) < 0 || making_open(&making, base, error) < 0)
		return -1;
	request.ram = making.ram;
	request.state = making.state;
	request.from = making.from;
	if (freeze(&request, &domain, error) < 0 ||
		(payload && write_domain(making.work, &domain, error) < 0) ||
		describe(making.work, &text, error) < 0 ||
		file_write(manifest, text.data, text.size, error) < 0 ||
		folder_remove(folder, error) < 0)
		return -1;
	return rename(making.work, folder) < 0 ? fail_errno(error, "%s", folder) : 0;
}

static int lock_store(const char *store, struct error *error)
{
	autofree char *path = format_text("%s/lock", store);
	int fd;

	if (folder_make(store, error) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return fail_errno(error, "%s", path);
	return fd;
}

char *frozen_find(const struct machine *machine, const struct payload *payload, const char *cache,
	void (*progress)(const char *line), struct error *error)
{
	autofree char *base = payload ? frozen_find(machine, NULL, cache, progress, error) : NULL;
	autofree char *store = format_text("%s/frozen", cache);
	autofree char *name = name_of(machine, payload);
	autofree char *manifest = format_text("%s/%s/manifest", store, name);
	char *folder = format_text("%s/%s", store, name);
	autofd int lock = payload && !base ? -1 : lock_store(store, error);
	int status = lock < 0 ? -1 : 0;

	if (status == 0 && !intact(folder)) {
		if (progress)
			progress(payload ? "the domain is built once and frozen"
					 : "dom0 is booted once and frozen");
		status = make(machine, payload, base, folder, error);
	}
	if (status == 0) {
		utimensat(AT_FDCWD, manifest, NULL, 0);
		sweep(store);
		return folder;
	}
	free(folder);
	fail_within(error, "frozen machine");
	return NULL;
}

int frozen_open(
	const char *folder, int *ram, int *state, struct frozen_domain *domain, struct error *error)
{
	autofree char *ram_path = format_text("%s/ram", folder);
	autofree char *state_path = format_text("%s/state", folder);
	autofree char *domain_path = format_text("%s/domain", folder);
	autofile FILE *file = fopen(domain_path, "re");

	*domain = (struct frozen_domain){0};
	if (file && fscanf(file, "%d 0x%" SCNx64, &domain->number, &domain->root) != 2)
		return fail(error, "%s: expected a number and an address", domain_path);
	*ram = open(ram_path, O_RDWR | O_CLOEXEC);
	if (*ram < 0)
		return fail_errno(error, "%s", ram_path);
	*state = open(state_path, O_RDONLY | O_CLOEXEC);
	return *state < 0 ? fail_errno(error, "%s", state_path) : 0;
}
