#include "check/failure.h"

#include <string.h>

static const char *const names[FAILURES] = {
	[FAILURE_NONE] = "none",
	[FAILURE_PANIC] = "panic",
	[FAILURE_RESET] = "reset",
	[FAILURE_HANG] = "hang",
	[FAILURE_SLOW] = "slow",
	[FAILURE_SILENT] = "silent",
	[FAILURE_EXIT] = "exit",
	[FAILURE_SERIAL] = "serial",
	[FAILURE_LAYOUT] = "layout",
	[FAILURE_REFUSED] = "refused",
	[FAILURE_CRASH] = "crash",
};

const char *failure_name(enum failure failure)
{
	return (unsigned)failure < FAILURES ? names[failure] : "unknown";
}

enum failure failure_parse(const char *word)
{
	int i = 0;

	while (i < FAILURES && strcmp(word, names[i]))
		i++;
	return (enum failure)i;
}
