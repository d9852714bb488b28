/* How the cells of a case are picked from all combinations. */
#ifndef DKBOOT_CASE_PICK_H
#define DKBOOT_CASE_PICK_H

#include <stdbool.h>

#include "case/cell.h"

#define PICK_ALL_LIMIT 1000000 /* cells of one case */
#define UNASSIGNED     UINT16_MAX

/** The `except` rules of a case as tables, so that a combination is tested without matching globs.
 */
struct exclusion;

struct exclusion *exclusion_new(const struct test_case *test_case);

void exclusion_free(struct exclusion *exclusion);

/**
 * Is a combination left out, whatever its unassigned axes become?
 * @param at index of a value for each axis, or UNASSIGNED
 */
bool exclusion_hits(const struct exclusion *exclusion, const uint16_t *at);

/**
 * Can the unassigned axes be given values so that the combination is not left out?
 * @param budget steps that the search may still take; at 0 the answer is no
 */
bool exclusion_completable(const struct exclusion *exclusion, uint16_t *at, uint64_t *budget);

/** Number of all combinations, saturating at UINT64_MAX. */
uint64_t combinations(const struct test_case *test_case);

/** The combination with a number: the last axis counts fastest. */
void combination(const struct test_case *test_case, uint64_t number, uint16_t *at);

/** Appends a cell. */
void cells_add(struct cell_list *list, const struct test_case *test_case, const uint16_t *at);

/** PICK_PAIRWISE: each pair of values of two axes that `except` allows, in few cells. */
int pick_pairwise(const struct test_case *test_case, const struct exclusion *exclusion,
	struct cell_list *out, struct error *error);

/** PICK_SAMPLE: cells by the seed, each at most once, in the order of PICK_ALL. */
int pick_sample(const struct test_case *test_case, const struct exclusion *exclusion,
	struct cell_list *out, struct error *error);

#endif
