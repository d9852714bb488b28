/* The journal of a run: one complete JSON object a line, appended as verdicts come; every report
 * comes from it. */
#ifndef DKBOOT_RECORD_JOURNAL_H
#define DKBOOT_RECORD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/result.h"

/** First line of a journal. */
struct run_facts {
	char *started;	   /* ISO 8601, UTC */
	char *command;	   /* the command line of the run, quoted for a shell */
	char *version;	   /* of dkboot */
	char *host;	   /* "2 cpus, Linux 6.1..." */
	char *emulator;	   /* first line of --version */
	char *accelerator; /* struct accelerator.why */
	double scale;	   /* of time limits */
	char *rom;	   /* sha256 and path of our ROM */
	char *shard;	   /* "2/8" or NULL */
	char *matrix;	   /* of a shard: cells of the whole, and the SHA-256 of their ids */
	size_t planned;	   /* cells of this run */
};

/** A journal read back. */
struct journal {
	struct run_facts facts;
	struct result *results; /* in the order of writing; the last line of an id counts */
	size_t count;
	struct summary summary; /* counted from the results; seconds from the summary line, or the
				   sum of the cells' */
	bool complete;		/* the summary line is there: the run came to its end */
	size_t whole; /* bytes up to the last complete line: where a resumed run goes on writing */
	char **phase_names; /* what the results' phases point to, NULL at its end */
};

/** Appends the JSON line of a run's start / of a cell / of the summary, newline included. */
void journal_add_run(struct buffer *out, const struct run_facts *facts);
void journal_add_cell(struct buffer *out, const struct result *result);
void journal_add_summary(struct buffer *out, const struct summary *summary);

/**
 * Reads a journal. A torn last line (the run was killed while writing) is ignored, and @complete is
 * false; any other bad line is an error with its number.
 */
int journal_read(const char *path, struct journal *out, struct error *error);

void journal_free(struct journal *journal);

#endif
