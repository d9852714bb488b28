/* The tables of rules as Markdown. */
#include <stdio.h>
#include <string.h>

#include "check/flat_view.h"

static const char *versions(const struct layout_rule *rule, char out[24])
{
	char since[8] = "", till[8] = "";

	if (!rule->since && rule->till == RULE_ANY)
		return "all";
	if (rule->since)
		snprintf(since, sizeof(since), "%u.%02u", rule->since >> 8, rule->since & 255);
	else
		snprintf(since, sizeof(since), "none");
	if (rule->till != RULE_ANY && rule->till)
		snprintf(till, sizeof(till), "%u.%02u", rule->till >> 8 & 15, rule->till & 255);
	if (!rule->till)
		return "no HdrS";
	if (rule->since == rule->till)
		return memcpy(out, since, sizeof(since));
	snprintf(out, 24, rule->till == RULE_ANY ? "%s on" : "%s to %s", since, till);
	return out;
}

static const char *needs(enum rule_needs what)
{
	if (what == RULE_ENTRY)
		return "entry";
	return what == RULE_FULL ? "full" : "full, before";
}

static void add_table(struct buffer *out, const char *title, const struct layout_rule *rules)
{
	char range[24];

	buffer_printf(out,
		"%s\n\n| Id | Rule | Source | Versions | Needs |\n|---|---|---|---|---|\n", title);
	for (const struct layout_rule *rule = rules; rule->id; rule++)
		buffer_printf(out, "| %s | %s | %s | %s | %s |\n", rule->id, rule->sentence,
			rule->source, versions(rule, range), needs(rule->needs));
	buffer_add_text(out, "\n");
}

void layout_rules(struct buffer *out)
{
	add_table(out, "For every loader:", layout_rules_linux);
	add_table(out, "For QEMU's own ROMs as well:", layout_rules_stock);
	add_table(out, "For the ROM of this project as well:", layout_rules_dkboot);
	add_table(out, "For Multiboot, Multiboot 2 and PVH, by every loader:", layout_rules_flat);
	add_table(out, "For Multiboot:", layout_rules_multiboot);
	add_table(out, "For Multiboot 2:", layout_rules_multiboot2);
	add_table(out, "For PVH:", layout_rules_pvh);
	add_table(out, "For the 32-bit and the 64-bit entry of Linux:", layout_rules_entries);
	add_table(out,
		"For all of these by the ROM of this project as well:", layout_rules_dkboot_flat);
	buffer_printf(out, "%s (`layout_compare()`): %s\n", LAYOUT_RULE_RESET,
		LAYOUT_RULE_RESET_SENTENCE);
}
