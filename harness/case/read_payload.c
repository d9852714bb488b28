#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "case/grow.h"
#include "case/read.h"
#include "payload/cmdline.h"
#include "payload/probe.h"

#define VALUE(member)	offsetof(struct value, member)
#define PROBE(member)	offsetof(struct probe_spec, member)
#define ARCHIVE(member) offsetof(struct archive_spec, member)
#define MODULE(member)	offsetof(struct module_spec, member)
#define MALFORMED_MOST	1000

#define IMAGE_LIMIT   (1ull << 32)
#define INITRD_LIMIT  (1ull << 40)
#define CMDLINE_LIMIT (1ull << 24)

/* Bytes of the header's fields, so that a value which does not fit is said here and not cut there.
 */
static const unsigned char field_width[PROBE_FIELDS] = {
	[PROBE_SETUP_SECTS] = 1,
	[PROBE_LOADFLAGS] = 1,
	[PROBE_HEAP_END_PTR] = 2,
	[PROBE_INITRD_ADDR_MAX] = 4,
	[PROBE_KERNEL_ALIGNMENT] = 4,
	[PROBE_RELOCATABLE] = 1,
	[PROBE_MIN_ALIGNMENT] = 1,
	[PROBE_XLOADFLAGS] = 2,
	[PROBE_CMDLINE_SIZE] = 4,
	[PROBE_PREF_ADDRESS] = 8,
	[PROBE_INIT_SIZE] = 4,
	[PROBE_SYSSIZE] = 4,
	[PROBE_VID_MODE] = 2,
};

static const char *act_word(unsigned value)
{
	return value < PROBE_ACTS ? probe_act_name(value) : NULL;
}

static const char *load_word(unsigned value)
{
	static const char *const words[] = {"high", "low"};

	return value < 2 ? words[value] : NULL;
}

static const char *compression_word(unsigned value)
{
	return value < COMPRESSIONS ? compression_name(value) : NULL;
}

static int read_protocol(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	if (!probe_protocol_parse(node->text, place))
		return 0;
	return fail_at(reading, node->line,
		"protocol \"%s\", expected none, 2.00 to 2.15, multiboot, multiboot2, pvh or "
		"linux-entries",
		shown(node, &room));
}

static int read_load(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	unsigned value;

	if (word_value(reading, node, field->key, load_word, &value))
		return -1;
	*(bool *)place = value == 1;
	return 0;
}

static const struct field probe_fields[] = {
	{.key = "protocol", .read = read_protocol, .offset = PROBE(protocol), .required = true},
	{.key = "load", .read = read_load, .offset = PROBE(low)},
	{.key = "image_size", .read = read_size, .offset = PROBE(image_size), .high = IMAGE_LIMIT},
	{.key = "act", .read = read_word, .offset = PROBE(act), .word_of = act_word},
};

#define FIXED (sizeof(probe_fields) / sizeof(probe_fields[0]))

static const char *kind_word(unsigned value)
{
	static const char *const words[] = {"elf", "elf64", "flat", "reloc"};

	return value < sizeof(words) / sizeof(words[0]) ? words[value] : NULL;
}

/* A finished probe: what a case calls it, until it is known which that is. */
struct built_words {
	char *protocol;
	unsigned kind, act;
};

static const struct field built_fields[] = {
	{.key = "protocol",
		.read = read_line,
		.offset = offsetof(struct built_words, protocol),
		.required = true},
	{.key = "kind",
		.read = read_word,
		.offset = offsetof(struct built_words, kind),
		.word_of = kind_word},
	{.key = "act",
		.read = read_word,
		.offset = offsetof(struct built_words, act),
		.word_of = act_word},
	{0}};

/* The first of a protocol, whatever its kind; NULL for the protocols of Linux. */
static const struct built_probe *built_of(const struct node *node)
{
	const struct built_probe *probe = built_probes;

	while (node && node->kind == NODE_TEXT && probe->file &&
		strcmp(probe->protocol, node->text) != 0)
		probe++;
	return node && node->kind == NODE_TEXT && probe->file ? probe : NULL;
}

static int read_built(struct reading *reading, const struct node *node,
	const struct built_probe *probe, struct kernel_spec *kernel)
{
	struct built_words words = {0};
	int status = read_map(reading, node, built_fields, "probe", &words);
	const char *kind = node_get(node, "kind") ? kind_word(words.kind) : probe->kind;

	while (!status && probe->file &&
		(strcmp(probe->protocol, words.protocol) || strcmp(probe->kind, kind)))
		probe++;
	if (!status && !probe->file)
		status = fail_at(reading, node->line, "kind %s of protocol %s: there is none", kind,
			words.protocol);
	kernel->kind = KERNEL_BUILT;
	kernel->built = (struct built_spec){(unsigned)(probe - built_probes), words.act};
	free(words.protocol);
	return status;
}

