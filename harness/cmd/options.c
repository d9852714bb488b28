#include "cmd/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define SHARDS 4096

enum {
	KEY_AXIS = 0x1000, /* + enum axis_id */
	KEY_FILTER = 0x2000,
	KEY_SHARD,
	KEY_SHUFFLE,
	KEY_RETRY,
	KEY_SCALE,
	KEY_COLD,
	KEY_BUILT,
	KEY_IDLE,
	KEY_FAIL_FAST,
	KEY_KEEP,
	KEY_RESUME,
	KEY_FORMAT,
	KEY_JUNIT,
	KEY_QEMU,
	KEY_ACCEL,
	KEY_LAYOUT,
	KEY_EXPECT,
	KEY_LIMIT,
	KEY_MAP,
	KEY_BUGS,
	KEY_BOOTSECTOR,
	KEY_BASELINE,
	KEY_SLOWER,
	KEY_GIT,
	KEY_GOOD,
	KEY_BAD,
	KEY_BUILD,
	KEY_CELL,
	KEY_SET,
	KEY_AXIS_RANGE,
	KEY_CONFIDENCE,
	KEY_STEP,
	KEY_BOOTS,
	KEY_FAILURES,
	KEY_RATES
};

static const struct argp_option select_options[] = {
	{"filter", KEY_FILTER, "EXPR", 0,
		"only cells that fit: AXIS=GLOB, memory<1G, tag=T, case=C, a glob on the id; and, "
		"or, not, ( )",
		1},
	{"shard", KEY_SHARD, "I/N", 0, "only the I-th of N parts of equal cost", 1}, {0}};

static const struct argp_option replace_options[] = {
	{"kernel", KEY_AXIS + AXIS_KERNEL, "FILE|NAME", 0,
		"kernel, a file or a name of the catalogue", 2},
	{"initrd", KEY_AXIS + AXIS_INITRD, "FILE|NAME", 0, "initrd, or none", 2},
	{"cmdline", KEY_AXIS + AXIS_CMDLINE, "TEXT", 0, "command line", 2},
	{"memory", KEY_AXIS + AXIS_MEMORY, "SIZE", 0, "guest memory: 512M, 5G", 2},
	{"vcpus", KEY_AXIS + AXIS_VCPUS, "N", 0, "processors", 2},
	{"machine", KEY_AXIS + AXIS_MACHINE, "TYPE", 0, "pc, q35 or any machine of the emulator",
		2},
	{"cpu", KEY_AXIS + AXIS_CPU, "MODEL", 0, "processor model", 2},
	{"firmware", KEY_AXIS + AXIS_FIRMWARE, "FILE", 0, "firmware instead of the machine's own",
		2},
	{"rom", KEY_AXIS + AXIS_ROM, "dkboot|stock|FILE", 0, "direct-boot ROM", 2},
	{"via", KEY_AXIS + AXIS_VIA, "direct|disk|disk16", 0,
		"how the kernel is started: by the ROM; from a disk, by GRUB's linux or linux16",
		2},
	{"source", KEY_AXIS + AXIS_SOURCE, "NAME", 0,
		"where the loader gets its bytes: fwcfg-dma, fwcfg-pio, volume, bootsector, stream",
		2},
	{"engine", KEY_AXIS + AXIS_ENGINE, "NAME", 0, "what boots the cells: qemu, xen", 2},
	{"resets", KEY_AXIS + AXIS_RESETS, "N", 0,
		"reset so many times from outside, each boot judged", 2},
	{"layout", KEY_LAYOUT, "full|entry|off", 0,
		"how much of the memory layout is judged, whatever the case says", 2},
	{0}};

static const struct argp_option run_options[] = {
	{"jobs", 'j', "N", 0, "concurrent boots (default: the number of processors)", 3},
	{"qemu", KEY_QEMU, "FILE", 0, "emulator instead of qemu-system-x86_64", 3},
	{"accel", KEY_ACCEL, "NAME", 0, "accelerator instead of the one that a timed boot chooses",
		3},
	{"built", KEY_BUILT, NULL, 0,
		"under Xen, clone the machine with the domain built, frozen once for each payload",
		3},
	{"idle", KEY_IDLE, NULL, 0,
		"under Xen, clone the machine with an idle dom0 also where a guest could be cloned "
		"that waits "
		"for its payload",
		3},
	{"cold", KEY_COLD, NULL, 0, "boot Xen and dom0 for each cell, instead of cloning them", 3},
	{"timeout-scale", KEY_SCALE, "X", 0, "multiply all time limits", 3},
	{"retry", KEY_RETRY, "N", 0,
		"further attempts for a cell that fails; a late pass is marked flaky", 3},
	{"shuffle", KEY_SHUFFLE, "SEED", OPTION_ARG_OPTIONAL, "random order; the seed is printed",
		3},
	{"fail-fast", KEY_FAIL_FAST, NULL, 0, "start nothing more after the first failure", 3},
	{"resume", KEY_RESUME, "RUN", 0,
		"go on with a run that was cut short, with its own cases and options", 3},
	{"keep", KEY_KEEP, NULL, 0, "keep payloads of passed cells too", 3},
	{"output", 'o', "DIR", 0, "folder of this run (default: dkboot-runs/TIME)", 3},
	{"format", KEY_FORMAT, "tty|tap|json", 0, "what to print", 3},
	{"junit", KEY_JUNIT, "FILE", 0, "write JUnit XML too", 3},
	{"baseline", KEY_BASELINE, "RUN", 0,
		"compare with an earlier run (folder or JUnit file), and fail on regressions alone",
		3},
	{"slower", KEY_SLOWER, "RATIO,TIME", 0, "when a cell is slower than in --baseline", 3},
	{"quiet", 'q', NULL, 0, "no progress", 3}, {0}};

