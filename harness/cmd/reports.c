#include "cmd/reports.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/command.h"
#include "record/report.h"

static int write_junit(const struct journal *journal, const char *path, struct error *error)
{
	autobuffer struct buffer xml = {0};

	if (report_junit(journal, &xml, error) < 0)
		return -1;
	return file_write(path, xml.data, xml.size, error);
}

/* What dkboot boot --map is asked for: the map in the folder of the only cell. */
static void add_map(const struct journal *journal, const char *folder, struct buffer *out)
{
	const char *cell = journal->count ? journal->results[0].folder : NULL;
	autofree char *path = cell ? format_text("%s/%s/layout.txt", folder, cell) : NULL;

	buffer_add_text(out, "memory map, at the kernel's first instruction:\n");
	if (!path || file_read(path, out, NULL) < 0)
		buffer_add_text(out, "none: the kernel's first instruction was not seen\n");
}

/* While a run goes on its cells are printed as they are done. */
static void add_json(const struct journal *journal, bool late, struct buffer *out)
{
	if (late)
		journal_add_run(out, &journal->facts);
	for (size_t i = 0; late && i < journal->count; i++)
		journal_add_cell(out, &journal->results[i]);
	if (!late || journal->complete)
		journal_add_summary(out, &journal->summary);
}

static void print_reports(
	const struct reporting *reporting, const struct journal *journal, const char *folder)
{
	const struct options *options = reporting->options;
	autobuffer struct buffer out = {0};

	if (strcmp(options->format, "tap") == 0)
		report_tap(journal, &out);
	else if (strcmp(options->format, "json") == 0)
		add_json(journal, reporting->late, &out);
	else {
		if (options->map)
			add_map(journal, folder, &out);
		if (!reporting->console)
			report_grid(journal, reporting->colour, reporting->width, &out);
		report_failures(journal, folder, reporting->colour, &out);
		buffer_printf(&out, "run folder: %s\n", folder);
	}
	fwrite(out.data, 1, out.size, stdout);
	fflush(stdout);
}

int report_run(const struct reporting *reporting, const char *folder, struct error *error)
{
	const struct options *options = reporting->options;
	autofree char *path = format_text("%s/journal.jsonl", folder);
	struct journal journal;
	int status;

	if (journal_read(path, &journal, error) < 0)
		return STATUS_BROKEN;
	print_reports(reporting, &journal, folder);
	status = baseline_compare(reporting->baseline, options, &journal, folder,
		options->filter || options->shards, reporting->colour,
		summary_status(&journal.summary));
	if (options->junit && write_junit(&journal, options->junit, error) < 0)
		status = STATUS_BROKEN;
	journal_free(&journal);
	return status;
}
