/* How long the reports of a big run take: `tool_reports [CELLS [tap|junit|json|grid|html]]` prints
 * the times, or the report itself. */
#include <stdio.h>

#include "base/clock.h"
#include "record/report.h"
#include "tests/sample.h"

static void fill(struct journal *journal, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum outcome outcome = (enum outcome)(i % 97 < OUTCOMES ? i % 97 : OUTCOME_PASS);
		char *id = format_text("case%zu:memory=%zum,kernel=k%zu,initrd=size-%zu", i / 5000,
			64 * (i % 10 + 1), i / 10 % 20, i / 200 % 25);
		struct result *result = sample_add(journal, id, outcome);

		if (outcome != OUTCOME_PASS && outcome != OUTCOME_SKIP)
			sample_fail(
				result, FAILURE_SERIAL, "line 12: \x1b[31m expected ]]> <&\" \xff");
		result->why = copy_text(outcome == OUTCOME_PASS ? NULL : "a declared reason");
		result->folder = format_text("cells/%08zx-tail", i);
		sample_attempt(result, OUTCOME_FAIL, FAILURE_HANG, "nothing for 5 s");
		free(id);
	}
	journal->facts.planned = count;
	journal->complete = true;
}

static void report_json(const struct journal *journal, struct buffer *out)
{
	for (size_t i = 0; i < journal->count; i++)
		journal_add_cell(out, &journal->results[i]);
	journal_add_summary(out, &journal->summary);
}

static void report(const char *format, const struct journal *journal, struct buffer *out)
{
	if (!strcmp(format, "tap"))
		report_tap(journal, out);
	else if (!strcmp(format, "junit"))
		report_junit(journal, out, NULL);
	else if (!strcmp(format, "json"))
		report_json(journal, out);
	else if (!strcmp(format, "html"))
		report_html(journal, &(struct html_source){.folder = "run"}, out);
	else
		report_grid(journal, false, 80, out);
}

int main(int argc, char **argv)
{
	static const char *const formats[] = {"tap", "junit", "json", "grid", "html"};
	struct journal journal = {0};
	struct buffer out = {0};

	fill(&journal, argc > 1 ? strtoul(argv[1], NULL, 10) : 10000);
	for (int i = 0; argc <= 2 && i < 5; i++) {
		uint64_t start = clock_now();

		buffer_clear(&out);
		report(formats[i], &journal, &out);
		printf("%-6s %zu cells, %zu bytes, %.1f ms\n", formats[i], journal.count, out.size,
			milliseconds(clock_now() - start));
	}
	if (argc > 2) {
		report(argv[2], &journal, &out);
		fwrite(out.data, 1, out.size, stdout);
	}
	buffer_free(&out);
	journal_free(&journal);
	return 0;
}
