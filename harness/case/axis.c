#include "case/axis.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/grow.h"

#define NAME_LIMIT 24

static const char *const engines[] = {"qemu", "xen", "stubdom", NULL};
static const char *const roms[] = {"dkboot", "stock", NULL};
static const char *const ways[] = {"direct", "disk", "disk16", NULL};
static const char *const moves[] = {"none", "save", "migrate", NULL};
static const char *const entries[] = {"16", "32", "64", NULL};
static const char *const sources[] = {"fwcfg-dma", "fwcfg-pio", "volume", "volume-truncated",
	"volume-version", "volume-foreign", "volume-header", "volume-kernel", "volume-initrd",
	"volume-cmdline", "volume-ide", "bootsector", "bootsector-ide", "bootsector-kernel",
	"bootsector-loader", "bootsector-bare", "stream", "stream-once", "stream-lost",
	"stream-torn", "stream-stale", "stream-damaged", "stream-stall", "stream-short",
	"stream-long", "stream-kernel", "stream-initrd", "stream-cmdline", "stream-version",
	"stream-huge", "stream-bare", "stream-twice", "stream-count", NULL};
static const char *const firmwares[] = {"seabios", NULL};

static const struct axis_rule rules[AXES] = {
	[AXIS_ENGINE] = {"engine", KIND_TEXT, "qemu", engines, false, 0, 0},
	[AXIS_MACHINE] = {"machine", KIND_TEXT, "pc", NULL, false, 0, 0},
	[AXIS_FIRMWARE] = {"firmware", KIND_TEXT, "seabios", firmwares, true, 0, 0},
	[AXIS_ROM] = {"rom", KIND_TEXT, "dkboot", roms, true, 0, 0},
	[AXIS_VIA] = {"via", KIND_TEXT, "direct", ways, false, 0, 0},
	[AXIS_SOURCE] = {"source", KIND_TEXT, "fwcfg-dma", sources, false, 0, 0},
	[AXIS_CPU] = {"cpu", KIND_TEXT, "default", NULL, false, 0, 0},
	[AXIS_VCPUS] = {"vcpus", KIND_NUMBER, "1", NULL, false, 1, 255},
	[AXIS_MEMORY] = {"memory", KIND_SIZE, "512M", NULL, false, 1ull << 20, 1ull << 42},
	[AXIS_DEVICES] = {"devices", KIND_DEVICES, "none", NULL, false, 0, 0},
	[AXIS_KERNEL] = {"kernel", KIND_KERNEL, NULL, NULL, true, 0, 0},
	[AXIS_INITRD] = {"initrd", KIND_INITRD, "none", NULL, true, 0, 0},
	[AXIS_CMDLINE] = {"cmdline", KIND_CMDLINE, "none", NULL, false, 0, 0},
	[AXIS_ENTRY] = {"entry", KIND_TEXT, "16", entries, false, 0, 0},
	[AXIS_RESETS] = {"resets", KIND_NUMBER, "0", NULL, false, 0, 1000},
	[AXIS_MOVE] = {"move", KIND_TEXT, "none", moves, false, 0, 0},
};

const struct axis_rule *axis_rule(enum axis_id axis)
{
	return &rules[axis];
}

const char *axis_name(enum axis_id axis)
{
	return (unsigned)axis < AXES ? rules[axis].name : NULL;
}

enum axis_id axis_parse(const char *word)
{
	unsigned axis = 0;

	while (axis < AXES && strcmp(rules[axis].name, word) != 0)
		axis++;
	return axis;
}

bool axis_is_number(enum axis_id axis)
{
	return rules[axis].kind == KIND_NUMBER || rules[axis].kind == KIND_SIZE;
}

/* The usual values are few and known to be right, so they are made here and not by the readers. */
static void value_usual(const struct axis_rule *rule, struct value *value)
{
	value->name = copy_text(rule->usual ? rule->usual : "none");
	if (rule->kind == KIND_TEXT)
		value->text = copy_text(rule->usual);
	if (rule->kind == KIND_NUMBER)
		parse_number(rule->usual, &value->number);
	if (rule->kind == KIND_SIZE)
		parse_size(rule->usual, &value->number);
	if (rule->kind == KIND_KERNEL)
		value->kernel.kind = KERNEL_FILE;
	if (rule->kind == KIND_CMDLINE)
		value->cmdline.text = copy_text("");
	for (char *at = value->name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
}

void axes_complete(struct test_case *test_case)
{
	for (unsigned axis = 0; axis < AXES; axis++) {
		struct axis *at = &test_case->axes[axis];

		if (at->count)
			continue;
		at->values = grow(NULL, 0, sizeof(*at->values));
		value_usual(&rules[axis], &at->values[0]);
		at->count = 1;
	}
}

char *value_name(enum axis_id axis, const char *text)
{
	char size[24];
	uint64_t bytes;
	char *name;

	if (rules[axis].kind != KIND_SIZE)
		return copy_text(text);
	name = copy_text(parse_size(text, &bytes) ? text : format_size(bytes, size, sizeof(size)));
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return name;
}

char *value_name_from(const char *text)
{
	size_t length = strlen(text);
	char *name = copy_text(length > NAME_LIMIT ? text + length - NAME_LIMIT : text);

	for (char *at = name; *at; at++) {
		int byte = tolower((unsigned char)*at);

		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", byte))
			byte = '-';
		*at = (char)byte;
	}
	if (*name)
		return name;
	free(name);
	return copy_text("empty");
}

void value_free(struct value *value)
{
	free(value->name);
	free(value->text);
	for (size_t i = 0; i < value->list_count; i++)
		free(value->list[i]);
	free(value->list);
	free(value->kernel.reference);
	free(value->initrd.reference);
	free(value->initrd.archives);
	for (size_t i = 0; i < value->initrd.module_count; i++) {
		free(value->initrd.modules[i].bytes.reference);
		free(value->initrd.modules[i].arguments);
	}
	free(value->initrd.modules);
	free(value->cmdline.text);
	memset(value, 0, sizeof(*value));
}
