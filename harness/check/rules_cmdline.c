/* I4: the command line (boot.rst, The Kernel Command Line). */
#include <string.h>

#include "check/layout_rule.h"

#define LONGEST_SHOWN 40

int rule_cmdline_place(struct judge *judge)
{
	uint64_t start = judge->cmdline, least = judge->real + judge->file.setup_size;
	uint64_t heap = judge->real + judge->heap_end;

	if (judge_field(judge, "loadflags") & LINUX_CAN_USE_HEAP && heap > least)
		least = heap;
	if (start < least || start >= CONVENTIONAL_END)
		accuse(judge, start, start + judge->cmdline_size + 1,
			"cmd_line_ptr 0x%llx: expected 0x%llx (the end of setup and heap) to 0x%x",
			(unsigned long long)start, (unsigned long long)least, CONVENTIONAL_END);
	return 0;
}

/* Without a command line there is nothing to hand over. */
int rule_cmdline_magic(struct judge *judge)
{
	const uint8_t *setup = judge->setup_guest;

	if (judge->cmdline || !*judge->scene->payload->cmdline)
		return 0;
	accuse(judge, judge->real + 0x20, judge->real + 0x24,
		"words 0x20 and 0x22 of the setup are %02x%02x and %02x%02x: expected a33f and the "
		"offset of the command line",
		setup[0x21], setup[0x20], setup[0x23], setup[0x22]);
	return 0;
}

static void accuse_text(struct judge *judge, const char *asked, size_t size)
{
	const char *found = judge->cmdline_found;
	size_t at = 0, start;

	while (at < size && at < judge->cmdline_size && asked[at] == found[at])
		at++;
	start = at > 8 ? at - 8 : 0;
	accuse(judge, judge->cmdline + at, judge->cmdline + at + 1,
		"the command line at 0x%llx has %zu bytes, expected %zu; they differ at 0x%zx: "
		"expected ...%.*s, found ...%.*s",
		(unsigned long long)judge->cmdline, judge->cmdline_size, size, at, LONGEST_SHOWN,
		asked + start, LONGEST_SHOWN, found + start);
}

int rule_cmdline_text(struct judge *judge)
{
	const char *asked = judge->scene->payload->cmdline;
	uint64_t limit = judge->file.cmdline_size;
	size_t size = strlen(asked);

	if (!judge->cmdline_found)
		return 0;
	if (!judge->cmdline_ends) {
		accuse(judge, judge->cmdline, CONVENTIONAL_END,
			"the command line at 0x%llx has no NUL below 0x%x",
			(unsigned long long)judge->cmdline, CONVENTIONAL_END);
		return 0;
	}
	if (size > limit && judge->cmdline_size == limit)
		size = limit; /* cut as the kernel itself would have cut it */
	if (judge->cmdline_size != size || memcmp(judge->cmdline_found, asked, size))
		accuse_text(judge, asked, size);
	return 0;
}

int rule_cmdline_limit(struct judge *judge)
{
	if (judge->cmdline_found && judge->cmdline_size > judge->file.cmdline_size)
		accuse(judge, judge->cmdline, judge->cmdline + judge->cmdline_size,
			"the command line has %zu bytes, expected at most %llu",
			judge->cmdline_size, (unsigned long long)judge->file.cmdline_size);
	return 0;
}

int rule_cmdline_moved(struct judge *judge)
{
	uint64_t moved = judge_field(judge, "setup_move_size"), end;

	if (judge->real == OLD_SETUP || !judge->cmdline_found)
		return 0;
	end = judge->cmdline - judge->real + judge->cmdline_size + 1;
	if (end > moved)
		accuse(judge, judge->cmdline, judge->cmdline + judge->cmdline_size + 1,
			"the command line ends at setup+0x%llx: expected within setup_move_size "
			"0x%llx",
			(unsigned long long)end, (unsigned long long)moved);
	return 0;
}

int rule_old_ceiling(struct judge *judge)
{
	for (size_t i = 0; i < judge->claim_count && judge->real == OLD_SETUP; i++) {
		const struct claim *claim = &judge->claims[i];

		if (claim->kind > CLAIM_CMDLINE || claim->end <= OLD_CEILING)
			continue;
		accuse(judge, claim->start > OLD_CEILING ? claim->start : OLD_CEILING, claim->end,
			"%s ends at 0x%llx: expected at most 0x%x with a setup at 0x90000",
			claim->name, (unsigned long long)claim->end, OLD_CEILING);
	}
	return 0;
}
