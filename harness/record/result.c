#include "record/result.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[OUTCOMES] = {
	[OUTCOME_PASS] = "pass",
	[OUTCOME_FAIL] = "fail",
	[OUTCOME_XFAIL] = "xfail",
	[OUTCOME_XPASS] = "xpass",
	[OUTCOME_SKIP] = "skip",
	[OUTCOME_BROKEN] = "broken",
};

const char *outcome_name(enum outcome outcome)
{
	return (unsigned)outcome < OUTCOMES ? names[outcome] : "unknown";
}

enum outcome outcome_parse(const char *word)
{
	int i = 0;

	while (i < OUTCOMES && strcmp(word, names[i]))
		i++;
	return (enum outcome)i;
}

size_t id_case_length(const char *id)
{
	return strcspn(id, ":");
}

void summary_add(struct summary *summary, const struct result *result)
{
	summary->count[result->outcome]++;
	summary->flaky += result->flaky;
}

int summary_status(const struct summary *summary)
{
	if (summary->count[OUTCOME_FAIL] || summary->count[OUTCOME_XPASS])
		return 1;
	return summary->count[OUTCOME_BROKEN] ? 3 : 0;
}

void result_free(struct result *result)
{
	for (size_t i = 0; i < result->at_count; i++) {
		free(result->at[i].axis);
		free(result->at[i].value);
	}
	for (size_t i = 0; i < result->attempt_count; i++)
		free(result->attempts[i].reason);
	free(result->at);
	free(result->attempts);
	free(result->id);
	free(result->folder);
	free(result->rule);
	free(result->rules);
	free(result->reason);
	free(result->why);
	free(result->bug);
	free(result->kernel);
	free(result->initrd);
	*result = (struct result){0};
}
