/* From options to the cells that are meant. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "case/pattern.h"
#include "cmd/options.h"

static int load_file(struct selection *selection, const char *path, struct error *error)
{
	struct test_case *test_case = case_load(path, error);

	if (!test_case)
		return -1;
	for (size_t i = 0; i < selection->case_count; i++)
		if (strcmp(selection->cases[i]->name, test_case->name) == 0) {
			fail(error, "%s: a case named '%s' was already read from %s", path,
				test_case->name, selection->cases[i]->file);
			case_free(test_case);
			return -1;
		}
	selection->cases =
		realloc(selection->cases, (selection->case_count + 1) * sizeof(*selection->cases));
	selection->cases[selection->case_count++] = test_case;
	return 0;
}

static int is_case_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int load_folder(struct selection *selection, const char *folder, struct error *error)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_case_file, alphasort);
	int status = 0;

	if (count < 0)
		return fail_errno(error, "%s", folder);
	if (count == 0)
		status = fail(error, "%s: no case file (*.yaml) in this folder", folder);
	for (int i = 0; i < count; i++) {
		autofree char *path = format_text("%s/%s", folder, entries[i]->d_name);

		if (status == 0)
			status = load_file(selection, path, error);
		free(entries[i]);
	}
	free(entries);
	return status;
}

static int load_path(struct selection *selection, const char *path, struct error *error)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return fail_errno(error, "%s", path);
	return S_ISDIR(about.st_mode) ? load_folder(selection, path, error)
				      : load_file(selection, path, error);
}

/* ./cases, or those that came with dkboot. */
static int load_default(struct selection *selection, struct error *error)
{
	struct parts parts = {0};
	int status = -1;

	if (file_exists("cases"))
		return load_path(selection, "cases", error);
	if (parts_find(&parts, error) == 0)
		status = load_path(selection, parts.cases, error);
	parts_free(&parts);
	return status;
}

static int load_named(
	struct selection *selection, const struct options *options, struct error *error)
{
	if (options->case_count == 0)
		return load_default(selection, error);
	for (size_t i = 0; i < options->case_count; i++)
		if (load_path(selection, options->cases[i], error) < 0)
			return -1;
	return 0;
}

/* Axes whose value may be the path of a file. */
static bool takes_file(enum axis_id axis)
{
	return axis == AXIS_KERNEL || axis == AXIS_INITRD || axis == AXIS_ROM ||
	       axis == AXIS_FIRMWARE;
}

int selection_check_files(const struct options *options, struct error *error)
{
	for (size_t i = 0; i < options->replacement_count; i++) {
		const struct replacement *replacement = &options->replacements[i];

		if (takes_file(replacement->axis) && strchr(replacement->text, '/') &&
			access(replacement->text, R_OK) < 0)
			return fail_errno(
				error, "--%s: %s", axis_name(replacement->axis), replacement->text);
	}
	return 0;
}

static int apply_replacements(
	struct test_case *test_case, const struct options *options, struct error *error)
{
	for (size_t i = 0; i < options->replacement_count; i++) {
		const struct replacement *replacement = &options->replacements[i];
		struct value value;

		if (value_from_text(replacement->axis, replacement->text, &value, error) < 0)
			return fail_within(error, "--%s", axis_name(replacement->axis));
		case_override(test_case, replacement->axis, &value);
	}
	return 0;
}

/* --layout, and --map, which cannot be drawn without. */
static void apply_layout(struct test_case *test_case, const struct options *options)
{
	const char *layout = options->layout;

	if (options->map)
		test_case->layout = LAYOUT_FULL;
	else if (layout)
		test_case->layout = strcmp(layout, "full") == 0	   ? LAYOUT_FULL
				    : strcmp(layout, "entry") == 0 ? LAYOUT_ENTRY
								   : LAYOUT_OFF;
}

/* Shards of one matrix have the same cells before they are told apart. */
static char *name_matrix(const struct cell_list *cells)
{
	autobuffer struct buffer ids = {0};

	for (size_t i = 0; i < cells->count; i++) {
		cell_id(&cells->cells[i], &ids);
		buffer_add_text(&ids, "\n");
	}
	return format_text("%zu %s", cells->count, sha256_bytes(ids.data, ids.size).hex);
}

static int narrow(struct selection *selection, const struct options *options, struct error *error)
{
	struct filter *filter = NULL;

	if (options->filter) {
		filter = filter_parse(options->filter, error);
		if (!filter)
			return fail_within(error, "--filter");
		cells_filter(&selection->cells, filter);
		filter_free(filter);
	}
	if (selection->cells.count == 0)
		return fail(error, "no cell fits%s%s", options->filter ? " --filter " : "",
			options->filter ? options->filter : "");
	if (options->shards)
		selection->matrix = name_matrix(&selection->cells);
	if (options->shards)
		cells_shard(&selection->cells, options->shard, options->shards);
	return 0;
}

