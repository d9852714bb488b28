#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/grow.h"
#include "case/pick.h"

/* One `except`: for each axis that it names, which values it fits. */
struct rule {
	bool *fits[AXES]; /* NULL = any */
};

struct exclusion {
	const struct test_case *test_case;
	struct rule *rules;
	size_t count;
	bool concerned[AXES]; /* axes that any rule names */
};

static bool *fitting(const struct selector *selector, const struct axis *axis, enum axis_id id)
{
	bool *fits = allocate(axis->count, sizeof(*fits));

	for (size_t i = 0; i < axis->count; i++)
		for (size_t j = 0; j < selector->on[id].count && !fits[i]; j++)
			fits[i] = glob_match(selector->on[id].names[j], axis->values[i].name);
	return fits;
}

static void add_rule(struct exclusion *exclusion, const struct selector *selector)
{
	struct rule *rule;

	exclusion->rules = grow(exclusion->rules, exclusion->count, sizeof(*exclusion->rules));
	rule = &exclusion->rules[exclusion->count++];
	for (unsigned axis = 0; axis < AXES; axis++) {
		if (!selector->on[axis].count)
			continue;
		rule->fits[axis] = fitting(selector, &exclusion->test_case->axes[axis], axis);
		exclusion->concerned[axis] = true;
	}
}

struct exclusion *exclusion_new(const struct test_case *test_case)
{
	struct exclusion *exclusion = allocate(1, sizeof(*exclusion));

	exclusion->test_case = test_case;
	for (size_t i = 0; i < test_case->exception_count; i++)
		if (test_case->exceptions[i].kind == EXCEPT_OUT)
			add_rule(exclusion, &test_case->exceptions[i].when);
	return exclusion;
}

void exclusion_free(struct exclusion *exclusion)
{
	for (size_t i = 0; i < exclusion->count; i++)
		for (unsigned axis = 0; axis < AXES; axis++)
			free(exclusion->rules[i].fits[axis]);
	free(exclusion->rules);
	free(exclusion);
}

static bool rule_hits(const struct rule *rule, const uint16_t *at)
{
	for (unsigned axis = 0; axis < AXES; axis++)
		if (rule->fits[axis] && (at[axis] == UNASSIGNED || !rule->fits[axis][at[axis]]))
			return false;
	return true;
}

bool exclusion_hits(const struct exclusion *exclusion, const uint16_t *at)
{
	for (size_t i = 0; i < exclusion->count; i++)
		if (rule_hits(&exclusion->rules[i], at))
			return true;
	return false;
}

/* Tries the values of one axis after the other, and turns back where a rule hits. */
static bool complete(
	const struct exclusion *exclusion, uint16_t *at, unsigned axis, uint64_t *budget)
{
	bool found = false;

	if (!*budget)
		return false;
	--*budget;
	if (exclusion_hits(exclusion, at))
		return false;
	while (axis < AXES && (!exclusion->concerned[axis] || at[axis] != UNASSIGNED))
		axis++;
	if (axis == AXES)
		return true;
	for (uint16_t i = 0; i < exclusion->test_case->axes[axis].count && !found; i++) {
		at[axis] = i;
		found = complete(exclusion, at, axis + 1, budget);
	}
	at[axis] = UNASSIGNED;
	return found;
}

bool exclusion_completable(const struct exclusion *exclusion, uint16_t *at, uint64_t *budget)
{
	return complete(exclusion, at, 0, budget);
}
