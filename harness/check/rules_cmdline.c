/* I4: the command line (boot.rst, The Kernel Command Line). */
#include <string.h>

#include "check/layout_rule.h"

#define LONGEST_SHOWN 40

int rule_cmdline_place(struct layout_view *view)
{
	uint64_t start = view->cmdline, least = view->real + view->file.setup_size;
	uint64_t heap = view->real + view->heap_end;

	if (layout_field(view, "loadflags") & LINUX_CAN_USE_HEAP && heap > least)
		least = heap;
	if (start < least || start >= CONVENTIONAL_END)
		accuse(view, start, start + view->cmdline_size + 1,
			"cmd_line_ptr 0x%llx: expected 0x%llx (the end of setup and heap) to 0x%x",
			(unsigned long long)start, (unsigned long long)least, CONVENTIONAL_END);
	return 0;
}

/* Without a command line there is nothing to hand over. */
int rule_cmdline_magic(struct layout_view *view)
{
	const uint8_t *setup = view->setup_guest;

	if (view->cmdline || !*view->scene->payload->cmdline)
		return 0;
	accuse(view, view->real + 0x20, view->real + 0x24,
		"words 0x20 and 0x22 of the setup are %02x%02x and %02x%02x: expected a33f and the "
		"offset of the command line",
		setup[0x21], setup[0x20], setup[0x23], setup[0x22]);
	return 0;
}

static void accuse_text(struct layout_view *view, const char *asked, size_t size)
{
	const char *found = view->cmdline_found;
	size_t at = 0, start;

	while (at < size && at < view->cmdline_size && asked[at] == found[at])
		at++;
	start = at > 8 ? at - 8 : 0;
	accuse(view, view->cmdline + at, view->cmdline + at + 1,
		"the command line at 0x%llx has %zu bytes, expected %zu; they differ at 0x%zx: "
		"expected ...%.*s, found ...%.*s",
		(unsigned long long)view->cmdline, view->cmdline_size, size, at, LONGEST_SHOWN,
		asked + start, LONGEST_SHOWN, found + start);
}

int rule_cmdline_text(struct layout_view *view)
{
	const char *asked = view->scene->payload->cmdline;
	uint64_t limit = view->file.cmdline_size;
	size_t size = strlen(asked);

	if (!view->cmdline_found)
		return 0;
	if (!view->cmdline_ends) {
		accuse(view, view->cmdline, CONVENTIONAL_END,
			"the command line at 0x%llx has no NUL below 0x%x",
			(unsigned long long)view->cmdline, CONVENTIONAL_END);
		return 0;
	}
	if (size > limit && view->cmdline_size == limit)
		size = limit; /* cut as the kernel itself would have cut it */
	if (view->cmdline_size != size || memcmp(view->cmdline_found, asked, size))
		accuse_text(view, asked, size);
	return 0;
}

int rule_cmdline_limit(struct layout_view *view)
{
	if (view->cmdline_found && view->cmdline_size > view->file.cmdline_size)
		accuse(view, view->cmdline, view->cmdline + view->cmdline_size,
			"the command line has %zu bytes, expected at most %llu", view->cmdline_size,
			(unsigned long long)view->file.cmdline_size);
	return 0;
}

int rule_cmdline_moved(struct layout_view *view)
{
	uint64_t moved = layout_field(view, "setup_move_size"), end;

	if (view->real == OLD_SETUP || !view->cmdline_found)
		return 0;
	end = view->cmdline - view->real + view->cmdline_size + 1;
	if (end > moved)
		accuse(view, view->cmdline, view->cmdline + view->cmdline_size + 1,
			"the command line ends at setup+0x%llx: expected within setup_move_size "
			"0x%llx",
			(unsigned long long)end, (unsigned long long)moved);
	return 0;
}

int rule_old_ceiling(struct layout_view *view)
{
	for (size_t i = 0; i < view->claim_count && view->real == OLD_SETUP; i++) {
		const struct claim *claim = &view->claims[i];

		if (claim->kind > CLAIM_CMDLINE || claim->end <= OLD_CEILING)
			continue;
		accuse(view, claim->start > OLD_CEILING ? claim->start : OLD_CEILING, claim->end,
			"%s ends at 0x%llx: expected at most 0x%x with a setup at 0x90000",
			claim->name, (unsigned long long)claim->end, OLD_CEILING);
	}
	return 0;
}
