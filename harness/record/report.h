/* Reports made from a journal: pure functions from results to bytes. */
#ifndef DKBOOT_RECORD_REPORT_H
#define DKBOOT_RECORD_REPORT_H

#include "record/journal.h"

/** TAP version 14: plan, one test point a cell, YAML block for what did not pass, # SKIP and # TODO
 * with reasons. */
void report_tap(const struct journal *journal, struct buffer *out);

/** JUnit XML as Jenkins and GitLab read it, retries as flakyFailure / rerunFailure, by libxml2's
 * writer. */
int report_junit(const struct journal *journal, struct buffer *out, struct error *error);

/**
 * The grid for a person: a table a case, rows and columns by the two axes with most values, a
 * letter a verdict.
 * @param colour ANSI colours
 * @param width  columns of the terminal
 */
void report_grid(const struct journal *journal, bool colour, unsigned width, struct buffer *out);

/** For each cell that is not as expected: reason and the command that repeats it; then the counts,
 * one line. */
void report_failures(
	const struct journal *journal, const char *run_folder, bool colour, struct buffer *out);

#endif
