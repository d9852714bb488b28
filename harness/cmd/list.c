/* dkboot list: the cells that a run would boot. */
#include <stdio.h>

#include "cmd/bugs.h"
#include "cmd/command.h"
#include "cmd/options.h"

static const char about[] =
	"Lists the cells that `dkboot run` with the same arguments would boot, an id a line.";

#define GROUPS (OPTIONS_SELECT | OPTIONS_REPLACE | OPTIONS_LIST)

static void add_ids(const struct cell_list *cells, struct buffer *out)
{
	for (size_t i = 0; i < cells->count; i++) {
		const char *skip = cell_skip(&cells->cells[i]);

		cell_id(&cells->cells[i], out);
		if (skip)
			buffer_printf(out, "  # skip: %s", skip);
		buffer_add_text(out, "\n");
	}
}

int command_list(int argc, char **argv, struct error *error)
{
	struct selection selection = {0};
	struct buffer out = {0};
	struct options options;
	int status = options_parse(&options, argc, argv, GROUPS, "[CASE...]", about, error);

	if (status != 0) {
		options_free(&options);
		return status < 0 ? STATUS_USAGE : STATUS_EXPECTED;
	}
	status = selection_check_files(&options, error) < 0 ||
				 selection_load(&selection, &options, error) < 0
			 ? STATUS_USAGE
			 : STATUS_EXPECTED;
	if (status == STATUS_EXPECTED && options.bugs)
		bugs_table(&selection.cells, &out);
	else if (status == STATUS_EXPECTED)
		add_ids(&selection.cells, &out);
	fwrite(out.data, 1, out.size, stdout);
	buffer_free(&out);
	selection_free(&selection);
	options_free(&options);
	return status;
}
