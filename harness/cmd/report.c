/* dkboot report: a run as one page of HTML. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "record/recorded.h"
#include "record/report.h"

static const char about[] =
	"Writes a run as one page of HTML that needs nothing beside it: the matrix to be filtered "
	"and grouped; of the cells that did not pass their logs and memory maps, of the others "
	"links to them. RUN is the run's folder.";

/* The way from one folder to another, both absolute and free of "." and "..": "../b/". */
static char *way_between(const char *from, const char *to)
{
	struct buffer way = {0};
	size_t common = 0, i = 0;

	for (; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i;
	if ((!from[i] || from[i] == '/') && (!to[i] || to[i] == '/'))
		common = i;
	buffer_add_text(&way, "");
	for (from += common; *from; from++)
		if (*from == '/' && from[1])
			buffer_add_text(&way, "../");
	to += common + (to[common] == '/');
	if (*to)
		buffer_printf(&way, "%s/", to);
	return buffer_take(&way);
}

/* The folder that a file is in, resolved; NULL with the reason. */
static char *folder_of(const char *file, struct error *error)
{
	autofree char *copy = copy_text(file);
	char *slash = strrchr(copy, '/'), *resolved;

	if (slash)
		slash[slash == copy] = '\0';
	resolved = realpath(slash ? copy : ".", NULL);
	if (!resolved)
		fail_errno(error, "%s", file);
	return resolved;
}

static char *links_to(const char *run, const char *file, struct error *error)
{
	autofree char *from = folder_of(file, error), *to = NULL;

	if (!from)
		return NULL;
	to = realpath(run, NULL);
	if (!to)
		fail_errno(error, "%s", run);
	return to ? way_between(from, to) : NULL;
}

static int read_run(const char *folder, struct journal *journal, struct error *error)
{
	autofree char *path = format_text("%s/journal.jsonl", folder);

	*journal = (struct journal){0};
	if (!file_exists(path))
		return fail(error, "%s: not the folder of a run: it has no journal.jsonl", folder);
	return journal_read(path, journal, error);
}

static int write_page(const struct journal *journal, const struct html_source *source,
	const char *file, struct error *error)
{
	autobuffer struct buffer page = {0};

	report_html(journal, source, &page);
	if (strcmp(file, "-") == 0) {
		fwrite(page.data, 1, page.size, stdout);
		return 0;
	}
	if (file_write(file, page.data, page.size, error) < 0)
		return -1;
	printf("%s: %zu cells, %zu KiB\n", file, journal->count, (page.size + 1023) / 1024);
	return 0;
}

/* A run's folder as commands name it: without slashes at its end. */
static char *trimmed(const char *folder)
{
	char *copy = copy_text(folder);
	size_t length = strlen(copy);

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}

static int report(const struct options *options, struct error *error)
{
	autofree char *folder = trimmed(options->cases[0]);
	autofree char *file = options->folder ? copy_text(options->folder)
					      : format_text("%s/report.html", folder);
	struct journal journal, baseline = {0};
	struct html_source source = {.folder = folder};
	int status = -1;

	if (read_run(folder, &journal, error) < 0)
		return -1;
	if (!options->baseline || recorded_read(options->baseline, &baseline, NULL, error) == 0)
		source.links = links_to(folder, file, error);
	if (options->baseline) {
		source.baseline = &baseline;
		source.baseline_name = options->baseline;
		source.slower = options->slower;
	}
	if (source.links)
		status = write_page(&journal, &source, file, error);
	free(source.links);
	journal_free(&baseline);
	journal_free(&journal);
	return status;
}

int command_report(int argc, char **argv, struct error *error)
{
	struct options options;
	int status = options_parse(&options, argc, argv, OPTIONS_REPORT, "RUN", about, error);

	if (status == 0 && options.case_count != 1)
		status = fail(error, "report: give one run's folder");
	if (status == 0)
		status = report(&options, error) < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	else
		status = status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	options_free(&options);
	return status;
}
