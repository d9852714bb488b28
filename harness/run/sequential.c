#include "run/sequential.h"

#include <math.h>

/* Beyond these nobody waits. */
#define BOOTS_MOST 100000u
#define SPRT_MOST  20 /* times the boots that the test takes on average */

/* Logarithm of Euler's beta function. */
static double log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

double tally_rate(const struct tally *tally)
{
	return (tally->failed + 1.0) / ((double)tally->failed + tally->passed + 2.0);
}

double chance_to_miss(const struct tally *seen, unsigned boots)
{
	double failed = seen->failed + 1.0, passed = seen->passed + 1.0;

	return exp(log_beta(failed, passed + boots) - log_beta(failed, passed));
}

unsigned boots_needed(const struct tally *seen, double error)
{
	unsigned low = 0, high = 1;

	while (high < BOOTS_MOST && chance_to_miss(seen, high) > error)
		high *= 2;
	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;

		if (chance_to_miss(seen, middle) > error)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* The sum over what the integral of one beta distribution over the other comes to. */
double chance_of_more(const struct tally *less, const struct tally *more)
{
	double a = less->failed + 1.0, b = less->passed + 1.0;
	double d = more->passed + 1.0;
	double sum = 0;

	for (unsigned i = 0; i <= more->failed; i++)
		sum += exp(log_beta(a + i, b + d) - log(d + i) - log_beta(1.0 + i, d) -
			   log_beta(a, b));
	return sum;
}

/* What a boot adds to the logarithm of the likelihoods' ratio, bad to good. */
static double weight_of_failure(const struct sequential *plan)
{
	return log(plan->rate / plan->base);
}

static double weight_of_pass(const struct sequential *plan)
{
	return log((1 - plan->rate) / (1 - plan->base));
}

static double bound(const struct sequential *plan)
{
	return log((1 - plan->error) / plan->error);
}

/* Wald's estimate of the boots that the test takes, the longer of the two. */
static double boots_on_average(const struct sequential *plan)
{
	double failure = weight_of_failure(plan), pass = weight_of_pass(plan);
	double if_good = -(plan->base * failure + (1 - plan->base) * pass);
	double if_bad = plan->rate * failure + (1 - plan->rate) * pass;

	return bound(plan) / fmin(if_good, if_bad);
}

void sequential_plan(
	struct sequential *out, const struct tally *good, const struct tally *bad, double error)
{
	*out = (struct sequential){.rate = tally_rate(bad), .error = error};
	if (!good->failed) {
		out->passes = out->most = boots_needed(bad, error);
		return;
	}
	out->base = tally_rate(good);
	out->most = BOOTS_MOST;
	if (out->base < out->rate && SPRT_MOST * boots_on_average(out) < BOOTS_MOST)
		out->most = (unsigned)ceil(SPRT_MOST * boots_on_average(out));
}

enum decision sequential_decide(const struct sequential *plan, const struct tally *tally)
{
	double ratio;

	if (plan->base == 0) {
		if (tally->failed)
			return DECISION_BAD;
		return tally->passed >= plan->passes ? DECISION_GOOD : DECISION_NONE;
	}
	ratio = tally->failed * weight_of_failure(plan) + tally->passed * weight_of_pass(plan);
	if (ratio >= bound(plan))
		return DECISION_BAD;
	return ratio <= -bound(plan) ? DECISION_GOOD : DECISION_NONE;
}

static void add(struct tally *to, const struct tally *what)
{
	to->failed += what->failed;
	to->passed += what->passed;
}

static void take(struct tally *from, const struct tally *what)
{
	from->failed -= what->failed;
	from->passed -= what->passed;
}

/* Logarithm of the likelihood of all boots, whatever the rates; good commits never fail, or at a
 * rate, both as likely before the first boot. */
static double log_likelihood(const struct tally *good, const struct tally *bad)
{
	double at_a_rate = exp(log_beta(good->failed + 1.0, good->passed + 1.0));

	return log_beta(bad->failed + 1.0, bad->passed + 1.0) +
	       log(good->failed ? at_a_rate : 1 + at_a_rate);
}

void chances_of_first(const struct tally *tallies, size_t count, const struct tally *good,
	const struct tally *bad, double *out)
{
	struct tally before = *good, behind = *bad;
	double best = -INFINITY, sum = 0;

	for (size_t i = 0; i < count; i++)
		add(&behind, &tallies[i]);
	for (size_t i = 0; i < count; i++) {
		out[i] = log_likelihood(&before, &behind);
		best = fmax(best, out[i]);
		add(&before, &tallies[i]);
		take(&behind, &tallies[i]);
	}
	for (size_t i = 0; i < count; i++)
		sum += out[i] = exp(out[i] - best);
	for (size_t i = 0; i < count; i++)
		out[i] /= sum;
}
