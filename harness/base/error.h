/* Errors are values: a function that can fail takes a struct error and returns -1 (or NULL). */
#ifndef DKBOOT_BASE_ERROR_H
#define DKBOOT_BASE_ERROR_H

/** One line for a person: where, what, and what was expected. No newline at its end. */
struct error {
	char text[2048];
};

/**
 * Sets the error's text.
 * @param error  overwritten; may be NULL when nobody wants to know
 * @param format printf format of the whole line
 * @return always -1, so that `return fail(error, ...)` ends a function
 */
int fail(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Like fail(), and appends ": " and the text of the current errno. */
int fail_errno(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * Puts context in front of the text that a callee left: "context: text".
 * @return always -1
 */
int fail_within(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
