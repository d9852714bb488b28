#include "cmd/words.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"

void words_add(struct words *words, const char *word)
{
	words->list = realloc(words->list, ((size_t)words->count + 2) * sizeof(*words->list));
	if (!words->list)
		abort();
	words->list[words->count++] = copy_text(word);
	words->list[words->count] = NULL;
}

void words_option(struct words *words, const char *name, const char *value)
{
	autofree char *word = value ? format_text("--%s=%s", name, value) : NULL;

	if (word)
		words_add(words, word);
}

void words_boot_options(struct words *words, const struct options *options)
{
	autofree char *scale = format_text("%g", options->timeout_scale);

	for (size_t i = 0; i < options->replacement_count; i++)
		words_option(words, axis_name(options->replacements[i].axis),
			options->replacements[i].text);
	words_option(words, "layout", options->layout);
	words_option(words, "qemu", options->emulator);
	words_option(words, "accel", options->accel);
	words_option(words, "timeout-scale", scale);
	if (options->cold)
		words_add(words, "--cold");
	if (options->built)
		words_add(words, "--built");
}

void words_free(struct words *words)
{
	for (int i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){0};
}
