/* Case files made from text, for the tests of case/. */
#ifndef DKBOOT_TESTS_TEST_CASE_H
#define DKBOOT_TESTS_TEST_CASE_H

#include "case/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h> /* last: its fail() is a macro */

static char test_folder[] = "/tmp/dkboot-case-XXXXXX";

/* Tests write x.yaml into a folder of their own and stand in it, so that messages are short. */
static inline int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(test_folder) && !chdir(test_folder) ? 0 : -1;
}

static inline int leave_folder(void **state)
{
	(void)state;
	unlink("x.yaml");
	unlink("y.yaml");
	return !chdir("/") && !rmdir(test_folder) ? 0 : -1;
}

static inline void write_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* The case in a text, as x.yaml; NULL with the error's text in @message. */
static inline struct test_case *load_text(const char *text, struct error *error)
{
	write_bytes("x.yaml", text, strlen(text));
	return case_load("x.yaml", error);
}

/* The case in a text that is right, and its cells. */
static inline struct test_case *expand_text(const char *text, struct cell_list *cells)
{
	struct error error = {""};
	struct test_case *test_case = load_text(text, &error);

	if (!test_case || cells_expand(test_case, cells, &error))
		fail_msg("%s", error.text);
	return test_case;
}

static inline void assert_id(const struct cell *cell, const char *expected)
{
	struct buffer id = {0};

	cell_id(cell, &id);
	assert_string_equal(id.data, expected);
	buffer_free(&id);
}

#endif
