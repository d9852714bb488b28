/* The shards of a run, joined. Pure: from their journals to that of the whole. */
#ifndef DKBOOT_RECORD_MERGE_H
#define DKBOOT_RECORD_MERGE_H

#include "record/journal.h"

/** One part of a run (`--shard`). */
struct shard {
	const char *name; /* its folder, for messages */
	struct journal journal;
	unsigned index, of; /* "2/8"; set by shards_check() */
};

/**
 * Are these all the shards of one matrix, each once? Puts them into their order.
 * @return 0, or -1 with which one is missing, there twice, no shard, or a part of something else
 */
int shards_check(struct shard *shards, size_t count, struct error *error);

/**
 * Appends the journal of the whole run: its cells in the order of the shards, their times as if
 * all shards had run side by side, and its end if each came to its own.
 * @param command the command line of the whole
 */
void shards_join(const struct shard *shards, size_t count, const char *command, struct buffer *out);

#endif
