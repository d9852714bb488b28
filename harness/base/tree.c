#include "base/tree.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

static int join_link(const char *from, const char *to, struct error *error)
{
	char target[PATH_MAX];
	ssize_t size = readlink(from, target, sizeof(target) - 1);

	if (size < 0)
		return fail_errno(error, "%s: cannot be read", from);
	target[size] = '\0';
	if (symlink(target, to) < 0 && errno != EEXIST)
		return fail_errno(error, "%s: cannot be made", to);
	return 0;
}

static int join_file(const FTSENT *entry, const char *to, struct error *error)
{
	if (link(entry->fts_accpath, to) == 0 || errno == EEXIST)
		return 0;
	return file_copy(entry->fts_accpath, to, entry->fts_statp->st_mode & 07777, error);
}

static int join_entry(const FTSENT *entry, const char *to, struct error *error)
{
	switch (entry->fts_info) {
	case FTS_D:
		return folder_make(to, error);
	case FTS_F:
		return join_file(entry, to, error);
	case FTS_SL:
	case FTS_SLNONE:
		return join_link(entry->fts_accpath, to, error);
	case FTS_NS:
	case FTS_DNR:
	case FTS_ERR:
		errno = entry->fts_errno;
		return fail_errno(error, "%s: cannot be read", entry->fts_path);
	default: /* the end of a folder; sockets and the like, which no run has */
		return 0;
	}
}

int folder_join(const char *from, const char *to, struct error *error)
{
	autofree char *top = copy_text(from);
	char *const tops[] = {top, NULL};
	FTS *tree = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;
	int result = 0;

	if (!tree)
		return fail_errno(error, "%s: cannot be read", from);
	while (!result && (entry = fts_read(tree))) {
		autofree char *path = format_text("%s%s", to, entry->fts_path + strlen(from));

		result = join_entry(entry, path, error);
	}
	fts_close(tree);
	return result;
}