int selection_load(struct selection *selection, const struct options *options, struct error *error)
{
	*selection = (struct selection){0};
	if (load_named(selection, options, error) < 0)
		return -1;
	for (size_t i = 0; i < selection->case_count; i++) {
		apply_layout(selection->cases[i], options);
		if (apply_replacements(selection->cases[i], options, error) < 0 ||
			cells_expand(selection->cases[i], &selection->cells, error) < 0)
			return -1;
	}
	return narrow(selection, options, error);
}

/* Where a kernel that nobody told otherwise speaks. */
static enum channel console_of(const struct options *options)
{
	for (size_t i = 0; i < options->replacement_count; i++)
		if (options->replacements[i].axis == AXIS_ENGINE &&
			strcmp(options->replacements[i].text, "qemu") != 0)
			return CHANNEL_PV;
	return CHANNEL_SERIAL;
}

/* Takes "pv:" and the like off a pattern. @return the channel, @otherwise when none is named */
static enum channel take_channel(const char **pattern, enum channel otherwise)
{
	for (int channel = 0; channel < CHANNEL_HOST; channel++) {
		const char *name = channel_name((enum channel)channel);
		size_t length = strlen(name);

		if (strncmp(*pattern, name, length) != 0 || (*pattern)[length] != ':')
			continue;
		*pattern += length + 1;
		return (enum channel)channel;
	}
	return otherwise;
}

/* Patterns of the command line, in order; having some means that the guest may go on running. */
static void add_patterns(struct test_case *test_case, const struct options *options)
{
	size_t count = options->expect_count;

	test_case->expectations = calloc(count + 1, sizeof(*test_case->expectations));
	test_case->expectation_count = count;
	for (size_t i = 0; i < count; i++) {
		const char *pattern = options->expect[i];
		enum channel channel = take_channel(&pattern, console_of(options));

		test_case->expectations[i].expect = (struct expectation){.kind = EXPECT_ORDERED,
			.pattern = copy_text(pattern),
			.channel = channel,
			.prompt = true};
	}
	free(test_case->endings);
	test_case->endings = NULL;
	test_case->ending_count = 0;
	if (count == 0)
		return;
	test_case->endings = calloc(1, sizeof(*test_case->endings));
	test_case->endings[0].ending = END_NONE;
	test_case->ending_count = 1;
}

static int check_patterns(const struct options *options, struct error *error)
{
	for (size_t i = 0; i < options->expect_count; i++) {
		const char *pattern = options->expect[i];

		take_channel(&pattern, CHANNEL_SERIAL);
		if (pattern_check(pattern, NULL, 0, error) < 0)
			return fail_within(error, "--expect: '%s'", options->expect[i]);
	}
	return 0;
}

/* Under Xen the payload comes by port I/O unless somebody says otherwise. */
static int source_under_xen(
	struct test_case *test_case, const struct options *options, struct error *error)
{
	struct value value = {0};

	if (console_of(options) != CHANNEL_PV)
		return 0;
	for (size_t i = 0; i < options->replacement_count; i++)
		if (options->replacements[i].axis == AXIS_SOURCE)
			return 0;
	if (value_from_text(AXIS_SOURCE, "fwcfg-pio", &value, error) < 0)
		return -1;
	case_override(test_case, AXIS_SOURCE, &value);
	return 0;
}

int selection_boot(struct selection *selection, const struct options *options, struct error *error)
{
	struct test_case *test_case = case_blank("boot");
	bool kernel = false;

	*selection =
		(struct selection){.cases = malloc(sizeof(*selection->cases)), .case_count = 1};
	selection->cases[0] = test_case;
	for (size_t i = 0; i < options->replacement_count; i++)
		kernel = kernel || options->replacements[i].axis == AXIS_KERNEL;
	if (!kernel)
		return fail(error, "boot: --kernel is missing");
	test_case->limit_ms = 60000;
	/* Under Xen dom0 has its silent stretches, too, above all a cold one. */
	if (console_of(options) == CHANNEL_PV)
		test_case->quiet_ms = 20000;
	if (options->limit && parse_duration(options->limit, &test_case->limit_ms) < 0)
		return fail(error, "--limit: '%s' is not a time such as 90s", options->limit);
	if (check_patterns(options, error) < 0)
		return -1;
	add_patterns(test_case, options);
	apply_layout(test_case, options);
	if (apply_replacements(test_case, options, error) < 0 ||
		source_under_xen(test_case, options, error) < 0)
		return -1;
	return cells_expand(test_case, &selection->cells, error);
}

const struct cell *selection_find(const struct selection *selection, const char *id)
{
	for (size_t i = 0; i < selection->cells.count; i++) {
		autobuffer struct buffer name = {0};

		cell_id(&selection->cells.cells[i], &name);
		if (strcmp(name.data, id) == 0)
			return &selection->cells.cells[i];
	}
	return NULL;
}

void selection_free(struct selection *selection)
{
	for (size_t i = 0; i < selection->case_count; i++)
		case_free(selection->cases[i]);
	free(selection->cases);
	cells_free(&selection->cells);
	free(selection->matrix);
	*selection = (struct selection){0};
}