static const struct argp_option boot_options[] = {
	{"expect", KEY_EXPECT, "[CHANNEL:]REGEX", 0,
		"text that the guest's console must show: serial, or pv under Xen, unless CHANNEL "
		"is serial, pv, debug or emulator; repeated: in this order",
		1},
	{"limit", KEY_LIMIT, "TIME", 0, "time limit before scaling (default 60s)", 1},
	{"map", KEY_MAP, NULL, 0,
		"print the memory map of the boot, behind the console: what lies where; implies "
		"--layout full",
		1},
	{0}};

static const struct argp_option list_options[] = {
	{"bugs", KEY_BUGS, NULL, 0,
		"instead of cells, the expected failures of other ROMs and what ours does, as a "
		"Markdown table",
		1},
	{0}};

static const struct argp_option pack_options[] = {
	{"kernel", KEY_AXIS + AXIS_KERNEL, "FILE|NAME", 0,
		"kernel, a file or a name of the catalogue", 1},
	{"initrd", KEY_AXIS + AXIS_INITRD, "FILE|NAME", 0, "initrd, or none", 1},
	{"cmdline", KEY_AXIS + AXIS_CMDLINE, "TEXT", 0, "command line", 1},
	{"bootsector", KEY_BOOTSECTOR, NULL, 0,
		"with a first sector that starts the loader: for firmware that runs no option ROM",
		1},
	{"output", 'o', "FILE", 0, "the volume; must not be there yet", 1}, {0}};

static const struct argp_option report_options[] = {
	{"output", 'o', "FILE", 0, "the page (default: RUN/report.html; -: standard output)", 1},
	{"baseline", KEY_BASELINE, "RUN", 0, "an earlier run: tell what has changed since", 1},
	{"slower", KEY_SLOWER, "RATIO,TIME", 0, "when a cell is slower than in --baseline", 1},
	{0}};

static const struct argp_option compare_options[] = {
	{"slower", KEY_SLOWER, "RATIO,TIME", 0,
		"a cell is slower when it took RATIO times as long and TIME longer (2,1s)", 1},
	{"format", KEY_FORMAT, "tty|json", 0, "what to print", 1}, {0}};

static const struct argp_option hunt_options[] = {
	{"cell", KEY_CELL, "CELL", 0,
		"the cell that fails: its id in a case file, or its folder in a run", 1},
	{"git", KEY_GIT, "DIR", 0, "the repository with the history; it is cloned, not touched", 1},
	{"good", KEY_GOOD, "COMMIT", 0, "a commit with which the cell passes", 1},
	{"bad", KEY_BAD, "COMMIT", 0, "a later one with which it fails", 1},
	{"build", KEY_BUILD, "CMD", 0, "shell command that builds a commit, in its tree", 1},
	{"set", KEY_SET, "PART=FILE", 0,
		"the built file that goes into the cell: rom, kernel, initrd, firmware, qemu or "
		"xen; in the tree unless it begins with /; repeated",
		1},
	{"confidence", KEY_CONFIDENCE, "P", 0,
		"the fault shows only now and then: boot each commit often enough to be sure of "
		"the answer with this chance, 0.5 to 0.999999",
		1},
	{"axis", KEY_AXIS_RANGE, "AXIS=A..B", 0,
		"instead of commits: memory=32M..4G, cmdline-length=0..8192, initrd-size=0..2G, "
		"kernel=6.1.0-47..6.12.117",
		1},
	{"step", KEY_STEP, NULL, 0,
		"test the commit that is checked out in DIR and exit as `git bisect run` wants it: "
		"0 good, 1 bad, 125 cannot be tested, 128 stop",
		1},
	{"boots", KEY_BOOTS, "N", 0, "step: so many passes make a commit good (default 1)", 1},
	{"failures", KEY_FAILURES, "N", 0,
		"step: do not decide, count: until N failures or as many boots as --boots says", 1},
	{"rates", KEY_RATES, "BASE:RATE:ERROR", 0,
		"step: good commits fail at a rate, too; decide by a sequential test", 1},
	{0}};