static int read_probe(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct field fields[FIXED + PROBE_FIELDS + 1] = {0};
	struct kernel_spec *kernel = place;
	const struct built_probe *built =
		node->kind == NODE_MAP ? built_of(node_get(node, "protocol")) : NULL;

	if (built)
		return read_built(reading, node, built, kernel);
	memcpy(fields, probe_fields, sizeof(probe_fields));
	for (unsigned i = 0; i < PROBE_FIELDS; i++) {
		struct field *row = &fields[FIXED + i];

		row->key = probe_field_name(i);
		row->read = read_size;
		row->offset = PROBE(field) + i * sizeof(uint64_t);
		row->high = UINT64_MAX >> (64 - 8 * field_width[i]);
	}
	kernel->kind = KERNEL_PROBE;
	if (read_map(reading, node, fields, field->key, &kernel->probe))
		return -1;
	for (unsigned i = 0; i < PROBE_FIELDS; i++)
		if (node_get(node, probe_field_name(i)))
			kernel->probe.given |= 1u << i;
	return 0;
}

static int read_kernel_file(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct kernel_spec *kernel = place;

	kernel->kind = KERNEL_FILE;
	return read_path(reading, field, node, &kernel->reference);
}

static int read_malformed(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct kernel_spec *kernel = place;

	kernel->kind = KERNEL_MALFORMED;
	return read_number(reading, field, node, &kernel->malformed.number);
}

static int read_boot(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	*(bool *)place = true;
	return strcmp(node->text, "multiboot2") == 0
		       ? 0
		       : fail_at(reading, node->line, "boot \"%s\", expected multiboot2",
				 shown(node, &room));
}

static int read_refuser(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	autobuffer struct buffer room = {0};

	if (expect_kind(reading, node, NODE_TEXT, field->key))
		return -1;
	*(bool *)place = true;
	return strcmp(node->text, "emulator") == 0
		       ? 0
		       : fail_at(reading, node->line, "refuses \"%s\", expected emulator",
				 shown(node, &room));
}

static const struct field kernel_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "catalogue", .read = read_line, .offset = VALUE(kernel.reference)},
	{.key = "file", .read = read_kernel_file, .offset = VALUE(kernel)},
	{.key = "probe", .read = read_probe, .offset = VALUE(kernel)},
	{.key = "malformed",
		.read = read_malformed,
		.offset = VALUE(kernel),
		.low = 1,
		.high = MALFORMED_MOST},
	{.key = "seed",
		.read = read_number,
		.offset = VALUE(kernel.malformed.seed),
		.high = UINT64_MAX},
	{.key = "refuses", .read = read_refuser, .offset = VALUE(kernel.malformed.for_emulator)},
	{.key = "unpack", .read = read_yes, .offset = VALUE(kernel.unpack)},
	{.key = "boot", .read = read_boot, .offset = VALUE(kernel.multiboot2)}, {0}};

int read_kernel(struct reading *reading, const struct node *node, struct value *value)
{
	static const char *const kinds[] = {"catalogue", "file", "probe", "malformed", NULL};

	value->kernel.kind = KERNEL_CATALOGUE;
	if (node->kind != NODE_TEXT)
		return read_map(reading, node, kernel_fields, "a kernel", value) ||
				       check_one_of(reading, node, "a kernel", kinds)
			       ? -1
			       : 0;
	value->name = copy_text(node->text);
	value->kernel.reference = copy_text(node->text);
	return 0;
}

static const struct field archive_fields[] = {
	{.key = "early", .read = read_yes, .offset = ARCHIVE(early)},
	{.key = "compress",
		.read = read_word,
		.offset = ARCHIVE(compression),
		.word_of = compression_word},
	{.key = "blob", .read = read_size, .offset = ARCHIVE(blob), .high = INITRD_LIMIT},
	{.key = "zero_pad", .read = read_size, .offset = ARCHIVE(zero_pad), .high = INITRD_LIMIT},
	{0}};

static int read_archive(
	struct reading *reading, const struct node *node, struct archive_spec *archive)
{
	if (read_map(reading, node, archive_fields, "an archive", archive))
		return -1;
	if (archive->early && (archive->compression != COMPRESS_NONE || archive->blob))
		return fail_at(reading, node->line,
			"an early archive with compress or blob, expected neither: it is plain");
	return 0;
}

static int read_archives(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct initrd_spec *initrd = place;

	initrd->kind = INITRD_ARCHIVE;
	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	initrd->archives = allocate(node->count, sizeof(*initrd->archives));
	initrd->archive_count = node->count;
	for (size_t i = 0; i < node->count; i++)
		if (read_archive(reading, node->items[i], &initrd->archives[i]))
			return -1;
	return 0;
}

