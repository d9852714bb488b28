/* Reports made from a journal: pure functions from results to bytes. */
#ifndef DKBOOT_RECORD_REPORT_H
#define DKBOOT_RECORD_REPORT_H

#include "record/compare.h"

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

/** What the HTML report is told beside the journal. */
struct html_source {
	const char *folder; /* the run's, as commands are to name it */
	char *links;	    /* the way from the page to it, a path that is empty or ends in '/' */
	const struct journal *baseline; /* of an earlier run to compare with, or NULL */
	const char *baseline_name;
	struct slower_rule slower; /* for that */
};

/**
 * One page of HTML, complete in itself: the cells as a grid to be filtered and grouped; of those
 * that did not pass what their folders hold, of the others links to that. What cannot be read in a
 * cell's folder is left out: the journal is what counts.
 */
void report_html(
	const struct journal *journal, const struct html_source *source, struct buffer *out);

#endif
