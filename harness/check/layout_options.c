/* Command-line options that concern the loader: vga= and mem= (boot.rst, Special Command Line
 * Options). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/layout_view.h"

#define MODE_NORMAL   0xffff
#define MODE_EXTENDED 0xfffe
#define MODE_ASK      0xfffd

/* One word of a command line. */
struct word {
	const char *text;
	size_t size;
	bool doubtful; /* inside quotes or behind "--": the kernel would not take it for its own */
};

/* Where a command line is being read. */
struct words {
	const char *next;
	bool quoted, ended;
};

static bool next_word(struct words *words, struct word *word)
{
	words->next += strspn(words->next, " \t\n");
	if (!*words->next)
		return false;
	*word = (struct word){
		words->next, strcspn(words->next, " \t\n"), words->quoted || words->ended};
	for (size_t i = 0; i < word->size; i++)
		words->quoted ^= word->text[i] == '"';
	words->next += word->size;
	words->ended |= !word->doubtful && word->size == 2 && !memcmp(word->text, "--", 2);
	return true;
}

/* The value of "name=value", with room for what any lawful value needs; false for other words. */
static bool value_of(const struct word *word, const char *name, char value[32])
{
	size_t skip = strlen(name), size;

	if (word->size < skip || memcmp(word->text, name, skip))
		return false;
	size = word->size - skip;
	if (!size || size > 31)
		return false;
	memcpy(value, word->text + skip, size);
	value[size] = '\0';
	return true;
}

/* A number in C notation. */
static bool number(const char *text, char **end, uint64_t *value)
{
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, end, 0);
	return *end != text && !errno;
}

static bool video_mode(const char *text, uint16_t *mode)
{
	static const struct {
		const char *name;
		uint16_t mode;
	} names[] = {{"normal", MODE_NORMAL}, {"ext", MODE_EXTENDED}, {"ask", MODE_ASK}};
	uint64_t value;
	char *end;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i].name)) {
			*mode = names[i].mode;
			return true;
		}
	if (!number(text, &end, &value) || *end || value > 0xffff)
		return false;
	*mode = (uint16_t)value;
	return true;
}

void options_video(const char *cmdline, uint64_t vid_mode, struct video_options *options)
{
	struct words words = {.next = cmdline};
	struct word word;
	char value[32];
	uint16_t mode;

	*options = (struct video_options){0};
	while (next_word(&words, &word)) {
		if (!value_of(&word, "vga=", value) || !video_mode(value, &mode))
			continue;
		options->asked |= !word.doubtful;
		options->lawful |= mode == vid_mode;
		options->last = mode;
	}
}

static bool memory_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "kmgtpe";
	const char *unit;
	unsigned shift = 0;
	char *end;

	if (!number(text, &end, bytes))
		return false;
	if (*end) {
		unit = strchr(units, *end | 0x20);
		if (!unit || end[1])
			return false;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (!*bytes || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

uint64_t options_memory(const char *cmdline)
{
	struct words words = {.next = cmdline};
	uint64_t least = UINT64_MAX, bytes;
	struct word word;
	char value[32];

	while (next_word(&words, &word))
		if (!word.doubtful && value_of(&word, "mem=", value) &&
			memory_size(value, &bytes) && bytes < least)
			least = bytes;
	return least;
}
