/* What two kernels were given, fact by fact. */
#ifndef DKBOOT_CHECK_FACTS_H
#define DKBOOT_CHECK_FACTS_H

#include <stddef.h>

/** A fact that is not the same twice. */
struct fact_difference {
	char *fact;
	char *first, *second; /* its values, a comma between several; "nothing" without any */
};

struct fact_differences {
	struct fact_difference *list;
	size_t count;
};

/**
 * Compares the facts of two verdicts (`struct layout_verdict`): lines of a name, a blank, and a
 * value, which has none. A name may come again: all its values are compared, in their order.
 */
struct fact_differences facts_compare(const char *first, const char *second);

void facts_free(struct fact_differences *differences);

#endif
