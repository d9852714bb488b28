/* The second view: what the guest says of itself is compared with what was seen from outside. */
#include "run/judge.h"

void judge_hear(struct judge *judge, const char *bytes, size_t size)
{
	if (judge->point_count && !judge->agreed)
		inside_feed(&judge->inside, bytes, size);
}

void judge_agree(struct judge *judge, const struct job *job, bool powered_off)
{
	struct layout_verdict *verdict = judge->judged > 1 ? &judge->last : &judge->first;
	struct outside outside = {.payload = &job->payload,
		.facts = verdict->facts,
		.map = &judge->map,
		.powered_off = powered_off};

	if (!judge->seen || !judge->judged || judge->agreed ||
		job->cell->from->layout != LAYOUT_FULL)
		return;
	judge->agreed = true;
	inside_end(&judge->inside);
	inside_judge(&judge->inside.facts, &outside, verdict);
}
