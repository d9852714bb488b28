#include "engine/xen_store.h"

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

/* Pages of zeros do not count: on tmpfs a clone that reads a hole makes one. */
static uint32_t sum_pages(uint32_t sum, const char *bytes, size_t size)
{
	static const char zeros[4096];

	for (size_t at = 0; at < size; at += sizeof(zeros)) {
		size_t part = size - at < sizeof(zeros) ? size - at : sizeof(zeros);

		if (memcmp(bytes + at, zeros, part) != 0)
			sum = crc32_more(sum, bytes + at, part);
	}
	return sum;
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
			*sum = sum_pages(*sum, bytes, (size_t)got);
			data += got;
		}
	}
	return errno == ENXIO ? 0 : fail_errno(error, "%s", path);
}

static int describe(const char *folder, struct buffer *out, struct error *error)
{
	static const char *const names[] = {"ram", "state", "domain", "before"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autofree char *path = format_text("%s/%s", folder, names[i]);
		struct stat file;
		uint32_t sum;

		if (i >= 2 && !file_exists(path))
			continue; /* not every one has a guest in it */
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
	       said.size && said.size == found.size && !memcmp(said.data, found.data, said.size);
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

int frozen_hold(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool is_held(const char *folder)
{
	autofd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
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

		if (!strncmp(entry->d_name, "tmp.", 4))
			folder_remove(path, NULL);
		if (stat(manifest, &file) == 0)
			kept[count++] = (struct kept){path, file.st_mtim};
		else
			free(path);
	}
	qsort(kept, count, sizeof(*kept), newest_first);
	for (size_t i = 0; i < count; i++) {
		if (i >= FROZEN_KEPT && !is_held(kept[i].path))
			folder_remove(kept[i].path, NULL);
		free(kept[i].path);
	}
}

static int fill(const struct frozen_recipe *recipe, const char *work, struct error *error)
{
	autofree char *ram_path = format_text("%s/ram", work);
	autofree char *state_path = format_text("%s/state", work);
	autofree char *manifest = format_text("%s/manifest", work);
	autobuffer struct buffer text = {0};
	autofd int ram = -1, state = -1;

	autofree char *base = format_text("%s/ram", recipe->base ? recipe->base : "");

	if (folder_make(work, error) < 0 ||
		(recipe->base && file_copy(base, ram_path, 0644, error) < 0))
		return -1;
	ram = open(ram_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	state = open(state_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (ram < 0 || state < 0 || ftruncate(ram, (off_t)XEN_OUTER_MEMORY) < 0)
		return fail_errno(error, "%s", work);
	if (recipe->fill(recipe->context, work, ram, state, error) < 0 ||
		describe(work, &text, error) < 0 ||
		file_write(manifest, text.data, text.size, error) < 0)
		return -1;
	return 0;
}

static int make(const char *store, const struct frozen_recipe *recipe, const char *folder,
	struct error *error)
{
	autofree char *work = format_text("%s/tmp.%d", store, (int)getpid());

	if (fill(recipe, work, error) == 0 && folder_remove(folder, error) == 0) {
		if (rename(work, folder) == 0)
			return 0;
		fail_errno(error, "%s", folder);
	}
	folder_remove(work, NULL);
	return -1;
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

char *frozen_keep(const char *store, const struct frozen_recipe *recipe,
	void (*progress)(const char *line), struct error *error)
{
	autofree char *manifest = format_text("%s/%s/manifest", store, recipe->name);
	char *folder = format_text("%s/%s", store, recipe->name);
	autofd int lock = lock_store(store, error);
	int status = lock < 0 ? -1 : 0;

	if (status == 0 && !intact(folder)) {
		if (progress)
			progress(recipe->what);
		status = make(store, recipe, folder, error);
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
