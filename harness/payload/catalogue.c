#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/catalogue.h"

#define NAME_MOST   24
#define LINE(event) ((unsigned)(event)->start_mark.line + 1)

/* The file while it is read. */
struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	struct catalogue *out;
	struct error *error;
};

static int wrong(struct reader *reader, unsigned line, const char *what, const char *expected)
{
	return fail(
		reader->error, "%s:%u: %s, expected %s", reader->out->path, line, what, expected);
}

static int wrong_value(
	struct reader *reader, const char *key, const char *value, const char *expected)
{
	autofree char *what = format_text("%s: \"%s\"", key, value);

	return wrong(reader, LINE(&reader->event), what, expected);
}

static int next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	return wrong(reader, (unsigned)reader->parser.problem_mark.line + 1, reader->parser.problem,
		"YAML");
}

static int expect(struct reader *reader, yaml_event_type_t type, const char *what)
{
	if (reader->event.type == type)
		return 0;
	return wrong(reader, LINE(&reader->event), "something else", what);
}

static const char *scalar(const struct reader *reader)
{
	return (const char *)reader->event.data.scalar.value;
}

static int set_text(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);

	if (!*value || strchr(value, '\n'))
		return wrong_value(reader, key, value, "a line of text");
	*(char **)member = copy_text(value);
	return 0;
}

static int set_name(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);
	size_t length = strlen(value);

	if (!length || length > NAME_MOST ||
		strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789.-") != length)
		return wrong_value(reader, key, value, "a name like [a-z0-9.-]{1,24}");
	return set_text(reader, key, member);
}

/* Debian Policy 5.6.1; also keeps options of apt-get and globs out of a command line. */
static int set_package(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);
	size_t length = strlen(value);

	if (length < 2 || strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789+.-") != length ||
		strchr("+.-", *value))
		return wrong_value(reader, key, value, "the name of a Debian package");
	return set_text(reader, key, member);
}

static int set_file(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);

	if (*value == '/' || strstr(value, ".."))
		return wrong_value(
			reader, key, value, "a path inside the package without / before it");
	return set_text(reader, key, member);
}

static int set_sha256(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);

	if (strlen(value) != 64 || strspn(value, "0123456789abcdef") != 64)
		return wrong_value(reader, key, value, "64 digits 0-9a-f");
	return set_text(reader, key, member);
}

static int set_lean(struct reader *reader, const char *key, void *member)
{
	const char *value = scalar(reader);

	if (strcmp(value, "yes") && strcmp(value, "no"))
		return wrong_value(reader, key, value, "yes or no");
	*(bool *)member = *value == 'y';
	return 0;
}

