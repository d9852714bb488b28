/* I6, I7: nothing overlaps, and all of it is in RAM. */
#include "check/layout_rule.h"

static bool find_overlap(const struct claim *a, const struct claim *b, struct spot *spot)
{
	spot->start = a->start > b->start ? a->start : b->start;
	spot->end = a->end < b->end ? a->end : b->end;
	return spot->start < spot->end;
}

static void accuse_overlap(struct judge *judge, const struct claim *a, const struct claim *b)
{
	struct spot spot;

	if (find_overlap(a, b, &spot))
		accuse(judge, spot.start, spot.end,
			"%s 0x%llx-0x%llx and %s 0x%llx-0x%llx overlap at 0x%llx-0x%llx", a->name,
			(unsigned long long)a->start, (unsigned long long)a->end - 1, b->name,
			(unsigned long long)b->start, (unsigned long long)b->end - 1,
			(unsigned long long)spot.start, (unsigned long long)spot.end - 1);
}

/* From 2.02 on another rule says where the command line is, seen from the setup. */
static bool has_own_rule(const struct judge *judge, const struct claim *a, const struct claim *b)
{
	return judge->version >= 0x202 && a->kind + b->kind == CLAIM_SETUP + CLAIM_CMDLINE;
}

int rule_loader_overlap(struct judge *judge)
{
	for (size_t i = 0; i < judge->claim_count; i++)
		for (size_t j = i + 1; j < judge->claim_count; j++) {
			const struct claim *a = &judge->claims[i], *b = &judge->claims[j];

			if (a->kind <= CLAIM_LOADED && b->kind <= CLAIM_LOADED &&
				!has_own_rule(judge, a, b))
				accuse_overlap(judge, a, b);
		}
	return 0;
}

int rule_firmware_overlap(struct judge *judge)
{
	for (size_t i = 0; i < judge->claim_count; i++)
		for (size_t j = 0; j < judge->claim_count; j++)
			if (judge->claims[i].kind <= CLAIM_LOADED &&
				judge->claims[j].kind > CLAIM_LOADED)
				accuse_overlap(judge, &judge->claims[i], &judge->claims[j]);
	return 0;
}

/* The image is meant to lie where the kernel unpacks itself: its start-up code knows it. */
static int accuse_in_window(struct judge *judge, const struct claim *window)
{
	for (size_t i = 0; i < judge->claim_count && window->end; i++)
		if (judge->claims[i].kind <= CLAIM_LOADED && judge->claims[i].kind != CLAIM_IMAGE)
			accuse_overlap(judge, &judge->claims[i], window);
	return 0;
}

int rule_window(struct judge *judge)
{
	return accuse_in_window(judge, &judge->window);
}

int rule_linux_window(struct judge *judge)
{
	return judge->linux_window.start == judge->window.start
		       ? 0
		       : accuse_in_window(judge, &judge->linux_window);
}

int rule_setup_data(struct judge *judge)
{
	if (judge->data_wrong)
		accuse(judge, judge->data_spot, judge->data_spot + 1, "setup_data at 0x%llx: %s",
			(unsigned long long)judge->data_spot, judge->data_wrong);
	return 0;
}

static void accuse_not_ram(struct judge *judge, const struct claim *claim)
{
	if (claim->start < claim->end && !map_is_ram(&judge->scene->map, claim->start, claim->end))
		accuse(judge, claim->start, claim->end,
			"%s 0x%llx-0x%llx: expected RAM only (e820 type 1)", claim->name,
			(unsigned long long)claim->start, (unsigned long long)claim->end - 1);
}

int rule_in_ram(struct judge *judge)
{
	for (size_t i = 0; i < judge->claim_count; i++)
		if (judge->claims[i].kind <= CLAIM_LOADED)
			accuse_not_ram(judge, &judge->claims[i]);
	return 0;
}

int rule_window_ram(struct judge *judge)
{
	accuse_not_ram(judge, &judge->window);
	return 0;
}
