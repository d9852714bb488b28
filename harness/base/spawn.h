/* Child processes that cannot outlive us, however we end. */
#ifndef DKBOOT_BASE_SPAWN_H
#define DKBOOT_BASE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

/** One descriptor that the child inherits: ours @from becomes its @to. */
struct inherit {
	int from; /* our descriptor (it may be close-on-exec) */
	int to;	  /* its number in the child */
};

/** What to start. */
struct command {
	char *const *argv;	       /* NULL at its end; argv[0] is looked up in PATH */
	const char *folder;	       /* working directory, or NULL for ours */
	const struct inherit *inherit; /* descriptors beside 0, 1, 2; others are closed */
	size_t inherit_count;
	int in, out, err;	  /* the child's 0, 1, 2; -1 means /dev/null */
	char *const *environment; /* NULL at its end; or NULL for ours */
};

/**
 * Starts a program in a session of its own. It is killed by the kernel (parent-death signal) as
 * soon as we are gone, kill -9 included, and the rest of its session by the warden (base/warden.h):
 * whoever waits for it calls warden_forget(). Call from the main thread.
 * @param pidfd  a pidfd of it, close-on-exec; readable once it has ended
 * @return its process id, or -1 with the reason (a program that cannot be executed is an error
 * here)
 */
pid_t spawn(const struct command *command, int *pidfd, struct error *error);

/**
 * Runs a command that may have children (apt-get, a build) to its end and collects what it prints
 * on 1 and 2. A guardian process stands between, as subreaper: when we die or @timeout_ms runs out,
 * it kills all of the command's descendants, then itself. What a command leaves running at its own
 * end is killed, too.
 * @param timeout_ms 0 for none
 * @param status     the command's exit status, 128 + n when signal n ended it
 * @return 0 when the command ran to its end, -1 otherwise
 */
int run_command(char *const *argv, const char *folder, unsigned timeout_ms, struct buffer *output,
	int *status, struct error *error);

/** Who is told that a command has printed something. */
struct listener {
	void (*heard)(void *context);
	void *context;
};

/** Like run_command(); @listener is told whenever there is more in @output. */
int run_command_heard(char *const *argv, const char *folder, unsigned timeout_ms,
	struct buffer *output, const struct listener *listener, int *status, struct error *error);

#endif
