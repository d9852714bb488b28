/* What every axis is: its name, what its values are, and its value when a case does not name it. */
#ifndef DKBOOT_CASE_AXIS_H
#define DKBOOT_CASE_AXIS_H

#include "case/case.h"

enum axis_kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_SIZE,
	KIND_DEVICES,
	KIND_KERNEL,
	KIND_INITRD,
	KIND_CMDLINE
};

struct axis_rule {
	const char *name;
	enum axis_kind kind;
	const char *usual; /* the value of an axis that is not declared; NULL: must be declared */
	const char *const *words; /* KIND_TEXT: all there are, NULL ends them; NULL = any text */
	bool file;		  /* KIND_TEXT: a file can take the word's place */
	uint64_t low, high;	  /* KIND_NUMBER, KIND_SIZE */
};

/** The rule of an axis. @param axis below AXES */
const struct axis_rule *axis_rule(enum axis_id axis);

/** Gives every axis that has no value its usual one. */
void axes_complete(struct test_case *test_case);

/** True for axes whose values are compared as numbers: memory, vcpus, resets. */
bool axis_is_number(enum axis_id axis);

/**
 * The name that a value of this axis has when it is written so: sizes in their shortest form and
 * lower case ("1024M" is "1g"), all other text as it is. Globs pass. malloc'ed, never NULL.
 */
char *value_name(enum axis_id axis, const char *text);

/** A name made from any text: lower case, '-' for what does not fit, the end of what is too long.
 */
char *value_name_from(const char *text);

/** Releases what a value holds. */
void value_free(struct value *value);

#endif
