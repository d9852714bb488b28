/* How many boots a commit needs, against numbers worked out by hand, and whole hunts simulated. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "run/sequential.h"

#include <cmocka.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static void test_chance_to_miss(void **state)
{
	(void)state;
	NEAR(chance_to_miss(&(struct tally){0, 0}, 9), 1.0 / 10); /* 1 / (n + 1) */
	NEAR(chance_to_miss(&(struct tally){1, 0}, 3), 1.0 / 10); /* 2 / ((n + 1)(n + 2)) */
	NEAR(chance_to_miss(&(struct tally){5, 0}, 1), 1.0 / 7);
	NEAR(chance_to_miss(&(struct tally){3, 4}, 0), 1);
}

static void test_boots_needed(void **state)
{
	(void)state;
	assert_int_equal(boots_needed(&(struct tally){1, 0}, 0.01), 13); /* 14 * 15 >= 200 */
	assert_int_equal(boots_needed(&(struct tally){5, 0}, 0.01), 4);
	assert_int_equal(boots_needed(&(struct tally){0, 0}, 0.1), 9);
	/* A rate that is well known: log(0.01) / log(0.9) = 43.7 */
	assert_int_equal(boots_needed(&(struct tally){2000, 18000}, 0.01), 44);
	/* A tenth, but from 50 boots only: not knowing it costs a third more. */
	assert_int_equal(boots_needed(&(struct tally){5, 45}, 0.01), 56);
}

static void test_chance_of_more(void **state)
{
	(void)state;
	NEAR(chance_of_more(&(struct tally){0, 0}, &(struct tally){0, 0}), 0.5);
	NEAR(chance_of_more(&(struct tally){0, 1}, &(struct tally){1, 0}), 5.0 / 6);
	NEAR(chance_of_more(&(struct tally){1, 0}, &(struct tally){0, 1}), 1.0 / 6);
	assert_true(chance_of_more(&(struct tally){5, 45}, &(struct tally){5, 5}) > 0.99);
}

static void test_plan_without_base(void **state)
{
	const struct tally good = {0, 60}, bad = {5, 45};
	struct sequential plan;

	(void)state;
	sequential_plan(&plan, &good, &bad, 0.01);
	NEAR(plan.base, 0);
	NEAR(plan.rate, 6.0 / 52);
	assert_int_equal(plan.passes, 56);
	assert_int_equal(sequential_decide(&plan, &(struct tally){0, 55}), DECISION_NONE);
	assert_int_equal(sequential_decide(&plan, &(struct tally){0, 56}), DECISION_GOOD);
	assert_int_equal(sequential_decide(&plan, &(struct tally){1, 0}), DECISION_BAD);
	assert_int_equal(sequential_decide(&plan, &(struct tally){1, 60}), DECISION_BAD);
}

/* log(0.99 / 0.01) = 4.595; a failure weighs log(5) = 1.609, a pass log(5 / 9) = -0.588. */
static void test_plan_with_base(void **state)
{
	const struct sequential plan = {.base = 0.1, .rate = 0.5, .error = 0.01};

	(void)state;
	assert_int_equal(sequential_decide(&plan, &(struct tally){2, 0}), DECISION_NONE);
	assert_int_equal(sequential_decide(&plan, &(struct tally){3, 0}), DECISION_BAD);
	assert_int_equal(sequential_decide(&plan, &(struct tally){3, 1}), DECISION_NONE);
	assert_int_equal(sequential_decide(&plan, &(struct tally){0, 7}), DECISION_NONE);
	assert_int_equal(sequential_decide(&plan, &(struct tally){0, 8}), DECISION_GOOD);
}

/* A good end that fails as often as the bad one gives a test that ends all the same. */
static void test_plan_without_difference(void **state)
{
	struct sequential plan;

	(void)state;
	sequential_plan(&plan, &(struct tally){5, 5}, &(struct tally){5, 5}, 0.01);
	assert_int_equal(plan.most, 100000);
}