static const struct argp_option merge_options[] = {
	{"output", 'o', "DIR", 0, "folder of the whole run (default: dkboot-runs/TIME)", 1},
	{"format", KEY_FORMAT, "tty|tap|json", 0, "what to print", 1},
	{"junit", KEY_JUNIT, "FILE", 0, "write JUnit XML too", 1},
	{"baseline", KEY_BASELINE, "RUN", 0,
		"compare with an earlier run (folder or JUnit file), and fail on regressions alone",
		1},
	{"slower", KEY_SLOWER, "RATIO,TIME", 0, "when a cell is slower than in --baseline", 1},
	{0}};

static error_t complain(
	struct options *options, const char *option, const char *value, const char *wanted)
{
	fail(options->error, "%s: '%s' is not %s", option, value, wanted);
	return EINVAL;
}

static error_t parse_count(struct options *options, const char *option, const char *text,
	unsigned least, unsigned *out)
{
	uint64_t number;

	if (parse_number(text, &number) < 0 || number < least || number > 4096)
		return complain(options, option, text,
			least ? "a number from 1 to 4096" : "a number up to 4096");
	*out = (unsigned)number;
	return 0;
}

static error_t parse_shard(struct options *options, const char *text)
{
	uint64_t shard = 0, shards = 0;
	autofree char *first = copy_text(text);
	char *slash = strchr(first, '/');

	if (slash)
		*slash = '\0';
	if (!slash || parse_number(first, &shard) < 0 || parse_number(slash + 1, &shards) < 0 ||
		!shard || shard > shards || shards > SHARDS)
		return complain(options, "--shard", text, "I/N with 1 <= I <= N <= 4096");
	options->shard = (unsigned)shard;
	options->shards = (unsigned)shards;
	return 0;
}

static error_t parse_scale(struct options *options, const char *text)
{
	char *end;

	options->timeout_scale = strtod(text, &end);
	if (*end || !(options->timeout_scale > 0 && options->timeout_scale <= 1000))
		return complain(options, "--timeout-scale", text, "a factor above 0, up to 1000");
	return 0;
}

static error_t parse_slower(struct options *options, const char *text)
{
	char *comma = NULL;
	uint32_t milliseconds;

	options->slower.ratio = strtod(text, &comma);
	if (!(options->slower.ratio >= 1 && options->slower.ratio <= 1000) || *comma != ',' ||
		parse_duration(comma + 1, &milliseconds) < 0)
		return complain(options, "--slower", text, "a ratio of 1 to 1000 and a time: 2,1s");
	options->slower.seconds = milliseconds / 1000.0;
	return 0;
}

static error_t parse_shuffle(struct options *options, const char *text)
{
	options->shuffle = true;
	options->seed = (uint64_t)getpid() * 2654435761u;
	if (text && parse_number(text, &options->seed) < 0)
		return complain(options, "--shuffle", text, "a number");
	return 0;
}

static error_t parse_format(struct options *options, const char *text)
{
	options->format = text;
	if (strcmp(text, "tty") != 0 && strcmp(text, "tap") != 0 && strcmp(text, "json") != 0)
		return complain(options, "--format", text, "tty, tap or json");
	return 0;
}

static error_t parse_layout(struct options *options, const char *text)
{
	options->layout = text;
	if (strcmp(text, "full") != 0 && strcmp(text, "entry") != 0 && strcmp(text, "off") != 0)
		return complain(options, "--layout", text, "full, entry or off");
	return 0;
}

static error_t replace(struct options *options, enum axis_id axis, const char *text)
{
	size_t i = 0;

	while (i < options->replacement_count && options->replacements[i].axis != axis)
		i++;
	options->replacements[i] = (struct replacement){axis, text};
	if (i == options->replacement_count)
		options->replacement_count++;
	return 0;
}

static void append(const char ***list, size_t *count, const char *text)
{
	*list = realloc(*list, (*count + 1) * sizeof(**list));
	(*list)[(*count)++] = text;
}

