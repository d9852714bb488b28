/* git(1), as a command. */
#ifndef DKBOOT_CMD_GIT_H
#define DKBOOT_CMD_GIT_H

#include "base/buffer.h"
#include "base/error.h"

/** Forgets the variables by which a caller (a hook, `git bisect run`) ties us to its repository. */
void git_forget_caller(void);

/**
 * Runs git in a folder.
 * @param out  what it prints is appended, without the newline at its end; may be NULL
 * @param words of its command line, NULL at their end
 * @return its exit status, and with another than 0 its last line in @error; -1 when it did not run
 */
int git(const char *folder, struct buffer *out, struct error *error, const char *const *words);

/** git() with the words given here. */
#define GIT(folder, out, error, ...)                                                               \
	git(folder, out, error, (const char *const[]){__VA_ARGS__, NULL})

#endif
