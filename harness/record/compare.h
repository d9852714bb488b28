/* Two runs side by side: what became of each cell. Pure: from two journals to changes and reports.
 */
#ifndef DKBOOT_RECORD_COMPARE_H
#define DKBOOT_RECORD_COMPARE_H

#include "record/journal.h"

/** What became of a cell; change_meaning() defines each. */
enum change {
	CHANGE_REGRESSED,
	CHANGE_BROKEN,
	CHANGE_FIXED,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_FLAKY,
	CHANGE_SLOWER,
	CHANGE_DECLARED,
	CHANGE_STILL,
	CHANGE_NONE,
	CHANGES
};

/** When a cell counts as slower: both have to be exceeded. */
struct slower_rule {
	double ratio;	/* B's time over A's, after the pace of the runs is taken out; 1 or more */
	double seconds; /* and so much longer; 0 or more */
};

/** What is taken where nobody says otherwise; README.md says why. */
#define SLOWER_RATIO   2.0
#define SLOWER_SECONDS 1.0

/** So many cells have to have passed in both runs before their median tells the runs' pace. */
#define PACE_CELLS 8

/** One cell, of either run or of both. */
struct cell_change {
	enum change change;
	const struct result *before; /* NULL: A has no such cell */
	const struct result *after;  /* NULL: B has no such cell */
};

struct run_comparison {
	const struct journal *before, *after; /* not owned */
	struct cell_change *cells; /* B's in B's order, then those that only A has, in A's */
	size_t count;
	size_t counts[CHANGES];
	size_t bad_news; /* of CHANGE_NEW: not as expected */
	size_t common;	 /* cells with a verdict in both */
	bool partial;	 /* B was never to have all cells of A */
	size_t timed;	 /* cells whose times are compared */
	double pace;	 /* median of B's time over A's; 1 when @timed is below PACE_CELLS */
};

/**
 * Compares two runs cell by cell.
 * @param partial B was never to have all cells of A (a shard, a filter): none of them is gone
 * @param out     release with comparison_free(), before the journals
 */
void comparison_make(const struct journal *before, const struct journal *after,
	const struct slower_rule *rule, bool partial, struct run_comparison *out);

void comparison_free(struct run_comparison *comparison);

/** Times of these two say something: both passed at once, or failed alike as declared. */
bool comparable_times(const struct result *before, const struct result *after);

/** How long the boot of a cell took that decided, in seconds. */
double decided_in(const struct result *result);

/** "regressed", "fixed", ... */
const char *change_name(enum change change);

/** What the word means, for A and B. */
const char *change_meaning(enum change change);

/**
 * What the comparison is worth: 1 something regressed; 3 (and nothing regressed) some cell of B
 * is broken, a run did not come to its end, or no cell has a verdict in both; 0 otherwise.
 */
int comparison_status(const struct run_comparison *comparison);

/**
 * Appends, for a person, what changed: a heading a category, its cells by case, and the counts.
 * @param before  what A is called
 * @param after   what B is called; a folder there is named in the commands that repeat a cell
 * @param repeats B is a run folder, so that its cells can be repeated
 */
void report_comparison(const struct run_comparison *comparison, const char *before,
	const char *after, bool repeats, bool colour, struct buffer *out);

/** Appends a JSON line for each cell that changed and one of counts (schema-compare.json). */
void report_comparison_json(const struct run_comparison *comparison, const char *before,
	const char *after, struct buffer *out);

#endif
