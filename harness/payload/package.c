#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/apt.h"
#include "payload/package.h"
#include "payload/receipt.h"

/* One fetch. */
struct fetch {
	const char *cache;
	const struct catalogue *catalogue;
	void (*progress)(const char *line);
	struct error *error;
	char *folder; /* CACHE/packages */
	char *work;   /* CACHE/packages/tmp.XXXXXX: the .deb and what is unpacked */
	struct apt_package package;
	char *deb_sha256;
};

static void tell(const struct fetch *fetch, char *line)
{
	if (fetch->progress)
		fetch->progress(line);
	free(line);
}

static int lock(const struct fetch *fetch)
{
	autofree char *path = format_text("%s/lock", fetch->folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	int result;

	if (fd < 0)
		return fail_errno(fetch->error, "%s", path);
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	tell(fetch, format_text("waiting for another dkboot that fetches into %s", fetch->folder));
	do
		result = flock(fd, LOCK_EX);
	while (result && errno == EINTR);
	if (!result)
		return fd;
	close(fd);
	return fail_errno(fetch->error, "%s", path);
}

/* What a killed process left; whoever holds the lock is alone. */
static void sweep(const struct fetch *fetch)
{
	autodir DIR *dir = opendir(fetch->folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		autofree char *path = format_text("%s/%s", fetch->folder, entry->d_name);

		if (!strncmp(entry->d_name, "tmp.", 4))
			folder_remove(path, NULL);
	}
}

static bool intact(const struct fetch *fetch, const struct catalogue_entry *entry)
{
	struct receipt receipt = {0};
	struct sha256 sum;
	autofree char *path = NULL;
	bool same;

	if (receipt_read(fetch->cache, entry, &receipt, NULL) != 1)
		return false;
	path = receipt_path(fetch->cache, &receipt);
	same = !digest_file(path, &sum, NULL, NULL, NULL) &&
	       !strcmp(sum.hex, receipt.file_sha256) &&
	       (!entry->sha256 || !strcmp(sum.hex, entry->sha256));
	receipt_free(&receipt);
	return same;
}

static char *escape(const char *path)
{
	struct buffer out = {0};

	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			buffer_add_text(&out, "\\");
		buffer_add(&out, path, 1);
	}
	return buffer_take(&out);
}

/* The one file that the entry's glob matches, links followed but not out of the package. NULL with
 * the reason. */
static char *find_file(const struct fetch *fetch, const struct catalogue_entry *entry)
{
	autofree char *tree = format_text("%s/tree", fetch->work), *top = escape(tree);
	autofree char *pattern = format_text("%s/%s", top, entry->file);
	autofree char *root = realpath(tree, NULL);
	char *found = NULL;
	glob_t matches = {0};
	size_t count = glob(pattern, 0, NULL, &matches) ? 0 : matches.gl_pathc;

	if (count == 1)
		found = realpath(matches.gl_pathv[0], NULL);
	globfree(&matches);
	if (found && root && !strncmp(found, root, strlen(root)) && found[strlen(root)] == '/')
		return found;
	free(found);
	if (count == 1)
		fail(fetch->error, "%s:%u: %s is a link out of %s %s, expected a file",
			fetch->catalogue->path, entry->line, entry->file, fetch->package.name,
			fetch->package.version);
	else
		fail(fetch->error, "%s:%u: %s %s has %zu files that match %s, expected one",
			fetch->catalogue->path, entry->line, fetch->package.name,
			fetch->package.version, count, entry->file);
	return NULL;
}

static int check_pin(
	const struct fetch *fetch, const struct catalogue_entry *entry, const char *sum)
{
	if (!entry->sha256 || !strcmp(entry->sha256, sum))
		return 0;
	return fail(fetch->error, "%s:%u: %s of %s %s has SHA-256 %s, expected %s",
		fetch->catalogue->path, entry->line, entry->file, fetch->package.name,
		fetch->package.version, sum, entry->sha256);
}

/* A copy, because two entries of a package may name one file; renamed, because others may be
 * reading. */