static void test_chances(void **state)
{
	const struct tally tallies[3] = {{0, 1}, {0, 0}, {0, 0}}, good = {0, 1}, bad = {1, 0};
	double chances[3];

	(void)state;
	chances_of_first(tallies, 3, &good, &bad, chances);
	/* 3/2 B(2, 2) to 4/3 B(2, 1), twice: a good side of n passes is worth 1 + 1 / (n + 1) */
	NEAR(chances[0], 3.0 / 19);
	NEAR(chances[1], 8.0 / 19);
	NEAR(chances[2], 8.0 / 19);
}

static void test_failure_tells(void **state)
{
	const struct tally tallies[3] = {{0, 0}, {1, 0}, {0, 0}}, good = {0, 1}, bad = {1, 0};
	double chances[3];

	(void)state;
	chances_of_first(tallies, 3, &good, &bad, chances);
	NEAR(chances[0], 6.0 / 13);
	NEAR(chances[1], 6.0 / 13);
	NEAR(chances[2], 1.0 / 13); /* a good one that fails now and then is as good as excluded */
}

/* ---- whole hunts ---- */

#define COMMITS 30
#define HUNTS	1500
#define STEPS	5 /* 2^5 >= COMMITS */

static uint64_t dice;

static double random_number(void)
{
	dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(dice >> 11) / 9007199254740992.0;
}

static void boot(struct tally *tally, double rate)
{
	if (random_number() < rate)
		tally->failed++;
	else
		tally->passed++;
}

static void measure(struct tally *tally, double rate, unsigned boots)
{
	while (tally->failed < 5 && tally->failed + tally->passed < boots)
		boot(tally, rate);
}

/* One hunt. @return whether it found the commit; @certainty what it says of that */
static int hunt(double base, double rate, double error, double *certainty)
{
	struct tally good = {0}, bad = {0}, tallies[COMMITS] = {{0}};
	size_t first = (size_t)(random_number() * COMMITS), low = 0, high = COMMITS - 1;
	double chances[COMMITS];
	struct sequential plan;
	unsigned needed;

	measure(&bad, rate, 500);
	needed = boots_needed(&bad, error / STEPS);
	measure(&good, base, needed > GOOD_PASSES ? needed : GOOD_PASSES);
	sequential_plan(&plan, &good, &bad, error / STEPS);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		enum decision decision = DECISION_NONE;

		while (!(decision = sequential_decide(&plan, &tallies[middle])))
			boot(&tallies[middle], middle >= first ? rate : base);
		if (decision == DECISION_BAD)
			high = middle;
		else
			low = middle + 1;
	}
	chances_of_first(tallies, COMMITS, &good, &bad, chances);
	*certainty = chances[high];
	return high == first;
}

/* The share of right answers is what was asked for, and what the hunts say of themselves. */
static void simulate(double base, double rate, double error)
{
	double certainty, sum = 0;
	unsigned right = 0;

	for (unsigned i = 0; i < HUNTS; i++) {
		dice = i;
		right += (unsigned)hunt(base, rate, error, &certainty);
		sum += certainty;
	}
	print_message("rates %.2f and %.2f: %.1f %% right, said to be %.1f %%\n", base, rate,
		100.0 * right / HUNTS, 100 * sum / HUNTS);
	assert_true((double)right / HUNTS >= 1 - error);
	assert_true(fabs((double)right / HUNTS - sum / HUNTS) < 0.03);
}

static void test_one_in_ten(void **state)
{
	(void)state;
	simulate(0, 0.1, 0.1);
}

static void test_one_in_two(void **state)
{
	(void)state;
	simulate(0, 0.5, 0.01);
}

static void test_over_a_base(void **state)
{
	(void)state;
	simulate(0.1, 0.7, 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chance_to_miss),
		cmocka_unit_test(test_boots_needed),
		cmocka_unit_test(test_chance_of_more),
		cmocka_unit_test(test_plan_without_base),
		cmocka_unit_test(test_plan_with_base),
		cmocka_unit_test(test_plan_without_difference),
		cmocka_unit_test(test_chances),
		cmocka_unit_test(test_failure_tells),
		cmocka_unit_test(test_one_in_ten),
		cmocka_unit_test(test_one_in_two),
		cmocka_unit_test(test_over_a_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