static int read_random(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct initrd_spec *initrd = place;

	initrd->kind = INITRD_RANDOM;
	return read_size(reading, field, node, &initrd->size);
}

static int read_initrd_file(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct initrd_spec *initrd = place;

	initrd->kind = INITRD_FILE;
	return read_path(reading, field, node, &initrd->reference);
}

static int read_module_kernel(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct initrd_spec *initrd = place;

	initrd->kind = INITRD_KERNEL;
	return read_line(reading, field, node, &initrd->reference);
}

static const struct field module_fields[] = {
	{.key = "catalogue", .read = read_line, .offset = MODULE(bytes.reference)},
	{.key = "file", .read = read_initrd_file, .offset = MODULE(bytes)},
	{.key = "kernel", .read = read_module_kernel, .offset = MODULE(bytes)},
	{.key = "random", .read = read_random, .offset = MODULE(bytes), .high = INITRD_LIMIT},
	{.key = "seed", .read = read_number, .offset = MODULE(bytes.seed), .high = UINT64_MAX},
	{.key = "arguments", .read = read_text, .offset = MODULE(arguments)}, {0}};

static int read_module(struct reading *reading, const struct node *node, struct module_spec *module)
{
	static const char *const kinds[] = {"catalogue", "file", "kernel", "random", NULL};

	module->bytes.kind = INITRD_CATALOGUE;
	module->bytes.seed = 1;
	module->arguments = copy_text("");
	return read_map(reading, node, module_fields, "a module", module) ||
			       check_one_of(reading, node, "a module", kinds)
		       ? -1
		       : 0;
}

static int read_modules(
	struct reading *reading, const struct field *field, const struct node *node, void *place)
{
	struct initrd_spec *initrd = place;

	initrd->kind = INITRD_MODULES;
	if (expect_kind(reading, node, NODE_LIST, field->key))
		return -1;
	initrd->modules = allocate(node->count, sizeof(*initrd->modules));
	initrd->module_count = node->count;
	for (size_t i = 0; i < node->count; i++)
		if (read_module(reading, node->items[i], &initrd->modules[i]))
			return -1;
	return 0;
}

static const struct field initrd_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "archives", .read = read_archives, .offset = VALUE(initrd)},
	{.key = "modules", .read = read_modules, .offset = VALUE(initrd)},
	{.key = "random", .read = read_random, .offset = VALUE(initrd), .high = INITRD_LIMIT},
	{.key = "catalogue", .read = read_line, .offset = VALUE(initrd.reference)},
	{.key = "file", .read = read_initrd_file, .offset = VALUE(initrd)},
	{.key = "seed", .read = read_number, .offset = VALUE(initrd.seed), .high = UINT64_MAX},
	{0}};

int read_initrd(struct reading *reading, const struct node *node, struct value *value)
{
	static const char *const kinds[] = {
		"archives", "modules", "random", "catalogue", "file", NULL};

	value->initrd.kind = INITRD_CATALOGUE;
	value->initrd.seed = 1;
	if (node->kind != NODE_TEXT)
		return read_map(reading, node, initrd_fields, "an initrd", value) ||
				       check_one_of(reading, node, "an initrd", kinds)
			       ? -1
			       : 0;
	value->name = copy_text(node->text);
	if (!strcmp(node->text, "none"))
		value->initrd.kind = INITRD_NONE;
	else
		value->initrd.reference = copy_text(node->text);
	return 0;
}

static const struct field cmdline_fields[] = {
	{.key = "name", .read = read_line, .offset = VALUE(name), .required = true},
	{.key = "text", .read = read_text, .offset = VALUE(cmdline.text), .required = true},
	{.key = "pad_to",
		.read = read_size,
		.offset = VALUE(cmdline.pad_to),
		.low = 1,
		.high = CMDLINE_LIMIT},
	{0}};

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "read_size() fills pad_to");

/* What cannot be made is said here, with its line, and not when the cell is due. */
static int check_padding(
	struct reading *reading, const struct node *node, const struct cmdline_spec *cmdline)
{
	struct error reason;
	autofree char *made = cmdline_make(cmdline, &reason);

	return made ? 0 : fail_at(reading, node->line, "%s", reason.text);
}

int read_cmdline(struct reading *reading, const struct node *node, struct value *value)
{
	autobuffer struct buffer room = {0};
	struct cmdline_spec *cmdline = &value->cmdline;

	if (node->kind != NODE_TEXT) {
		if (read_map(reading, node, cmdline_fields, "a command line", value))
			return -1;
		return check_padding(reading, node, cmdline);
	}
	if (strcmp(node->text, "none") != 0)
		return fail_at(reading, node->line,
			"cmdline \"%s\", expected none or {name: …, text: \"…\"}",
			shown(node, &room));
	value->name = copy_text("none");
	cmdline->text = copy_text("");
	return 0;
}
