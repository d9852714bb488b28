/* The oracle: goes through the tables of rules. */
#include "check/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/flat_view.h"

static bool concerns(const struct layout_view *view, const struct layout_rule *rule)
{
	const struct layout_scene *scene = view->scene;

	if (view->entered_flat && !rule->any_entry)
		return false;
	if (view->version < rule->since || view->version > rule->till)
		return false;
	if (scene->entry_only)
		return rule->needs == RULE_ENTRY;
	return rule->needs != RULE_BEFORE || scene->before;
}

static int check_table(struct layout_view *view, const struct layout_rule *rules)
{
	for (const struct layout_rule *rule = rules; rule->id; rule++) {
		if (!concerns(view, rule))
			continue;
		view->rule = rule;
		view->rule_accusations = 0;
		view->verdict->rules_checked++;
		if (rule->check(view))
			return fail_within(view->error, "rule %s", rule->id);
	}
	return 0;
}

static int check_flat(struct layout_view *view)
{
	static const struct layout_rule *const tables[BOOT_PROTOCOLS] = {
		[BOOT_MULTIBOOT] = layout_rules_multiboot,
		[BOOT_MULTIBOOT2] = layout_rules_multiboot2,
		[BOOT_PVH] = layout_rules_pvh};

	if (check_table(view, layout_rules_flat) ||
		check_table(view, tables[view->scene->payload->boot]))
		return -1;
	return view->scene->loader == LOADER_DKBOOT ? check_table(view, layout_rules_dkboot_flat)
						    : 0;
}

static int check_all(struct layout_view *view)
{
	enum loader loader = view->scene->loader;

	if (view->flat)
		return check_flat(view);
	if (view->entered_flat && check_table(view, layout_rules_entries))
		return -1;
	if (check_table(view, layout_rules_linux))
		return -1;
	if (view->entered_flat && loader == LOADER_DKBOOT &&
		check_table(view, layout_rules_dkboot_flat))
		return -1;
	if (loader == LOADER_STOCK)
		return check_table(view, layout_rules_stock);
	return loader == LOADER_DKBOOT ? check_table(view, layout_rules_dkboot) : 0;
}

/* The processor is nowhere near a setup: only the first rule makes sense. */
static void lost(struct layout_view *view)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	view->rule = layout_rules_linux;
	view->verdict->rules_checked = 1;
	accuse(view, 0, 0, "the processor stands at %04x:%04x, where no setup can be", cpu->cs,
		cpu->eip);
}

static int judge_scene(struct layout_view *view)
{
	int status = layout_look(view);

	if (status < 0)
		return -1;
	if (status)
		lost(view);
	else if (check_all(view))
		return -1;
	layout_regions(view);
	layout_facts(view);
	return 0;
}

int layout_judge(
	const struct layout_scene *scene, struct layout_verdict *verdict, struct error *error)
{
	struct layout_view *view = calloc(1, sizeof(*view));
	int status;

	*verdict = (struct layout_verdict){0};
	if (!view)
		return fail(error, "out of memory");
	view->scene = scene;
	view->verdict = verdict;
	view->error = error;
	status = judge_scene(view);
	layout_look_end(view);
	free(view);
	if (status)
		layout_verdict_free(verdict);
	return status;
}

static void add_registers(const struct layout_view *view, struct buffer *out)
{
	const struct cpu_state *cpu = &view->scene->cpu;

	buffer_printf(out, "cs:ip %04x:%04x\nss:sp %04x:%04x\nds %04x\nes %04x\nfs %04x\ngs %04x\n",
		cpu->cs, cpu->eip, cpu->ss, cpu->esp, cpu->ds, cpu->es, cpu->fs, cpu->gs);
	/* of the flags IF, DF and VM; the rest is what the last instruction left */
	buffer_printf(out, "eflags %x\ncr0 %x\n", cpu->eflags & 0x20600, cpu->cr0);
	if (view->scene->loader == LOADER_OTHER)
		return;
	buffer_printf(out, "eax %x\nebx %x\necx %x\nedx %x\nedi %x\nebp %x\n", cpu->eax, cpu->ebx,
		cpu->ecx, cpu->edx, cpu->edi, cpu->ebp);
	if (view->scene->loader == LOADER_DKBOOT) /* elsewhere anything */
		buffer_printf(out, "esi %x\n", cpu->esi);
}

/* What the kernel is told, for the second view: names as in a probe's report. */
static void add_told(const struct flat_view *flat, struct buffer *out)
{
	const struct told_text *text = &flat->cmdline;

	if (text->there)
		buffer_printf(out, "cmdline %zu %08x\n", strlen(text->text),
			crc32_bytes(text->text, strlen(text->text)));
	for (size_t i = 0; i < flat->module_count; i++) {
		text = &flat->modules[i].arguments;
		buffer_printf(out, "module.%zu %llx %llu %08x\n", i,
			(unsigned long long)flat->modules[i].start,
			(unsigned long long)(flat->modules[i].end - flat->modules[i].start),
			text->there ? crc32_bytes(text->text, strlen(text->text)) : 0);
	}
}

static void add_header(const struct layout_view *view, struct buffer *out)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, view->version))
			buffer_printf(out, "%s %llx\n", field->name,
				(unsigned long long)layout_field(view, field->name));
}

void layout_facts(struct layout_view *view)
{
	struct layout_verdict *verdict = view->verdict;
	struct buffer out = {0};

	add_registers(view, &out);
	if (view->flat)
		add_told(view->flat, &out);
	else if (view->setup_seen)
		add_header(view, &out);
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
	grown[again->violation_count++] = (struct violation){.rule = LAYOUT_RULE_RESET,
		.text = format_text("after a reset: expected \"%s\", found \"%s\"", before, now)};
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
