#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/receipt.h"

static const struct {
	const char *key;
	size_t member;
} fields[] = {
	{"package", offsetof(struct receipt, package)},
	{"version", offsetof(struct receipt, version)},
	{"architecture", offsetof(struct receipt, architecture)},
	{"deb_sha256", offsetof(struct receipt, deb_sha256)},
	{"file", offsetof(struct receipt, file)},
	{"file_sha256", offsetof(struct receipt, file_sha256)},
};

#define FIELDS (sizeof fields / sizeof *fields)

static char **member(const struct receipt *receipt, size_t index)
{
	return (char **)((char *)receipt + fields[index].member);
}

static char *sidecar(const char *cache, const struct catalogue_entry *entry)
{
	return format_text("%s/packages/%s.json", cache, entry->name);
}

/* What the entry asks for; a receipt for something else does not count. */
static char *wanted(const struct catalogue_entry *entry)
{
	return format_text("%s %s %s", entry->package ? "package" : "metapackage",
		entry->package ? entry->package : entry->metapackage, entry->file);
}

/* A path that leaves the package's folder would let the cache name any file there is. */
static bool sound(const struct receipt *receipt)
{
	return receipt->file && *receipt->file != '/' && !strstr(receipt->file, "..") &&
	       !strchr(receipt->package, '/') && !strchr(receipt->version, '/') &&
	       !strchr(receipt->architecture, '/');
}

static int unpack(json_t *root, struct receipt *out)
{
	*out = (struct receipt){
		.size = (uint64_t)json_integer_value(json_object_get(root, "size"))};
	for (size_t index = 0; index < FIELDS; index++) {
		const char *value = json_string_value(json_object_get(root, fields[index].key));

		if (!value)
			return -1;
		*member(out, index) = copy_text(value);
	}
	return sound(out) ? 0 : -1;
}

int receipt_read(const char *cache, const struct catalogue_entry *entry, struct receipt *out,
	struct error *error)
{
	autofree char *path = sidecar(cache, entry), *want = wanted(entry);
	autobuffer struct buffer text = {0};
	const char *had;
	json_t *root;
	int result;

	if (!file_exists(path))
		return 0;
	if (file_read(path, &text, error))
		return -1;
	root = json_loadb(text.data ? text.data : "", text.size, 0, NULL);
	had = json_string_value(json_object_get(root, "wanted"));
	result = had && strcmp(had, want) ? 0 : unpack(root, out) ? -1 : 1;
	json_decref(root);
	if (result < 0) {
		receipt_free(out);
		return fail(error, "%s: damaged, expected the receipt of %s", path, entry->name);
	}
	return result;
}

int receipt_write(const char *cache, const struct catalogue_entry *entry,
	const struct receipt *receipt, struct error *error)
{
	autofree char *path = sidecar(cache, entry), *want = wanted(entry), *text = NULL;
	json_t *root = json_object();

	json_object_set_new(root, "wanted", json_string(want));
	for (size_t index = 0; index < FIELDS; index++)
		json_object_set_new(root, fields[index].key, json_string(*member(receipt, index)));
	json_object_set_new(root, "size", json_integer((json_int_t)receipt->size));
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (!text)
		return fail(error, "%s: out of memory", path);
	return file_write(path, text, strlen(text), error);
}

/* An epoch's colon is written as apt does it: some tools take what is before a colon for a host. */
char *receipt_path(const char *cache, const struct receipt *receipt)
{
	struct buffer path = {0};

	buffer_printf(&path, "%s/packages/%s_", cache, receipt->package);
	for (const char *at = receipt->version; *at; at++)
		buffer_add_text(&path, *at == ':' ? "%3a" : (char[]){*at, 0});
	buffer_printf(&path, "_%s/%s", receipt->architecture, receipt->file);
	return buffer_take(&path);
}

void receipt_free(struct receipt *receipt)
{
	for (size_t index = 0; index < FIELDS; index++)
		free(*member(receipt, index));
	*receipt = (struct receipt){0};
}
