/* I6, I7: nothing overlaps, and all of it is in RAM. */
#include "check/layout_rule.h"

static bool find_overlap(const struct claim *a, const struct claim *b, struct spot *spot)
{
	spot->start = a->start > b->start ? a->start : b->start;
	spot->end = a->end < b->end ? a->end : b->end;
	return spot->start < spot->end;
}

static void accuse_overlap(struct layout_view *view, const struct claim *a, const struct claim *b)
{
	struct spot spot;

	if (find_overlap(a, b, &spot))
		accuse(view, spot.start, spot.end,
			"%s 0x%llx-0x%llx and %s 0x%llx-0x%llx overlap at 0x%llx-0x%llx", a->name,
			(unsigned long long)a->start, (unsigned long long)a->end - 1, b->name,
			(unsigned long long)b->start, (unsigned long long)b->end - 1,
			(unsigned long long)spot.start, (unsigned long long)spot.end - 1);
}

/* From 2.02 on another rule says where the command line is, seen from the setup. */
static bool has_own_rule(
	const struct layout_view *view, const struct claim *a, const struct claim *b)
{
	return view->version >= 0x202 && a->kind + b->kind == CLAIM_SETUP + CLAIM_CMDLINE;
}

int rule_loader_overlap(struct layout_view *view)
{
	for (size_t i = 0; i < view->claim_count; i++)
		for (size_t j = i + 1; j < view->claim_count; j++) {
			const struct claim *a = &view->claims[i], *b = &view->claims[j];

			if (a->kind <= CLAIM_LOADED && b->kind <= CLAIM_LOADED &&
				!has_own_rule(view, a, b))
				accuse_overlap(view, a, b);
		}
	return 0;
}

int rule_firmware_overlap(struct layout_view *view)
{
	for (size_t i = 0; i < view->claim_count; i++)
		for (size_t j = 0; j < view->claim_count; j++)
			if (view->claims[i].kind <= CLAIM_LOADED &&
				view->claims[j].kind > CLAIM_LOADED)
				accuse_overlap(view, &view->claims[i], &view->claims[j]);
	return 0;
}

/* The image is meant to lie where the kernel unpacks itself: its start-up code knows it. */
static int accuse_in_window(struct layout_view *view, const struct claim *window)
{
	for (size_t i = 0; i < view->claim_count && window->end; i++)
		if (view->claims[i].kind <= CLAIM_LOADED && view->claims[i].kind != CLAIM_IMAGE)
			accuse_overlap(view, &view->claims[i], window);
	return 0;
}

int rule_window(struct layout_view *view)
{
	return accuse_in_window(view, &view->window);
}

int rule_linux_window(struct layout_view *view)
{
	return view->linux_window.start == view->window.start
		       ? 0
		       : accuse_in_window(view, &view->linux_window);
}

int rule_setup_data(struct layout_view *view)
{
	if (view->data_wrong)
		accuse(view, view->data_spot, view->data_spot + 1, "setup_data at 0x%llx: %s",
			(unsigned long long)view->data_spot, view->data_wrong);
	return 0;
}

static void accuse_not_ram(struct layout_view *view, const struct claim *claim)
{
	if (claim->start < claim->end && !map_is_ram(&view->scene->map, claim->start, claim->end))
		accuse(view, claim->start, claim->end,
			"%s 0x%llx-0x%llx: expected RAM only (e820 type 1)", claim->name,
			(unsigned long long)claim->start, (unsigned long long)claim->end - 1);
}

int rule_in_ram(struct layout_view *view)
{
	for (size_t i = 0; i < view->claim_count; i++)
		if (view->claims[i].kind <= CLAIM_LOADED)
			accuse_not_ram(view, &view->claims[i]);
	return 0;
}

int rule_window_ram(struct layout_view *view)
{
	accuse_not_ram(view, &view->window);
	return 0;
}
