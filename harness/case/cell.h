/* Cells: the combinations of a case's values that are to be booted, their ids, filters, shards and
 * samples. */
#ifndef DKBOOT_CASE_CELL_H
#define DKBOOT_CASE_CELL_H

#include "base/buffer.h"
#include "case/case.h"

/** One combination; small, because a matrix may have 100,000. */
struct cell {
	const struct test_case *from;
	uint16_t at[AXES]; /* index of the value on each axis */
	uint16_t copy; /* of a cell that is booted again and again: its folder tells them apart */
};

struct cell_list {
	struct cell *cells;
	size_t count;
	size_t room;
};

/** The value of a cell on an axis. */
static inline const struct value *cell_value(const struct cell *cell, enum axis_id axis)
{
	return &cell->from->axes[axis].values[cell->at[axis]];
}

/**
 * Appends a case's cells as its `pick` says, in a stable order, without those of `except`.
 * @return 0, or -1 (a case whose rules leave no cell is an error, and so is an `except` that fits
 * no cell)
 */
int cells_expand(const struct test_case *test_case, struct cell_list *out, struct error *error);

/** Appends "case:axis=name,…" for every declared axis, in axis order; the same on every machine. */
void cell_id(const struct cell *cell, struct buffer *out);

/** Appends the name of the cell's folder: 8 hex digits of the id's SHA-256, '-', a readable tail of
 * at most 60 bytes, and "-N" for
 * copy N. */
void cell_folder(const struct cell *cell, struct buffer *out);

bool selector_fits(const struct selector *selector, const struct cell *cell);

/** The reason why a cell is to be skipped, or NULL. */
const char *cell_skip(const struct cell *cell);

/** Has its case a tag that fits the glob? By a `long:` rule, a cell may have the tag "long" alone.
 */
bool cell_tagged(const struct cell *cell, const char *glob);

/** The expected failure of a cell, or NULL. */
const struct expected_failure *cell_expected_failure(const struct cell *cell);

/** Does its case ask for a second try of a cell that failed in this class? */
bool cell_tried_again(const struct cell *cell, enum failure failure);

/** How the cell has to end; never NULL. */
const struct case_ending *cell_ending(const struct cell *cell);

/** The other cell of a pair that is compared; false when there is none. */
bool cell_mate(const struct cell *cell, struct cell *mate);

/** The place of a cell in a list, or the list's count. */
size_t cells_find(const struct cell_list *list, const struct cell *cell);

/** Relative cost for ordering and sharding: an estimate in milliseconds from kernel kind, initrd
 * size, source, resets. */
uint32_t cell_cost(const struct cell *cell);

struct filter;

/**
 * Compiles a filter expression:
 *   expr := term { ("or" | "||") term }; term := factor { ("and" | "&&") factor };
 *   factor := ("not" | "!") factor | "(" expr ")" | AXIS ("=" | "!=") GLOB | "tag" "=" GLOB |
 * "case" "=" GLOB | GLOB (on the id) memory, vcpus and resets also know < <= > >=.
 * @return NULL with the position and what was expected
 */
struct filter *filter_parse(const char *text, struct error *error);

bool filter_fits(const struct filter *filter, const struct cell *cell);

void filter_free(struct filter *filter);

/** Keeps the cells that fit. */
void cells_filter(struct cell_list *list, const struct filter *filter);

/** Keeps shard @index of @of (1-based), balanced by cost, deterministic; pairs stay together. */
void cells_shard(struct cell_list *list, unsigned index, unsigned of);

/** Longest first; equal costs keep their order. */
void cells_longest_first(struct cell_list *list);

/** A random order that depends on @seed alone. */
void cells_shuffle(struct cell_list *list, uint64_t seed);

void cells_free(struct cell_list *list);

#endif
