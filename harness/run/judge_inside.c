/* The second view: what the guest says of itself is compared with what was seen from outside. */
#include "run/judge.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

void judge_hear(struct judge *judge, const char *bytes, size_t size)
{
	if ((judge->point_count && !judge->agreed) || judge->reported)
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

static char *report_json(const char *facts)
{
	autofree char *lines = copy_text(facts);
	json_t *list = json_array(), *root = json_pack("{s:o}", "facts", list);
	char *rest, *text;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		json_array_append_new(list, json_string(line));
	text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	return text;
}

int judge_record_report(struct judge *judge, const char *folder, struct error *error)
{
	autofree char *path = format_text("%s/report.json", folder);
	autofree char *facts = NULL, *text = NULL;

	inside_end(&judge->inside);
	facts = inside_facts_text(&judge->inside.facts);
	if (!facts)
		return 0;
	text = report_json(facts);
	return text ? file_write(path, text, strlen(text), error)
		    : fail(error, "%s: a line of the report is not UTF-8", path);
}
