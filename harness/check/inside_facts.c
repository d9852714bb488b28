/* What a report says that does not depend on who loaded the kernel, as facts: the firmware's
 * answers, and the payload as it arrived. Two boots of one payload on one machine must agree in
 * them. */
#include <string.h>

#include "base/text.h"
#include "check/inside.h"

static void add_ranges(struct buffer *out, const struct memory_map *map)
{
	for (size_t i = 0; i < map->count; i++)
		buffer_printf(out, "e820 0x%llx-0x%llx:%u\n",
			(unsigned long long)map->range[i].start,
			(unsigned long long)map->range[i].end - 1, map->range[i].type);
}

static void add_sums(struct buffer *out, const struct inside_facts *facts)
{
	static const char *const names[INSIDE_THINGS] = {[INSIDE_CMDLINE] = "cmdline",
		[INSIDE_INITRD] = "initrd",
		[INSIDE_IMAGE] = "image",
		[INSIDE_BLOB] = "blob",
		[INSIDE_EARLY] = "early"};

	for (size_t i = 0; i < INSIDE_THINGS; i++)
		if (facts->sum[i].said)
			buffer_printf(out, "%s size=%llu,crc32=%08x\n", names[i],
				(unsigned long long)facts->sum[i].size, facts->sum[i].crc32);
}

char *inside_facts_text(const struct inside_facts *facts)
{
	struct buffer out = {0};

	if (!facts->guest || !facts->whole || facts->garbled[0])
		return NULL;
	add_ranges(&out, &facts->map);
	add_sums(&out, facts);
	if (facts->told.size)
		buffer_add(&out, facts->told.data, facts->told.size);
	return out.size ? buffer_take(&out) : NULL;
}

/* A fact in printable text, each blank of its value a comma. */
static void tell(struct inside_facts *facts, const char *word, const char *name, size_t length,
	const char *value)
{
	struct buffer *out = &facts->told;
	size_t start;

	buffer_printf(out, "%s%s", word, length ? "." : "");
	add_printable(out, name, length, length);
	buffer_add_text(out, " ");
	start = out->size;
	add_printable(out, value, strlen(value), strlen(value));
	for (char *at = out->data + start; *at; at++)
		if (*at == ' ')
			*at = ',';
	buffer_add_text(out, "\n");
}

bool inside_tell_named(struct inside_facts *facts, const char *word, const char *text)
{
	size_t length = strcspn(text, " ");

	if (!length || !text[length] || !text[length + 1])
		return false;
	tell(facts, word, text, length, text + length + 1);
	return true;
}

bool inside_tell(struct inside_facts *facts, const char *word, const char *text)
{
	if (!*text)
		return false;
	tell(facts, word, "", 0, text);
	return true;
}
