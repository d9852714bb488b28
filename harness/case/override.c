#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "case/axis.h"
#include "case/grow.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What the command line calls a file: a path, or the name of something that is there. */
static bool is_file(const char *text)
{
	return strchr(text, '/') || file_exists(text);
}

static int number_from_text(
	const struct axis_rule *rule, const char *text, uint64_t *number, struct error *error)
{
	bool size = rule->kind == KIND_SIZE;
	char low[24], high[24];

	if (size ? parse_size(text, number) : parse_number(text, number))
		return fail(error, "%s \"%s\", expected a %s", rule->name, text,
			size ? "size (512M, 5G)" : "number");
	if (*number >= rule->low && *number <= rule->high)
		return 0;
	return fail(error, "%s %s, expected %s to %s", rule->name, text,
		format_size(rule->low, low, sizeof(low)),
		format_size(rule->high, high, sizeof(high)));
}

static int fail_word(const struct axis_rule *rule, const char *text, struct error *error)
{
	autobuffer struct buffer expected = {0};

	for (size_t i = 0; rule->words[i]; i++)
		buffer_printf(&expected, "%s%s", i ? ", " : "", rule->words[i]);
	return fail(error, "%s \"%s\", expected one of: %s%s", rule->name, text, expected.data,
		rule->file ? "; or the path of a file" : "");
}

static int text_from_text(
	const struct axis_rule *rule, const char *text, struct value *out, struct error *error)
{
	const char *const *words = rule->words;

	while (words && *words && strcmp(*words, text) != 0)
		words++;
	if (words && !*words && !(rule->file && is_file(text)))
		return fail_word(rule, text, error);
	out->text = copy_text(text);
	out->name = value_name_from(base_name(text));
	return 0;
}

/* Blanks separate arguments; what needs a blank in it goes into a case file. */
static void devices_from_text(const char *text, struct value *out)
{
	autofree char *copy = copy_text(text);
	char *rest = NULL;

	out->name = value_name_from(text);
	if (!strcmp(text, "none"))
		return;
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		out->list = grow(out->list, out->list_count, sizeof(*out->list));
		out->list[out->list_count++] = copy_text(word);
	}
}

static void kernel_from_text(const char *text, struct value *out)
{
	out->name = value_name_from(base_name(text));
	out->kernel.kind = is_file(text) ? KERNEL_FILE : KERNEL_CATALOGUE;
	out->kernel.reference = copy_text(text);
}

static void initrd_from_text(const char *text, struct value *out)
{
	out->name = value_name_from(base_name(text));
	if (!strcmp(text, "none"))
		return;
	out->initrd.kind = is_file(text) ? INITRD_FILE : INITRD_CATALOGUE;
	out->initrd.reference = copy_text(text);
}

/* Any bytes can be a command line, so that its name is a checksum of them. */
static void cmdline_from_text(const char *text, struct value *out)
{
	out->name = *text ? format_text("text-%08x", crc32_bytes(text, strlen(text)))
			  : copy_text("none");
	out->cmdline.text = copy_text(text);
}

int value_from_text(enum axis_id axis, const char *text, struct value *out, struct error *error)
{
	const struct axis_rule *rule = axis_rule(axis);

	memset(out, 0, sizeof(*out));
	if (!*text && rule->kind != KIND_CMDLINE)
		return fail(error, "%s \"\", expected a value", rule->name);
	switch (rule->kind) {
	case KIND_TEXT:
		return text_from_text(rule, text, out, error);
	case KIND_NUMBER:
	case KIND_SIZE:
		if (number_from_text(rule, text, &out->number, error))
			return -1;
		out->name = rule->kind == KIND_SIZE
				    ? value_name(axis, text)
				    : format_text("%llu", (unsigned long long)out->number);
		return 0;
	case KIND_DEVICES:
		devices_from_text(text, out);
		return 0;
	case KIND_KERNEL:
		kernel_from_text(text, out);
		return 0;
	case KIND_INITRD:
		initrd_from_text(text, out);
		return 0;
	case KIND_CMDLINE:
		cmdline_from_text(text, out);
		return 0;
	}
	return fail(error, "%s, expected an axis", text);
}

void case_override(struct test_case *test_case, enum axis_id axis, struct value *value)
{
	struct axis *target = &test_case->axes[axis];

	for (size_t i = 0; i < target->count; i++)
		value_free(&target->values[i]);
	free(target->values);
	target->values = grow(NULL, 0, sizeof(*target->values));
	target->values[0] = *value;
	target->count = 1;
	target->overridden = true;
	target->declared |= !test_case->file;
	memset(value, 0, sizeof(*value));
}
