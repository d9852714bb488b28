/* JUnit XML: the elements that Jenkins and GitLab read, and surefire's for repeated tests. */
#include "record/report.h"

#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/words.h"

/* The writer's failures are all lack of memory; the last call's tells of them. */
struct xml {
	xmlTextWriter *writer;
};

/* U+FFFE and U+FFFF are the characters that add_plain() leaves and XML 1.0 (2.2) forbids. */
static void drop_noncharacters(struct buffer *text)
{
	char *from = text->data, *to = text->data;

	while (from && *from) {
		bool bad = !strncmp(from, "\xef\xbf\xbe", 3) || !strncmp(from, "\xef\xbf\xbf", 3);

		if (bad)
			from += 3;
		else
			*to++ = *from++;
	}
	if (text->data) {
		*to = '\0';
		text->size = (size_t)(to - text->data);
	}
}

static void open_element(struct xml *xml, const char *name)
{
	xmlTextWriterStartElement(xml->writer, BAD_CAST name);
}

static void close_element(struct xml *xml)
{
	xmlTextWriterEndElement(xml->writer);
}

/* Text that is harmless to a terminal is made harmless to XML. */
static void attribute(struct xml *xml, const char *name, struct buffer *text)
{
	buffer_add(text, "", 0);
	drop_noncharacters(text);
	xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, BAD_CAST text->data);
	buffer_clear(text);
}

static void attribute_text(struct xml *xml, const char *name, const char *text)
{
	autobuffer struct buffer plain = {0};

	add_plain(&plain, text);
	attribute(xml, name, &plain);
}

static void attribute_number(struct xml *xml, const char *name, unsigned number)
{
	xmlTextWriterWriteFormatAttribute(xml->writer, BAD_CAST name, "%u", number);
}

static void attribute_seconds(struct xml *xml, double seconds)
{
	xmlTextWriterWriteFormatAttribute(xml->writer, BAD_CAST "time", "%.3f", seconds);
}

static const char *type_of(enum outcome outcome, enum failure failure)
{
	return failure == FAILURE_NONE ? outcome_name(outcome) : failure_name(failure);
}

/* <failure type="panic" message="...">, its text: the message again and where more is. */
static void write_trouble(struct xml *xml, const char *element, const char *type,
	struct buffer *message, const struct result *result)
{
	autobuffer struct buffer body = {0};

	buffer_add(&body, message->data, message->size);
	if (result->folder) {
		buffer_add_text(&body, "\nfolder: ");
		add_plain(&body, result->folder);
	}
	buffer_add_text(&body, "\n");
	drop_noncharacters(&body);
	open_element(xml, element);
	attribute_text(xml, "type", type);
	attribute(xml, "message", message);
	xmlTextWriterWriteString(xml->writer, BAD_CAST body.data);
	close_element(xml);
}

/* Attempts that did not decide: flakyFailure before a pass, rerunFailure behind a failure. */
static void write_attempts(struct xml *xml, const struct result *result, size_t from, size_t to,
	const char *failure, const char *error)
{
	for (size_t i = from; i < to; i++) {
		const struct attempt *attempt = &result->attempts[i];
		autobuffer struct buffer message = {0};

		if (attempt->outcome == OUTCOME_PASS)
			continue;
		add_attempt(&message, attempt);
		write_trouble(xml, attempt->outcome == OUTCOME_BROKEN ? error : failure,
			type_of(attempt->outcome, attempt->failure), &message, result);
	}
}

/* Surefire puts the first failure into <failure> and what followed behind it. */
static void write_failed(struct xml *xml, const struct result *result)
{
	bool repeated = result->attempt_count > 1 && result->outcome != OUTCOME_XPASS;
	bool broken = result->outcome == OUTCOME_BROKEN;
	enum failure failure = result->failure;
	autobuffer struct buffer message = {0};

	if (repeated && result->attempts[0].outcome == result->outcome) {
		failure = result->attempts[0].failure;
		add_attempt(&message, &result->attempts[0]);
	} else {
		add_trouble(&message, result);
	}
	write_trouble(xml, broken ? "error" : "failure", type_of(result->outcome, failure),
		&message, result);
	if (repeated)
		write_attempts(xml, result, 1, result->attempt_count, "rerunFailure", "rerunError");
}

static void write_skipped(struct xml *xml, const struct result *result)
{
	autobuffer struct buffer message = {0};

	if (result->outcome == OUTCOME_XFAIL)
		buffer_add_text(&message, "expected failure: ");
	add_declared(&message, result);
	open_element(xml, "skipped");
	attribute(xml, "message", &message);
	close_element(xml);
}

static void write_cell(struct xml *xml, const struct result *result)
{
	size_t length = id_case_length(result->id);
	autofree char *name = format_text("%.*s", (int)length, result->id);
	const char *rest = result->id + length;

	open_element(xml, "testcase");
	attribute_text(xml, "classname", name);
	attribute_text(xml, "name", rest[0] && rest[1] ? rest + 1 : name);
	attribute_seconds(xml, result->seconds);
	if (is_trouble(result->outcome))
		write_failed(xml, result);
	else if (result->outcome != OUTCOME_PASS)
		write_skipped(xml, result);
	else if (result->attempt_count)
		write_attempts(
			xml, result, 0, result->attempt_count - 1, "flakyFailure", "flakyError");
	close_element(xml);
}

