/* A log through the matcher, as fast as it goes: `tool_matcher PATTERN... <log` says what was found
 * and how many MB/s went through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "check/matcher.h"

#define BLOCK 65536 /* what a pipe hands over at once */

static struct matcher *matcher_for(char **patterns, int count, struct expectation *expectations)
{
	autofree const struct expectation **list = calloc((size_t)count + 1, sizeof(*list));
	struct error error;
	struct matcher *matcher;

	for (int i = 0; list && i < count; i++) {
		expectations[i] = (struct expectation){.pattern = patterns[i]};
		list[i] = &expectations[i];
	}
	matcher = matcher_new(list, (size_t)count, NULL, 0, &error);
	if (!matcher)
		fprintf(stderr, "tool_matcher: %s\n", error.text);
	return matcher;
}

int main(int argc, char **argv)
{
	autofree struct expectation *expectations = calloc((size_t)argc, sizeof(*expectations));
	struct matcher *matcher = matcher_for(argv + 1, argc - 1, expectations);
	static char block[BLOCK];
	autofree char *missing = NULL;
	uint64_t spent = 0, start;
	size_t size, total = 0;

	if (!matcher)
		return 2;
	while ((size = fread(block, 1, sizeof(block), stdin))) {
		start = clock_now();
		matcher_feed(matcher, CHANNEL_SERIAL, block, size, 0);
		spent += clock_now() - start;
		total += size;
	}
	matcher_end(matcher, 0);
	missing = matcher_missing(matcher);
	printf("%s: %s\n", failure_name(matcher_finding(matcher)->failure),
		matcher_finding(matcher)->reason ?: missing);
	printf("%.1f MB, %.0f MB/s\n", (double)total / 1e6,
		(double)total / 1e6 / ((double)spent / 1e9 + 1e-9));
	matcher_free(matcher);
	return 0;
}
