/* The device model's arguments: /vm/UUID/image/dm-argv/NNN in xenstore (docs/misc/stubdom.txt). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stubdom.h"

#define DEVICE_MODEL "/usr/libexec/xen-qemu-system-i386"
#define NO_ARGUMENTS                                                                               \
	"libxl left no arguments for the device model: a command line of more than 4037 bytes "    \
	"does not fit into xenstore, dkboot-send can bring it"

static void *must(void *memory)
{
	if (!memory)
		give_up("out of memory");
	return memory;
}

static void add(struct arguments *arguments, const char *word)
{
	arguments->list =
		must(reallocarray(arguments->list, arguments->count + 2, sizeof(*arguments->list)));
	arguments->list[arguments->count++] = must(strdup(word));
	arguments->list[arguments->count] = NULL;
}

static int by_number(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void arguments_read(struct arguments *arguments, struct xs_handle *store, unsigned domain)
{
	char path[128], word[256];
	unsigned count, size;
	char *vm, **names;

	snprintf(path, sizeof(path), "/local/domain/%u/vm", domain);
	vm = xs_read(store, XBT_NULL, path, &size);
	if (!vm)
		give_up("there is no %s in xenstore", path);
	snprintf(path, sizeof(path), "%.80s/image/dm-argv", vm);
	names = xs_directory(store, XBT_NULL, path, &count);
	/* libxl writes them in one transaction, which fails with the longest of them. */
	if (!names)
		give_up(NO_ARGUMENTS);
	qsort(names, count, sizeof(*names), by_number);
	add(arguments, DEVICE_MODEL);
	for (unsigned i = 0; i < count; i++) {
		char *value;

		snprintf(word, sizeof(word), "%s/%s", path, names[i]);
		value = xs_read(store, XBT_NULL, word, &size);
		add(arguments, value ? value : "");
		free(value);
	}
	free(names);
	free(vm);
}

static size_t find(const struct arguments *arguments, const char *option)
{
	size_t at = 0;

	while (at + 1 < arguments->count && strcmp(arguments->list[at], option) != 0)
		at++;
	return at + 1 < arguments->count ? at : arguments->count;
}

const char *arguments_get(const struct arguments *arguments, const char *option)
{
	size_t at = find(arguments, option);

	return at < arguments->count ? arguments->list[at + 1] : NULL;
}

void arguments_set(struct arguments *arguments, const char *option, const char *value)
{
	size_t at = find(arguments, option);

	if (at < arguments->count) {
		free(arguments->list[at + 1]);
		arguments->list[at + 1] = must(strdup(value));
		return;
	}
	add(arguments, option);
	add(arguments, value);
}

void arguments_drop(struct arguments *arguments, const char *option, const char *value)
{
	for (size_t at = 0; at + 1 < arguments->count; at++) {
		if (strcmp(arguments->list[at], option) != 0 ||
			strcmp(arguments->list[at + 1], value) != 0)
			continue;
		free(arguments->list[at]);
		free(arguments->list[at + 1]);
		memmove(arguments->list + at, arguments->list + at + 2,
			(arguments->count - at - 1) * sizeof(*arguments->list));
		arguments->count -= 2;
		return;
	}
}

void arguments_replace(struct arguments *arguments, const char *word, const char *with)
{
	for (size_t at = 0; at < arguments->count; at++)
		if (!strcmp(arguments->list[at], word)) {
			free(arguments->list[at]);
			arguments->list[at] = must(strdup(with));
		}
}
