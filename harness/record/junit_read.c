/* JUnit XML read back: ours, and what others write. Only elements and attributes that say how a
 * test ended are looked at; every byte of the file is foreign. */
#include <libxml/xmlreader.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/recorded.h"

#define ROOM_FIRST 64

/* A file while it is being read. */
struct reader {
	xmlTextReader *xml;
	struct journal *out;
	size_t room;	/* of out->results */
	int test_depth; /* of the open <testcase>, -1 = none */
	char *problem;	/* the parser's first complaint */
	int line;	/* of what is wrong, 0 = of nothing in particular */
};

/* The parser's complaints come here: the first is the cause, the rest its consequences. */
static void hear(void *user, const xmlError *problem)
{
	struct reader *reader = user;
	autobuffer struct buffer text = {0};
	const char *message = problem->message ? problem->message : "not well-formed";

	if (reader->problem || problem->level < XML_ERR_ERROR)
		return;
	buffer_add(&text, "", 0);
	add_printable(&text, message, strcspn(message, "\n"), 200);
	reader->problem = buffer_take(&text);
	reader->line = problem->line;
}

/* What is wrong is wrong here. */
static int fail_here(struct reader *reader, struct error *error, const char *what)
{
	long line = xmlGetLineNo(xmlTextReaderCurrentNode(reader->xml));

	reader->line = line > 0 ? (int)line : xmlTextReaderGetParserLineNumber(reader->xml);
	return fail(error, "%s", what);
}

static const char *element(struct reader *reader)
{
	const xmlChar *name = xmlTextReaderConstLocalName(reader->xml);

	return name ? (const char *)name : "";
}

/* malloc'ed; NULL when the element has no such attribute. */
static char *attribute(struct reader *reader, const char *name)
{
	xmlChar *value = xmlTextReaderGetAttribute(reader->xml, BAD_CAST name);
	char *copy = copy_text((const char *)value);

	xmlFree(value);
	return copy;
}

static struct result *append(struct reader *reader)
{
	struct journal *out = reader->out;

	if (out->count == reader->room) {
		reader->room = reader->room ? 2 * reader->room : ROOM_FIRST;
		out->results = reallocarray(out->results, reader->room, sizeof(*out->results));
		if (!out->results)
			abort();
	}
	out->results[out->count] = (struct result){.outcome = OUTCOME_PASS};
	return &out->results[out->count++];
}

/* "case:axis=value,axis=value" tells its coordinates; another name has none. */
static void take_coordinates(struct result *result)
{
	size_t length = id_case_length(result->id);
	autofree char *copy = copy_text(result->id + length + (result->id[length] == ':'));
	char *rest = copy, *word, *value;

	result->at = calloc(strlen(copy) + 1, sizeof(*result->at));
	if (!result->at)
		abort();
	while ((word = strsep(&rest, ",")) && (value = strchr(word, '='))) {
		*value++ = '\0';
		result->at[result->at_count++] =
			(struct coordinate){copy_text(word), copy_text(value)};
	}
}

static double seconds_of(struct reader *reader)
{
	autofree char *text = attribute(reader, "time");
	double seconds = text ? strtod(text, NULL) : 0;

	return seconds > 0 && seconds < INT_MAX ? seconds : 0;
}

static int open_test(struct reader *reader, struct error *error)
{
	autofree char *group = attribute(reader, "classname");
	autofree char *name = attribute(reader, "name");
	struct result *result;

	if (!name || !*name)
		return fail_here(reader, error, "a <testcase> without a name");
	result = append(reader);
	result->id = group && *group && strcmp(group, name) != 0 ? format_text("%s:%s", group, name)
								 : copy_text(name);
	take_coordinates(result);
	result->seconds = seconds_of(reader);
	if (!xmlTextReaderIsEmptyElement(reader->xml))
		reader->test_depth = xmlTextReaderDepth(reader->xml);
	return 0;
}

#define DECLARED "expected failure: " /* how record/junit.c writes an xfail */

static void take_skipped(struct result *result, const char *type, char *message)
{
	bool declared = message && !strncmp(message, DECLARED, strlen(DECLARED));

	(void)type;
	result->outcome = declared ? OUTCOME_XFAIL : OUTCOME_SKIP;
	free(result->why);
	result->why = copy_text(declared ? message + strlen(DECLARED) : message);
}

/* The class stands in front of our messages, too. */
static void take_reason(struct result *result, const char *type, const char *message)
{
	size_t length = type ? strlen(type) : 0;

	result->failure = type ? failure_parse(type) : FAILURE_NONE;
	if (result->failure == FAILURES)
		result->failure = FAILURE_NONE;
	if (result->failure != FAILURE_NONE && message && !strncmp(message, type, length) &&
		!strncmp(message + length, ": ", 2))
		message += length + 2;
	free(result->reason);
	result->reason = copy_text(message);
}

static void take_failure(struct result *result, const char *type, char *message)
{
	result->outcome = type && !strcmp(type, "xpass") ? OUTCOME_XPASS : OUTCOME_FAIL;
	take_reason(result, type, message);
}

static void take_error(struct result *result, const char *type, char *message)
{
	result->outcome = OUTCOME_BROKEN;
	take_reason(result, type, message);
}

static void take_flaky(struct result *result, const char *type, char *message)
{
	(void)type;
	(void)message;
	result->flaky = true;
}

