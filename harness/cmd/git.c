#include "cmd/git.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/spawn.h"

#define WORDS	 24
#define PATIENCE (10 * 60 * 1000) /* milliseconds: a checkout of a large tree */

void git_forget_caller(void)
{
	/* Those of `git rev-parse --local-env-vars` that say where, and the prefix. */
	static const char *const names[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
		"GIT_PREFIX", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_IMPLICIT_WORK_TREE",
		"GIT_GRAFT_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

/* What git died of; behind that line it may give advice. Without one, its last line. */
static void tell(const struct buffer *text, struct error *error)
{
	const char *from = text->data ? text->data : "", *line = strstr(from, "fatal: ");
	const char *end = from + strlen(from);
	int size;

	while (end > from && end[-1] == '\n')
		end--;
	for (const char *at = line ? end : from; at < end; at++)
		if (at == from || at[-1] == '\n')
			line = at;
	size = line ? (int)strcspn(line, "\n") : 0;
	fail(error, "git: %.*s", size < 400 ? size : 400, line ? line : "");
}

int git(const char *folder, struct buffer *out, struct error *error, const char *const *words)
{
	char *argv[WORDS + 1] = {(char *)"git"};
	autobuffer struct buffer text = {0};
	int status = -1;

	for (size_t i = 0; words[i] && i + 1 < WORDS; i++)
		argv[i + 1] = (char *)words[i];
	if (run_command(argv, folder, PATIENCE, &text, &status, error) < 0)
		return -1;
	if (status)
		tell(&text, error);
	while (text.size && text.data[text.size - 1] == '\n')
		text.data[--text.size] = '\0';
	if (out)
		buffer_add(out, text.data ? text.data : "", text.size);
	return status;
}
