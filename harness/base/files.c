#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { CHUNK = 1 << 16, COPY_AT_ONCE = 1 << 30 };

int file_read(const char *path, struct buffer *out, struct error *error)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *chunk = malloc(CHUNK);
	ssize_t got;

	if (!chunk)
		abort();
	if (fd < 0)
		return fail_errno(error, "%s: cannot be opened", path);
	while ((got = read(fd, chunk, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(error, "%s: cannot be read", path);
		buffer_add(out, chunk, (size_t)got);
	}
	return 0;
}

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t put = write(fd, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}

/* Makes a temporary file beside @path with the mode that open(2) would have given it. */
static int open_beside(const char *path, char **temporary)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	*temporary = format_text("%s.XXXXXX", path);
	fd = mkostemp(*temporary, O_CLOEXEC);
	if (fd >= 0)
		fchmod(fd, 0666 & ~mask);
	return fd;
}

int file_write(const char *path, const void *bytes, size_t size, struct error *error)
{
	autofree char *temporary = NULL;
	int fd = open_beside(path, &temporary);
	int result;

	if (fd < 0)
		return fail_errno(error, "%s: cannot be written", path);
	result = write_all(fd, bytes, size);
	/* Network file systems tell of a full disk only here. */
	if (close(fd))
		result = -1;
	if (!result)
		result = rename(temporary, path);
	if (result) {
		fail_errno(error, "%s: cannot be written", path);
		unlink(temporary);
	}
	return result;
}

int file_append(const char *path, const void *bytes, size_t size, struct error *error)
{
	autofd int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	ssize_t put;

	if (fd < 0)
		return fail_errno(error, "%s: cannot be opened", path);
	do
		put = write(fd, bytes, size);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return fail_errno(error, "%s: cannot be written", path);
	if ((size_t)put != size)
		return fail(error, "%s: only %zd of %zu bytes could be written", path, put, size);
	return 0;
}

/* Copies [at, end) with whatever the file systems can do best, and by hand otherwise. */
static int copy_range(int in, int out, off_t at, off_t end)
{
	autofree char *chunk = NULL;

	while (at < end) {
		size_t wanted = end - at < COPY_AT_ONCE ? (size_t)(end - at) : COPY_AT_ONCE;
		off_t from = at, to = at;
		ssize_t done = copy_file_range(in, &from, out, &to, wanted, 0);

		if (done <= 0) {
			if (!chunk && !(chunk = malloc(CHUNK)))
				abort();
			done = pread(in, chunk, wanted < CHUNK ? wanted : CHUNK, at);
			if (done > 0)
				done = pwrite(out, chunk, (size_t)done, at);
			if (done < 0 && errno == EINTR)
				continue;
			if (done <= 0)
				return (int)done;
		}
		at += done;
	}
	return 0;
}

static int copy_data(int in, int out)
{
	struct stat status;
	off_t at = 0;

	if (fstat(in, &status) || ftruncate(out, status.st_size))
		return -1;
	while (at < status.st_size) {
		off_t data = lseek(in, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(in, data, SEEK_HOLE);

		if (data < 0 && errno == ENXIO)
			return 0;
		if (data < 0 || hole < 0)
			return -1;
		if (copy_range(in, out, data, hole))
			return -1;
		at = hole;
	}
	return 0;
}

int file_copy(const char *from, const char *to, unsigned mode, struct error *error)
{
	autofd int in = open(from, O_RDONLY | O_CLOEXEC);
	autofd int out = -1;
	struct stat status;

	if (in < 0)
		return fail_errno(error, "%s: cannot be opened", from);
	if (fstat(in, &status) || !S_ISREG(status.st_mode))
		return fail(error, "%s: is not a regular file", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return fail_errno(error, "%s: cannot be written", to);
	if (copy_data(in, out) || fchmod(out, mode))
		return fail_errno(error, "%s: cannot be copied to %s", from, to);
	return 0;
}

int folder_make(const char *path, struct error *error)
{
	autofree char *part = copy_text(path);
	struct stat status;

	for (char *slash = part; slash;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return fail_errno(error, "%s: cannot be made", part);
		if (slash)
			*slash = '/';
	}
	if (stat(path, &status))
		return fail_errno(error, "%s: cannot be made", path);
	if (!S_ISDIR(status.st_mode))
		return fail(error, "%s: is in the way: a folder was expected", path);
	return 0;
}

static int remove_entry(const FTSENT *entry, struct error *error)
{
	switch (entry->fts_info) {
	case FTS_D:
		return 0;
	case FTS_NS:
	case FTS_DNR:
	case FTS_ERR:
		errno = entry->fts_errno;
		if (errno == ENOENT)
			return 0;
		return fail_errno(error, "%s: cannot be removed", entry->fts_path);
	case FTS_DP:
		if (!rmdir(entry->fts_accpath) || errno == ENOENT)
			return 0;
		break;
	default:
		if (!unlink(entry->fts_accpath) || errno == ENOENT)
			return 0;
	}
	return fail_errno(error, "%s: cannot be removed", entry->fts_path);
}

int folder_remove(const char *path, struct error *error)
{
	autofree char *top = copy_text(path);
	char *const tops[] = {top, NULL};
	FTS *tree = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;
	int result = 0;

	if (!tree)
		return fail_errno(error, "%s: cannot be removed", path);
	while (!result && (entry = fts_read(tree)))
		result = remove_entry(entry, error);
	fts_close(tree);
	return result;
}

bool file_exists(const char *path)
{
	return !access(path, R_OK);
}

char *cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	/* The specification of these folders says that a relative path is to be ignored. */
	if (cache && *cache == '/')
		return format_text("%s/dkboot", cache);
	return format_text("%s/.cache/dkboot", home && *home ? home : "/tmp");
}

char *program_find(const char *name)
{
	autofree char *folders = copy_text(getenv("PATH"));
	char *rest = NULL;

	if (strchr(name, '/') || !folders)
		return copy_text(name);
	for (char *folder = strtok_r(folders, ":", &rest); folder;
		folder = strtok_r(NULL, ":", &rest)) {
		char *path = format_text("%s/%s", folder, name);

		if (!access(path, X_OK))
			return path;
		free(path);
	}
	return copy_text(name);
}
