/* The oracle: goes through the tables of rules. */
#include "check/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/layout_rule.h"

static bool concerns(const struct judge *judge, const struct layout_rule *rule)
{
	const struct layout_scene *scene = judge->scene;

	if (judge->version < rule->since || judge->version > rule->till)
		return false;
	if (scene->entry_only)
		return rule->needs == RULE_ENTRY;
	return rule->needs != RULE_BEFORE || scene->before;
}

static int check_table(struct judge *judge, const struct layout_rule *rules)
{
	for (const struct layout_rule *rule = rules; rule->id; rule++) {
		if (!concerns(judge, rule))
			continue;
		judge->rule = rule;
		judge->rule_accusations = 0;
		judge->verdict->rules_checked++;
		if (rule->check(judge))
			return fail_within(judge->error, "rule %s", rule->id);
	}
	return 0;
}

static int check_all(struct judge *judge)
{
	enum loader loader = judge->scene->loader;

	if (check_table(judge, layout_rules_linux))
		return -1;
	if (loader == LOADER_STOCK)
		return check_table(judge, layout_rules_stock);
	return loader == LOADER_DKBOOT ? check_table(judge, layout_rules_dkboot) : 0;
}

/* The processor is nowhere near a setup: only the first rule makes sense. */
static void lost(struct judge *judge)
{
	const struct cpu_state *cpu = &judge->scene->cpu;

	judge->rule = layout_rules_linux;
	judge->verdict->rules_checked = 1;
	accuse(judge, 0, 0, "the processor stands at %04x:%04x, where no setup can be", cpu->cs,
		cpu->eip);
}

static int judge_scene(struct judge *judge)
{
	int status = judge_look(judge);

	if (status < 0)
		return -1;
	if (status)
		lost(judge);
	else if (check_all(judge))
		return -1;
	judge_regions(judge);
	judge_facts(judge);
	return 0;
}

int layout_judge(
	const struct layout_scene *scene, struct layout_verdict *verdict, struct error *error)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	int status;

	*verdict = (struct layout_verdict){0};
	if (!judge)
		return fail(error, "out of memory");
	judge->scene = scene;
	judge->verdict = verdict;
	judge->error = error;
	status = judge_scene(judge);
	judge_free(judge);
	free(judge);
	if (status)
		layout_verdict_free(verdict);
	return status;
}

static void add_registers(const struct judge *judge, struct buffer *out)
{
	const struct cpu_state *cpu = &judge->scene->cpu;

	buffer_printf(out, "cs:ip %04x:%04x\nss:sp %04x:%04x\nds %04x\nes %04x\nfs %04x\ngs %04x\n",
		cpu->cs, cpu->eip, cpu->ss, cpu->esp, cpu->ds, cpu->es, cpu->fs, cpu->gs);
	/* of the flags IF, DF and VM; the rest is what the last instruction left */
	buffer_printf(out, "eflags %x\ncr0 %x\n", cpu->eflags & 0x20600, cpu->cr0);
	if (judge->scene->loader == LOADER_DKBOOT)
		buffer_printf(out, "eax %x\nebx %x\necx %x\nedx %x\nesi %x\nedi %x\nebp %x\n",
			cpu->eax, cpu->ebx, cpu->ecx, cpu->edx, cpu->esi, cpu->edi, cpu->ebp);
}

static void add_header(const struct judge *judge, struct buffer *out)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, judge->version))
			buffer_printf(out, "%s %llx\n", field->name,
				(unsigned long long)judge_field(judge, field->name));
}

void judge_facts(struct judge *judge)
{
	struct layout_verdict *verdict = judge->verdict;
	struct buffer out = {0};

	add_registers(judge, &out);
	if (judge->setup_seen)
		add_header(judge, &out);
	for (size_t i = 0; i < verdict->region_count; i++)
		buffer_printf(&out, "%s %llx-%llx\n", verdict->regions[i].name,
			(unsigned long long)verdict->regions[i].start,
			(unsigned long long)verdict->regions[i].end);
	verdict->summary = sha256_bytes(out.data, out.size);
	verdict->facts = buffer_take(&out);
}

/* The first line in which two texts differ, from each of them; at most @room - 1 bytes. */
static void first_difference(
	const char *left, const char *right, char *left_line, char *right_line, size_t room)
{
	while (*left && *left != '\0' && strcspn(left, "\n") == strcspn(right, "\n") &&
		!strncmp(left, right, strcspn(left, "\n") + 1)) {
		left += strcspn(left, "\n") + 1;
		right += strcspn(right, "\n") + 1;
	}
	snprintf(left_line, room, "%.*s", (int)strcspn(left, "\n"), left);
	snprintf(right_line, room, "%.*s", (int)strcspn(right, "\n"), right);
}

void layout_compare(struct layout_verdict *again, const struct layout_verdict *first)
{
	char before[96] = "", now[96] = "";
	struct violation *grown;

	again->rules_checked++;
	if (!strcmp(again->summary.hex, first->summary.hex))
		return;
	first_difference(first->facts, again->facts, before, now, sizeof(before));
	grown = realloc(again->violations, (again->violation_count + 1) * sizeof(*grown));
	if (!grown)
		abort();
	again->violations = grown;
	grown[again->violation_count++] = (struct violation){LAYOUT_RULE_RESET,
		format_text("after a reset: expected \"%s\", found \"%s\"", before, now)};
}

void layout_verdict_free(struct layout_verdict *verdict)
{
	for (size_t i = 0; i < verdict->violation_count; i++)
		free(verdict->violations[i].text);
	free(verdict->violations);
	free(verdict->regions);
	free(verdict->facts);
	*verdict = (struct layout_verdict){0};
}