static int store(const struct fetch *fetch, const char *from, const char *to)
{
	autofree char *folder = copy_text(to), *copy = format_text("%s/copy", fetch->work);

	if (folder_make(dirname(folder), fetch->error) || file_copy(from, copy, 0444, fetch->error))
		return -1;
	return rename(copy, to) ? fail_errno(fetch->error, "%s", to) : 0;
}

/* Copies one entry's file out of the unpacked package, file first, receipt last. */
static int keep(const struct fetch *fetch, const struct catalogue_entry *entry)
{
	autofree char *from = find_file(fetch, entry), *to = NULL;
	autofree char *root = NULL, *tree = format_text("%s/tree", fetch->work);
	struct sha256 sum;
	struct receipt receipt = {.package = fetch->package.name,
		.version = fetch->package.version,
		.architecture = fetch->package.architecture,
		.deb_sha256 = fetch->deb_sha256,
		.file_sha256 = sum.hex};

	if (!from || digest_file(from, &sum, NULL, &receipt.size, fetch->error) ||
		check_pin(fetch, entry, sum.hex))
		return -1;
	root = realpath(tree, NULL);
	receipt.file = from + strlen(root) + 1;
	to = receipt_path(fetch->cache, &receipt);
	if (store(fetch, from, to))
		return -1;
	return receipt_write(fetch->cache, entry, &receipt, fetch->error);
}

static bool same_source(const struct catalogue_entry *a, const struct catalogue_entry *b)
{
	if (a->package)
		return b->package && !strcmp(a->package, b->package);
	return b->metapackage && !strcmp(a->metapackage, b->metapackage);
}

static int keep_all(const struct fetch *fetch, const struct catalogue_entry *entry)
{
	if (keep(fetch, entry))
		return -1;
	for (size_t index = 0; index < fetch->catalogue->count; index++) {
		const struct catalogue_entry *other = &fetch->catalogue->entries[index];
		struct fetch quiet = *fetch;

		quiet.error = NULL; /* the other's trouble is told when the other is asked for */
		if (other != entry && same_source(entry, other) && !intact(fetch, other))
			keep(&quiet, other);
	}
	return 0;
}

static int unpack(struct fetch *fetch, const struct catalogue_entry *entry)
{
	autofree char *deb = NULL, *tree = format_text("%s/tree", fetch->work);

	tell(fetch, format_text("%s: downloading %s %s (%.1f MB)", entry->name, fetch->package.name,
			    fetch->package.version, (double)fetch->package.size / 1e6));
	if (apt_download(&fetch->package, fetch->work, &deb, &fetch->deb_sha256, fetch->error))
		return -1;
	if (apt_unpack(deb, tree, fetch->error))
		return fail_within(
			fetch->error, "package %s %s", fetch->package.name, fetch->package.version);
	return keep_all(fetch, entry);
}

static int fetch_locked(struct fetch *fetch, const struct catalogue_entry *entry)
{
	int result = entry->package ? apt_find(entry->package, &fetch->package, fetch->error)
				    : apt_follow(entry->metapackage, &fetch->package, fetch->error);

	if (result)
		return fail_within(fetch->error, "%s:%u", fetch->catalogue->path, entry->line);
	fetch->work = format_text("%s/tmp.XXXXXX", fetch->folder);
	sweep(fetch);
	if (!mkdtemp(fetch->work))
		result = fail_errno(fetch->error, "%s", fetch->work);
	else
		result = unpack(fetch, entry);
	folder_remove(fetch->work, NULL);
	apt_free(&fetch->package);
	free(fetch->deb_sha256);
	free(fetch->work);
	return result;
}

int package_fetch(const char *cache, const struct catalogue *catalogue,
	const struct catalogue_entry *entry, void (*progress)(const char *line),
	struct error *error)
{
	autofree char *folder = format_text("%s/packages", cache);
	struct fetch fetch = {.cache = cache,
		.catalogue = catalogue,
		.progress = progress,
		.error = error,
		.folder = folder};
	autofd int held = -1;

	if (intact(&fetch, entry))
		return 0;
	if (folder_make(folder, error))
		return -1;
	held = lock(&fetch);
	if (held < 0)
		return -1;
	if (intact(&fetch, entry)) /* fetched by another while we waited */
		return 0;
	return fetch_locked(&fetch, entry);
}