static int set_kind(struct reader *reader, const char *key, void *member)
{
	static const char *const kinds[] = {[CATALOGUE_KERNEL] = "kernel",
		[CATALOGUE_INITRD] = "initrd",
		[CATALOGUE_FIRMWARE] = "firmware",
		[CATALOGUE_DISK] = "disk"};

	for (unsigned kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
		if (!strcmp(scalar(reader), kinds[kind])) {
			*(enum catalogue_kind *)member = (enum catalogue_kind)kind;
			return 0;
		}
	return wrong_value(reader, key, scalar(reader), "kernel, initrd, firmware or disk");
}

static const struct field {
	const char *key;
	bool needed;
	int (*set)(struct reader *reader, const char *key, void *member);
	size_t member;
} fields[] = {
	{"name", true, set_name, offsetof(struct catalogue_entry, name)},
	{"package", false, set_package, offsetof(struct catalogue_entry, package)},
	{"metapackage", false, set_package, offsetof(struct catalogue_entry, metapackage)},
	{"file", true, set_file, offsetof(struct catalogue_entry, file)},
	{"kind", true, set_kind, offsetof(struct catalogue_entry, kind)},
	{"lean", true, set_lean, offsetof(struct catalogue_entry, lean)},
	{"sha256", false, set_sha256, offsetof(struct catalogue_entry, sha256)},
	{"why", true, set_text, offsetof(struct catalogue_entry, why)},
};

#define FIELDS (sizeof fields / sizeof *fields)

/* Index of the key that the event holds; FIELDS and an error if there is none like it, or it came
 * before. */
static size_t find_field(struct reader *reader, unsigned seen)
{
	for (size_t index = 0; index < FIELDS; index++) {
		if (strcmp(scalar(reader), fields[index].key))
			continue;
		if (!(seen & 1u << index))
			return index;
		wrong_value(reader, "key", scalar(reader), "it only once in an entry");
		return FIELDS;
	}
	wrong_value(reader, "key", scalar(reader),
		"name, package, metapackage, file, kind, lean, sha256 or why");
	return FIELDS;
}

static int read_field(struct reader *reader, struct catalogue_entry *entry, unsigned *seen)
{
	size_t index;

	if (expect(reader, YAML_SCALAR_EVENT, "a key"))
		return -1;
	index = find_field(reader, *seen);
	if (index == FIELDS || next(reader) || expect(reader, YAML_SCALAR_EVENT, "a plain value"))
		return -1;
	*seen |= 1u << index;
	return fields[index].set(reader, fields[index].key, (char *)entry + fields[index].member);
}

static int check_entry(struct reader *reader, const struct catalogue_entry *entry, unsigned seen)
{
	for (size_t index = 0; index < FIELDS; index++)
		if (fields[index].needed && !(seen & 1u << index))
			return fail(reader->error, "%s:%u: the entry has no \"%s\", expected one",
				reader->out->path, entry->line, fields[index].key);
	if (!entry->package == !entry->metapackage)
		return wrong(reader, entry->line, "the entry has both or neither",
			"package or metapackage");
	for (size_t index = 0; index + 1 < reader->out->count; index++)
		if (!strcmp(reader->out->entries[index].name, entry->name))
			return fail(reader->error,
				"%s:%u: name: \"%s\" is taken by line %u, expected another",
				reader->out->path, entry->line, entry->name,
				reader->out->entries[index].line);
	return 0;
}

static int read_entry(struct reader *reader)
{
	struct catalogue *out = reader->out;
	struct catalogue_entry *more, *entry;
	unsigned seen = 0;

	if (expect(reader, YAML_MAPPING_START_EVENT, "an entry (\"- name: ...\")"))
		return -1;
	more = reallocarray(out->entries, out->count + 1, sizeof *more);
	if (!more)
		return fail(reader->error, "%s: out of memory", out->path);
	out->entries = more;
	entry = &out->entries[out->count++];
	*entry = (struct catalogue_entry){.line = LINE(&reader->event)};
	for (;;) {
		if (next(reader))
			return -1;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return check_entry(reader, entry, seen);
		if (read_field(reader, entry, &seen))
			return -1;
	}
}

static int read_all(struct reader *reader)
{
	if (next(reader) || next(reader) ||
		expect(reader, YAML_DOCUMENT_START_EVENT, "a list of entries") || next(reader) ||
		expect(reader, YAML_SEQUENCE_START_EVENT, "a list of entries"))
		return -1;
	for (;;) {
		if (next(reader))
			return -1;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if (read_entry(reader))
			return -1;
	}
	if (next(reader) || next(reader))
		return -1;
	return expect(reader, YAML_STREAM_END_EVENT, "the end of the file");
}

int catalogue_read(const char *path, struct catalogue *out, struct error *error)
{
	struct reader reader = {.out = out, .error = error};
	autofile FILE *file = fopen(path, "re");
	int result;

	*out = (struct catalogue){0};
	if (!file)
		return fail_errno(error, "%s", path);
	if (!yaml_parser_initialize(&reader.parser))
		return fail(error, "%s: out of memory", path);
	out->path = copy_text(path);
	yaml_parser_set_input_file(&reader.parser, file);
	result = read_all(&reader);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	if (result)
		catalogue_free(out);
	return result;
}

const struct catalogue_entry *catalogue_find(
	const struct catalogue *catalogue, const char *name, struct error *error)
{
	autobuffer struct buffer names = {0};

	for (size_t index = 0; index < catalogue->count; index++) {
		if (!strcmp(catalogue->entries[index].name, name))
			return &catalogue->entries[index];
		buffer_printf(&names, "%s%s", index ? ", " : "", catalogue->entries[index].name);
	}
	fail(error, "%s: has no \"%s\", expected one of: %s", catalogue->path, name,
		names.data ? names.data : "(it is empty)");
	return NULL;
}

void catalogue_free(struct catalogue *catalogue)
{
	for (size_t index = 0; index < catalogue->count; index++) {
		struct catalogue_entry *entry = &catalogue->entries[index];

		free(entry->name);
		free(entry->package);
		free(entry->metapackage);
		free(entry->file);
		free(entry->why);
		free(entry->sha256);
	}
	free(catalogue->entries);
	free(catalogue->path);
	*catalogue = (struct catalogue){0};
}