/* What stands in a <testcase> and tells how it ended. */
static const struct {
	const char *element;
	void (*take)(struct result *result, const char *type, char *message);
} endings[] = {{"skipped", take_skipped}, {"failure", take_failure}, {"error", take_error},
	{"flakyFailure", take_flaky}, {"flakyError", take_flaky}};

static void read_ending(struct reader *reader)
{
	struct result *result = &reader->out->results[reader->out->count - 1];
	autofree char *type = attribute(reader, "type");
	autofree char *message = attribute(reader, "message");

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcmp(element(reader), endings[i].element))
			endings[i].take(result, type, message);
}

/* <property name="version" value="..."/> of the first suite. */
static void read_property(struct reader *reader)
{
	struct run_facts *facts = &reader->out->facts;
	autofree char *name = attribute(reader, "name");
	const struct {
		const char *name;
		char **to;
	} known[] = {{"version", &facts->version}, {"command", &facts->command},
		{"shard", &facts->shard}, {"rom", &facts->rom}};

	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name) && !*known[i].to)
			*known[i].to = attribute(reader, "value");
}

static int open_element(struct reader *reader, struct error *error)
{
	const char *name = element(reader);
	int depth = xmlTextReaderDepth(reader->xml);

	if (depth == 0 && strcmp(name, "testsuites") != 0 && strcmp(name, "testsuite") != 0)
		return fail_here(reader, error, "no JUnit file: its root is no <testsuites>");
	if (!strcmp(name, "testcase") && reader->test_depth < 0)
		return open_test(reader, error);
	if (!strcmp(name, "testsuite") && !reader->out->facts.started)
		reader->out->facts.started = attribute(reader, "timestamp");
	if (!strcmp(name, "property") && reader->test_depth < 0)
		read_property(reader);
	if (reader->test_depth >= 0 && depth == reader->test_depth + 1)
		read_ending(reader);
	return 0;
}

static int read_node(struct reader *reader, struct error *error)
{
	int type = xmlTextReaderNodeType(reader->xml);

	if (type == XML_READER_TYPE_DOCUMENT_TYPE)
		return fail_here(reader, error, "a document type, which no JUnit file has");
	if (type == XML_READER_TYPE_ELEMENT)
		return open_element(reader, error);
	if (type == XML_READER_TYPE_END_ELEMENT &&
		xmlTextReaderDepth(reader->xml) == reader->test_depth)
		reader->test_depth = -1;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which of two would count? Neither can be chosen. */
static int check_doubles(const struct journal *journal, struct error *error)
{
	autofree const char **ids = calloc(journal->count + 1, sizeof(*ids));
	autobuffer struct buffer id = {0};

	if (!ids)
		abort();
	for (size_t i = 0; i < journal->count; i++)
		ids[i] = journal->results[i].id;
	qsort(ids, journal->count, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < journal->count; i++) {
		if (strcmp(ids[i - 1], ids[i]) != 0)
			continue;
		add_printable(&id, ids[i], strlen(ids[i]), 200);
		return fail(error, "'%s' is there twice", id.data);
	}
	return 0;
}

static int read_nodes(struct reader *reader, struct error *error)
{
	int status;

	while ((status = xmlTextReaderRead(reader->xml)) == 1)
		if (read_node(reader, error) < 0)
			return -1;
	if (status < 0 || reader->problem)
		return fail(error, "%s", reader->problem ? reader->problem : "not well-formed");
	return check_doubles(reader->out, error);
}

/* How our writer says that a run was cut short; it is no cell. */
static bool take_unfinished(struct journal *out)
{
	struct result *last = out->count ? &out->results[out->count - 1] : NULL;

	if (!last || strcmp(last->id, "run:complete") != 0 || last->outcome != OUTCOME_BROKEN)
		return false;
	if (last->reason && sscanf(last->reason, "%*[^:]: %*u of %zu", &out->facts.planned) != 1)
		out->facts.planned = 0;
	result_free(last);
	out->count--;
	return true;
}

static void finish(struct journal *out)
{
	out->facts.planned = out->count;
	out->complete = !take_unfinished(out);
	for (size_t i = 0; i < out->count; i++) {
		summary_add(&out->summary, &out->results[i]);
		out->summary.seconds += out->results[i].seconds;
	}
}

/* Nothing is fetched, no DTD is loaded, and the parser's own limits on depth and size stand. */
int junit_read(
	const char *name, const struct buffer *text, struct journal *out, struct error *error)
{
	struct reader reader = {.out = out, .test_depth = -1};
	int status;

	*out = (struct journal){0};
	if (text->size > INT_MAX)
		return fail(error, "%s: too large for a JUnit file", name);
	reader.xml = xmlReaderForMemory(text->data, (int)text->size, NULL, NULL, XML_PARSE_NONET);
	if (!reader.xml)
		return fail(error, "%s: cannot be read as XML", name);
	xmlTextReaderSetStructuredErrorHandler(reader.xml, (xmlStructuredErrorFunc)hear, &reader);
	status = read_nodes(&reader, error);
	xmlFreeTextReader(reader.xml);
	free(reader.problem);
	if (status == 0) {
		finish(out);
		return 0;
	}
	journal_free(out);
	return reader.line ? fail_within(error, "%s:%d", name, reader.line)
			   : fail_within(error, "%s", name);
}
