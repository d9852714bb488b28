#include "record/recorded.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

/* XML begins with '<', behind blanks or a byte order mark at most; a line of a journal never does.
 */
static bool is_xml(const struct buffer *text)
{
	const char *at = text->data, *end = text->data + text->size;

	if (text->size > 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at < end && *at == '<';
}

static int read_file(const char *path, struct journal *out, struct error *error)
{
	autobuffer struct buffer text = {0};

	if (file_read(path, &text, error) < 0)
		return -1;
	if (!text.size)
		return fail(error, "%s: empty, expected JUnit XML or a journal", path);
	if (is_xml(&text))
		return junit_read(path, &text, out, error);
	return journal_read(path, out, error);
}

int recorded_read(const char *path, struct journal *out, bool *folder, struct error *error)
{
	struct stat about;
	autofree char *journal = format_text("%s/journal.jsonl", path);
	bool is_folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);

	*out = (struct journal){0};
	if (folder)
		*folder = is_folder;
	if (!is_folder)
		return read_file(path, out, error);
	if (!file_exists(journal))
		return fail(error, "%s: not the folder of a run: it has no journal.jsonl", path);
	return journal_read(journal, out, error);
}
