/* The readers of a case file's parts, each in a file of its own; case/load.c puts them together. */
#ifndef DKBOOT_CASE_READ_H
#define DKBOOT_CASE_READ_H

#include "case/case.h"
#include "case/schema.h"

/** `struct axis[AXES]`: the key `axes`; case/read_axes.c. */
field_reader read_axes;

/** Kernel, initrd, command line from a scalar or a map into a value; case/read_payload.c. */
int read_kernel(struct reading *reading, const struct node *node, struct value *value);
int read_initrd(struct reading *reading, const struct node *node, struct value *value);
int read_cmdline(struct reading *reading, const struct node *node, struct value *value);

/** `char *`: a path, relative to the case file's folder unless it begins with '/'. */
field_reader read_path;

/** -1 and a message unless exactly one of the keys (NULL ends them) is in the map. */
int check_one_of(
	struct reading *reading, const struct node *map, const char *what, const char *const *keys);

/** `struct selector`: the key `when`; case/read_rules.c. */
field_reader read_selector;

/** `struct test_case`: the keys `except`, `skip`, `long`, `expect_fail`, `retry`;
 * case/read_rules.c. */
field_reader read_exceptions;
field_reader read_expected_failures;
field_reader read_second_tries;

/** `struct test_case`: the key `compare`, read last; case/read_compare.c. */
field_reader read_comparison;

/** `struct test_case`: the keys `expect`, `unordered`, `forbid`, `end`; case/read_expect.c. */
field_reader read_expectations;
field_reader read_endings;

#endif