static error_t parse_run(struct options *options, int key, char *text)
{
	switch (key) {
	case 'j':
		return parse_count(options, "-j", text, 1, &options->lanes);
	case KEY_RETRY:
		return parse_count(options, "--retry", text, 0, &options->retry);
	case KEY_SCALE:
		return parse_scale(options, text);
	case KEY_SHUFFLE:
		return parse_shuffle(options, text);
	case KEY_FORMAT:
		return parse_format(options, text);
	case KEY_SLOWER:
		return parse_slower(options, text);
	case KEY_LAYOUT:
		return parse_layout(options, text);
	case KEY_MAP:
		options->map = true;
		return 0;
	case KEY_FAIL_FAST:
		options->fail_fast = true;
		return 0;
	case KEY_BUGS:
		options->bugs = true;
		return 0;
	case KEY_STEP:
		options->hunt.step = true;
		return 0;
	case KEY_BOOTSECTOR:
		options->bootsector = true;
		return 0;
	case KEY_BUILT:
		options->built = true;
		return 0;
	case KEY_IDLE:
		options->idle = true;
		return 0;
	case KEY_COLD:
		options->cold = true;
		return 0;
	case KEY_KEEP:
		options->keep = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The texts of `bisect`: what they mean is its own matter. */
static const char **hunt_text(struct hunt_options *hunt, int key)
{
	const struct {
		int key;
		const char **text;
	} texts[] = {{KEY_GIT, &hunt->git}, {KEY_GOOD, &hunt->good}, {KEY_BAD, &hunt->bad},
		{KEY_BUILD, &hunt->build}, {KEY_CELL, &hunt->cell}, {KEY_AXIS_RANGE, &hunt->axis},
		{KEY_CONFIDENCE, &hunt->confidence}, {KEY_BOOTS, &hunt->boots},
		{KEY_FAILURES, &hunt->failures}, {KEY_RATES, &hunt->rates}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].key == key)
			return texts[i].text;
	return NULL;
}

/* Options that only carry a text. */
static const char **text_option(struct options *options, int key)
{
	switch (key) {
	case KEY_FILTER:
		return &options->filter;
	case KEY_RESUME:
		return &options->resume;
	case KEY_JUNIT:
		return &options->junit;
	case KEY_BASELINE:
		return &options->baseline;
	case 'o':
		return &options->folder;
	case KEY_QEMU:
		return &options->emulator;
	case KEY_ACCEL:
		return &options->accel;
	case KEY_LIMIT:
		return &options->limit;
	default:
		return hunt_text(&options->hunt, key);
	}
}

static error_t parse_one(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;
	const char **plain = text_option(options, key);

	if (plain) {
		*plain = text;
		return 0;
	}
	if (key >= KEY_AXIS && key < KEY_AXIS + AXES)
		return replace(options, (enum axis_id)(key - KEY_AXIS), text);
	if (key == ARGP_KEY_INIT)
		state->err_stream = NULL; /* one line is enough: no "Try ... --help" behind it */
	if (key == KEY_SHARD)
		return parse_shard(options, text);
	if (key == KEY_EXPECT)
		append(&options->expect, &options->expect_count, text);
	else if (key == KEY_SET)
		append(&options->hunt.set, &options->hunt.set_count, text);
	else if (key == ARGP_KEY_ARG)
		append(&options->cases, &options->case_count, text);
	else
		return parse_run(options, key, text);
	return 0;
}

/* The option tables of a command, one behind the other. */
static struct argp_option *options_join(unsigned groups)
{
	static const struct {
		unsigned group;
		const struct argp_option *table;
	} tables[] = {{OPTIONS_SELECT, select_options}, {OPTIONS_BOOT, boot_options},
		{OPTIONS_LIST, list_options}, {OPTIONS_REPLACE, replace_options},
		{OPTIONS_RUN, run_options}, {OPTIONS_PACK, pack_options},
		{OPTIONS_COMPARE, compare_options}, {OPTIONS_REPORT, report_options},
		{OPTIONS_HUNT, hunt_options}, {OPTIONS_MERGE, merge_options}};
	struct argp_option *all = calloc(64, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct argp_option *o = tables[i].table;
			(groups & tables[i].group) && o->name; o++)
			all[count++] = *o;
	return all;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0)
			return true;
	return false;
}

int options_parse(struct options *options, int argc, char **argv, unsigned groups,
	const char *usage, const char *about, struct error *error)
{
	struct argp_option *table = options_join(groups);
	struct argp argp = {.options = table, .parser = parse_one, .args_doc = usage, .doc = about};
	char *name = format_text("dkboot %s", argv[0]);
	/* getopt complains of what is no option, after this name. */
	char *complainer = format_text("dkboot: %s (--help tells more)", argv[0]);
	int status;

	*options = (struct options){.timeout_scale = 1,
		.format = "tty",
		.error = error,
		.slower = {SLOWER_RATIO, SLOWER_SECONDS},
		.names = {name, complainer},
		.lanes = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)};
	error->text[0] = '\0';
	if (wants_help(argc, argv)) {
		argp_help(&argp, stdout, ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK, name);
		status = 1;
	} else {
		argv[0] = complainer;
		status = argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, options)
				 ? -1
				 : 0;
	}
	free(table);
	return status;
}

void options_free(struct options *options)
{
	free(options->names[0]);
	free(options->names[1]);
	free(options->cases);
	free(options->expect);
	free(options->hunt.set);
}
