/* Results for the tests of reports, made from cell ids. */
#ifndef DKBOOT_TESTS_SAMPLE_H
#define DKBOOT_TESTS_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/journal.h"

/** A result that holds nothing but what its id says: "case:axis=value,axis=value". */
static inline struct result sample_result(const char *id, enum outcome outcome)
{
	struct result result = {.id = copy_text(id), .outcome = outcome, .seconds = 0.25};
	char *copy = copy_text(id + id_case_length(id)), *rest = copy + (*copy == ':'), *word;

	result.at = calloc(strlen(id), sizeof(*result.at));
	while (result.at && (word = strsep(&rest, ",")) && *word) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		result.at[result.at_count++] =
			(struct coordinate){copy_text(word), copy_text(value)};
	}
	free(copy);
	return result;
}

/** Adds a result to a journal that is to be released with journal_free(). */
static inline struct result *sample_add(
	struct journal *journal, const char *id, enum outcome outcome)
{
	struct result *result;

	/* Room doubles: under the sanitizers ten thousand moves took minutes. */
	if ((journal->count & (journal->count - 1)) == 0)
		journal->results = reallocarray(journal->results,
			journal->count ? 2 * journal->count : 1, sizeof(*journal->results));
	if (!journal->results)
		abort();
	result = &journal->results[journal->count++];
	*result = sample_result(id, outcome);
	summary_add(&journal->summary, result);
	return result;
}

/** Gives a result its failure and reason. */
static inline void sample_fail(struct result *result, enum failure failure, const char *reason)
{
	result->failure = failure;
	result->reason = copy_text(reason);
}

/** Adds an attempt to a result. */
static inline void sample_attempt(
	struct result *result, enum outcome outcome, enum failure failure, const char *reason)
{
	result->attempts = reallocarray(
		result->attempts, result->attempt_count + 1, sizeof(*result->attempts));
	if (!result->attempts)
		abort();
	result->attempts[result->attempt_count++] =
		(struct attempt){outcome, failure, copy_text(reason), 0.125};
}

#endif
