/* How many boots a commit needs when a fault shows only now and then, and how sure the answer is.
 * Pure arithmetic. A rate is the chance that one boot fails, 0 to 1; what is known of a rate is
 * what was counted, every rate being as likely as any other before the first boot (a uniform prior,
 * so that the rate has a beta distribution). */
#ifndef DKBOOT_RUN_SEQUENTIAL_H
#define DKBOOT_RUN_SEQUENTIAL_H

#include <stddef.h>

/** Boots that were judged. */
struct tally {
	unsigned failed, passed;
};

/** When a commit is decided. */
struct sequential {
	double base, rate; /* of a good and of a bad commit; base 0: a good one never fails */
	double error;	   /* the chance of a wrong decision that is put up with, 0 < error < 0.5 */
	unsigned passes;   /* base 0: so many passes and no failure make a commit good */
	unsigned most;	   /* so many boots without a decision: it cannot be decided */
};

enum decision { DECISION_NONE, DECISION_GOOD, DECISION_BAD };

/** The rate to expect after what was counted: (failed + 1) / (failed + passed + 2). */
double tally_rate(const struct tally *tally);

/** The chance that @boots boots in a row pass, at a rate of which @seen is all that is known:
 * B(failed + 1, passed + boots + 1) / B(failed + 1, passed + 1). */
double chance_to_miss(const struct tally *seen, unsigned boots);

/** The fewest boots in a row whose passing misses the fault with a chance of at most @error. */
unsigned boots_needed(const struct tally *seen, double error);

/** So many passes of a good commit at least, before it is believed that none ever fails. */
#define GOOD_PASSES 30

/** The chance that the rate behind @more is higher than that behind @less. */
double chance_of_more(const struct tally *less, const struct tally *more);

/** Plans the decisions on commits from what both ends of the history were seen to do. */
void sequential_plan(
	struct sequential *out, const struct tally *good, const struct tally *bad, double error);

/**
 * Decides as soon as that is possible: at base 0 by the first failure or enough passes, else by
 * Wald's sequential probability ratio test with both errors equal.
 */
enum decision sequential_decide(const struct sequential *plan, const struct tally *tally);

/**
 * The chance of each of @count commits to be the first bad one, after all that was counted: the
 * newest is known to be bad, every commit was as likely as any other, and that good ones never fail
 * was as likely as that they do, at a rate.
 * @param tallies of commit i, in the history's order; zeros where it was not booted
 * @param good, bad what was counted at both ends, and not among @tallies
 * @param out     @count chances, their sum is 1
 */
void chances_of_first(const struct tally *tallies, size_t count, const struct tally *good,
	const struct tally *bad, double *out);

#endif
