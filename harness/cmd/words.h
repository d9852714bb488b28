/* Command lines that are put together. */
#ifndef DKBOOT_CMD_WORDS_H
#define DKBOOT_CMD_WORDS_H

#include "cmd/options.h"

/** Zero-initialise; release with words_free(). @list has a NULL at its end once it has a word. */
struct words {
	char **list; /* malloc'ed, each too */
	int count;
};

/** Adds one word, copied. */
void words_add(struct words *words, const char *word);

/** Adds "--NAME=VALUE"; nothing for NULL. */
void words_option(struct words *words, const char *name, const char *value);

/** Adds what takes the place of axes, and how cells are booted: emulator, limits and the like. */
void words_boot_options(struct words *words, const struct options *options);

void words_free(struct words *words);

#endif
