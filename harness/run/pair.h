/* Pairs of cells (`compare` of a case): what the two kernels were given is compared when the second
 * of them is done. */
#ifndef DKBOOT_RUN_PAIR_H
#define DKBOOT_RUN_PAIR_H

#include "case/cell.h"
#include "record/result.h"

/** What a broken comparison is called where the oracle's rules are. */
#define PAIR_RULE "compare"

/**
 * Why a cell cannot be compared in this run: layouts are off, its mate is skipped, or is neither
 * among @cells nor done in @folder.
 * @return malloc'ed; NULL when all is well or nothing is to be compared
 */
char *pair_apart(const struct cell_list *cells, const char *folder, const struct cell *cell);

/**
 * Compares a cell that passed with its mate, if that is done: from layout.json or report.json, and
 * verdict.json, in the folders of both, so that a resumed run compares too.
 * @param folder  of the run
 * @param attempt becomes a failure, class layout, when a fact differs that no lawful difference
 * names, or a lawful one is the same; broken, when the mate has no facts. Otherwise untouched
 * @return true when it became a failure: its rule is PAIR_RULE
 */
bool pair_judge(const char *folder, const struct cell *cell, struct attempt *attempt);

/** The judgement itself. @return malloc'ed, what is wrong, or NULL */
char *pair_compare(const struct cell *cell, const char *facts, const char *mate_facts);

#endif