static void write_counts(struct xml *xml, const struct summary *summary)
{
	const unsigned *count = summary->count;
	unsigned tests = 0;

	for (int i = 0; i < OUTCOMES; i++)
		tests += count[i];
	attribute_number(xml, "tests", tests);
	attribute_number(xml, "failures", count[OUTCOME_FAIL] + count[OUTCOME_XPASS]);
	attribute_number(xml, "errors", count[OUTCOME_BROKEN]);
	attribute_number(xml, "skipped", count[OUTCOME_SKIP] + count[OUTCOME_XFAIL]);
	attribute_seconds(xml, summary->seconds);
}

static void write_properties(struct xml *xml, const struct run_facts *facts)
{
	const struct {
		const char *name, *value;
	} properties[] = {{"version", facts->version}, {"command", facts->command},
		{"host", facts->host}, {"emulator", facts->emulator},
		{"accelerator", facts->accelerator}, {"rom", facts->rom}, {"shard", facts->shard}};

	open_element(xml, "properties");
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		if (!properties[i].value)
			continue;
		open_element(xml, "property");
		attribute_text(xml, "name", properties[i].name);
		attribute_text(xml, "value", properties[i].value);
		close_element(xml);
	}
	close_element(xml);
}

static bool same_case(const struct result *a, const struct result *b)
{
	size_t length = id_case_length(a->id);

	return length == id_case_length(b->id) && !memcmp(a->id, b->id, length);
}

/* One suite: all cells of the case of results[first]. Marks them in @done. */
static void write_suite(struct xml *xml, const struct journal *journal, size_t first, bool *done)
{
	const struct result *results = journal->results;
	autofree char *name =
		format_text("%.*s", (int)id_case_length(results[first].id), results[first].id);
	struct summary summary = {0};

	for (size_t i = first; i < journal->count; i++) {
		if (!same_case(&results[first], &results[i]))
			continue;
		summary_add(&summary, &results[i]);
		summary.seconds += results[i].seconds;
	}
	open_element(xml, "testsuite");
	attribute_text(xml, "name", name);
	write_counts(xml, &summary);
	if (journal->facts.started)
		attribute_text(xml, "timestamp", journal->facts.started);
	write_properties(xml, &journal->facts);
	for (size_t i = first; i < journal->count; i++) {
		if (!same_case(&results[first], &results[i]))
			continue;
		write_cell(xml, &results[i]);
		done[i] = true;
	}
	close_element(xml);
}

/* A run that was cut short must not look like a good one. */
static void write_unfinished(struct xml *xml, const struct journal *journal)
{
	static const struct result nothing = {.outcome = OUTCOME_BROKEN};
	autobuffer struct buffer message = {0};

	add_unfinished(&message, journal);
	open_element(xml, "testsuite");
	attribute_text(xml, "name", "run");
	write_counts(xml, &(struct summary){.count[OUTCOME_BROKEN] = 1});
	open_element(xml, "testcase");
	attribute_text(xml, "classname", "run");
	attribute_text(xml, "name", "complete");
	write_trouble(xml, "error", "broken", &message, &nothing);
	close_element(xml);
	close_element(xml);
}

static int write_document(struct xml *xml, const struct journal *journal)
{
	autofree bool *done = calloc(journal->count + 1, sizeof(*done));
	struct summary summary = journal->summary;

	if (!done)
		abort();
	summary.count[OUTCOME_BROKEN] += !journal->complete;
	xmlTextWriterSetIndent(xml->writer, 1);
	xmlTextWriterSetIndentString(xml->writer, BAD_CAST "  ");
	xmlTextWriterStartDocument(xml->writer, "1.0", "UTF-8", NULL);
	open_element(xml, "testsuites");
	attribute_text(xml, "name", "dkboot");
	write_counts(xml, &summary);
	for (size_t i = 0; i < journal->count; i++) {
		if (!done[i])
			write_suite(xml, journal, i, done);
	}
	if (!journal->complete)
		write_unfinished(xml, journal);
	close_element(xml);
	return xmlTextWriterEndDocument(xml->writer);
}

int report_junit(const struct journal *journal, struct buffer *out, struct error *error)
{
	xmlBuffer *memory = xmlBufferCreate();
	struct xml xml = {NULL};
	int result = -1;

	if (memory)
		xmlBufferSetAllocationScheme(memory, XML_BUFFER_ALLOC_DOUBLEIT);
	if (memory)
		xml.writer = xmlNewTextWriterMemory(memory, 0);
	if (xml.writer)
		result = write_document(&xml, journal);
	xmlFreeTextWriter(xml.writer);
	if (result >= 0)
		buffer_add(out, xmlBufferContent(memory), (size_t)xmlBufferLength(memory));
	xmlBufferFree(memory);
	return result >= 0 ? 0 : fail(error, "the JUnit report cannot be written as XML");
}
