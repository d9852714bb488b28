#include "case/yaml.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "case/bytes.h"
#include "case/grow.h"

struct anchor {
	char *name;
	struct node *node;
};

/* State while a file is read. */
struct builder {
	const char *path;
	struct document *document;
	struct error *error;
	yaml_parser_t parser;
	const char *bytes;
	size_t size;
	struct anchor *anchors;
	size_t anchor_count;
};

static struct node *build_node(struct builder *builder, const yaml_event_t *event, int depth);

static int mark_line(yaml_mark_t mark)
{
	return (int)mark.line + 1;
}

static struct node *node_new(
	struct builder *builder, enum node_kind kind, const yaml_event_t *event)
{
	struct node *node = allocate(1, sizeof(*node));

	node->kind = kind;
	node->line = mark_line(event->start_mark);
	node->weight = 1;
	node->next = builder->document->all;
	builder->document->all = node;
	return node;
}

/* libyaml's own complaint; its reader knows the offset of a byte only, its scanner and parser a
 * line. */
static int fail_parser(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	int line = mark_line(parser->problem_mark);

	if (parser->error == YAML_READER_ERROR)
		line = line_of(builder->bytes, builder->size, parser->problem_offset);
	return fail(builder->error, "%s:%d: %s%s%s, expected YAML", builder->path, line,
		parser->problem ? parser->problem : "cannot be read", parser->context ? " " : "",
		parser->context ? parser->context : "");
}

static int next_event(struct builder *builder, yaml_event_t *event)
{
	if (!yaml_parser_parse(&builder->parser, event))
		return fail_parser(builder);
	return 0;
}

static int check_room(struct builder *builder, const struct node *node, int line)
{
	if (node->count >= YAML_COUNT_LIMIT)
		return fail(builder->error, "%s:%d: %s with more than %d entries, expected fewer",
			builder->path, line, node_kind_name(node), YAML_COUNT_LIMIT);
	if (node->weight > YAML_WEIGHT_LIMIT)
		return fail(builder->error,
			"%s:%d: more than %d nodes once aliases are followed, expected fewer",
			builder->path, line, YAML_WEIGHT_LIMIT);
	return 0;
}

static void node_append(struct node *node, struct node *key, struct node *item)
{
	node->keys = grow(node->keys, node->count, sizeof(*node->keys));
	node->items = grow(node->items, node->count, sizeof(*node->items));
	node->keys[node->count] = key;
	node->items[node->count++] = item;
	node->weight += item->weight + (key ? 1 : 0);
}

static int check_tag(struct builder *builder, const yaml_char_t *tag, const yaml_event_t *event)
{
	if (!tag)
		return 0;
	return fail(builder->error,
		"%s:%d: a YAML tag, expected none (values are typed by their key)", builder->path,
		mark_line(event->start_mark));
}

/* An anchor is known from the end of its node on, so that no node can contain itself. */
static void remember(struct builder *builder, const char *name, struct node *node)
{
	if (!name)
		return;
	builder->anchors = grow(builder->anchors, builder->anchor_count, sizeof(*builder->anchors));
	builder->anchors[builder->anchor_count].name = copy_text(name);
	builder->anchors[builder->anchor_count++].node = node;
}

static struct node *follow(struct builder *builder, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	for (size_t i = builder->anchor_count; i-- > 0;)
		if (!strcmp(builder->anchors[i].name, name))
			return builder->anchors[i].node;
	fail(builder->error,
		"%s:%d: alias *%s, expected an anchor &%s on a complete value before it",
		builder->path, mark_line(event->start_mark), name, name);
	return NULL;
}

static struct node *build_text(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	struct node *node;

	if (check_tag(builder, event->data.scalar.tag, event))
		return NULL;
	if (memchr(text, 0, event->data.scalar.length)) {
		fail(builder->error, "%s:%d: a NUL byte in text, expected none", builder->path,
			mark_line(event->start_mark));
		return NULL;
	}
	node = node_new(builder, NODE_TEXT, event);
	node->text = copy_text(text);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node;
}

static struct node *build_list(struct builder *builder, const yaml_event_t *start, int depth)
{
	struct node *list, *item;

	if (check_tag(builder, start->data.sequence_start.tag, start))
		return NULL;
	list = node_new(builder, NODE_LIST, start);
	for (;;) {
		yaml_event_t event __attribute__((cleanup(yaml_event_delete))) = {0};

		if (next_event(builder, &event))
			return NULL;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			return list;
		if (check_room(builder, list, mark_line(event.start_mark)))
			return NULL;
		item = build_node(builder, &event, depth + 1);
		if (!item)
			return NULL;
		node_append(list, NULL, item);
	}
}

static struct node *build_key(
	struct builder *builder, const struct node *map, const yaml_event_t *event)
{
	int line = mark_line(event->start_mark);
	struct node *key;

	if (event->type != YAML_SCALAR_EVENT) {
		fail(builder->error, "%s:%d: a key that is not text, expected a word",
			builder->path, line);
		return NULL;
	}
	key = build_text(builder, event);
	for (size_t i = 0; key && i < map->count; i++) {
		autobuffer struct buffer shown = {0};

		if (strcmp(map->keys[i]->text, key->text) != 0)
			continue;
		add_printable(&shown, key->text, strlen(key->text), 60);
		fail(builder->error, "%s:%d: key \"%s\" again, expected once (it is in line %d)",
			builder->path, line, shown.data, map->keys[i]->line);
		return NULL;
	}
	return key;
}

static struct node *build_map(struct builder *builder, const yaml_event_t *start, int depth)
{
	struct node *map, *key, *item;

	if (check_tag(builder, start->data.mapping_start.tag, start))
		return NULL;
	map = node_new(builder, NODE_MAP, start);
	for (;;) {
		yaml_event_t event __attribute__((cleanup(yaml_event_delete))) = {0};
		yaml_event_t value __attribute__((cleanup(yaml_event_delete))) = {0};

		if (next_event(builder, &event))
			return NULL;
		if (event.type == YAML_MAPPING_END_EVENT)
			return map;
		if (check_room(builder, map, mark_line(event.start_mark)))
			return NULL;
		key = build_key(builder, map, &event);
		if (!key || next_event(builder, &value))
			return NULL;
		item = build_node(builder, &value, depth + 1);
		if (!item)
			return NULL;
		node_append(map, key, item);
	}
}

static struct node *build_node(struct builder *builder, const yaml_event_t *event, int depth)
{
	const yaml_char_t *anchor = NULL;
	struct node *node = NULL;

	if (depth > YAML_DEPTH_LIMIT) {
		fail(builder->error, "%s:%d: nested %d deep, expected at most %d", builder->path,
			mark_line(event->start_mark), depth, YAML_DEPTH_LIMIT);
		return NULL;
	}
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return follow(builder, event);
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		node = build_text(builder, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		node = build_list(builder, event, depth);
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		node = build_map(builder, event, depth);
		break;
	default:
		fail(builder->error, "%s:%d: unexpected YAML, expected a value", builder->path,
			mark_line(event->start_mark));
	}
	if (node)
		remember(builder, (const char *)anchor, node);
	return node;
}

/* Stream start, document start, the root, document end, stream end: and nothing behind it. */
static int build_document(struct builder *builder)
{
	for (;;) {
		yaml_event_t event __attribute__((cleanup(yaml_event_delete))) = {0};

		if (next_event(builder, &event))
			return -1;
		if (event.type == YAML_STREAM_END_EVENT)
			break;
		if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT)
			continue;
		if (event.type == YAML_DOCUMENT_START_EVENT) {
			if (builder->document->root)
				return fail(builder->error,
					"%s:%d: a second document, expected one in a file",
					builder->path, mark_line(event.start_mark));
			continue;
		}
		builder->document->root = build_node(builder, &event, 1);
		if (!builder->document->root)
			return -1;
	}
	if (!builder->document->root)
		return fail(builder->error, "%s:1: an empty file, expected a case", builder->path);
	return 0;
}

static int read_bytes(const char *path, struct buffer *bytes, struct error *error)
{
	autofile FILE *file = fopen(path, "re");
	char chunk[16384];
	struct stat about;
	size_t got;

	if (!file || fstat(fileno(file), &about))
		return fail_errno(error, "%s", path);
	if (!S_ISREG(about.st_mode))
		return fail(error, "%s: not a regular file, expected a case file", path);
	buffer_add(bytes, "", 0); /* an empty file has bytes too, none */
	while (bytes->size <= YAML_SIZE_LIMIT && (got = fread(chunk, 1, sizeof(chunk), file)))
		buffer_add(bytes, chunk, got);
	if (ferror(file))
		return fail_errno(error, "%s", path);
	if (bytes->size > YAML_SIZE_LIMIT)
		return fail(error, "%s: more than %u bytes, expected a case file of at most 1 MiB",
			path, YAML_SIZE_LIMIT);
	return 0;
}

int document_read(const char *path, struct document *out, struct error *error)
{
	struct builder builder = {.path = path, .document = out, .error = error};
	autobuffer struct buffer bytes = {0};
	int result;

	memset(out, 0, sizeof(*out));
	if (read_bytes(path, &bytes, error) || check_bytes(path, bytes.data, bytes.size, error))
		return -1;
	builder.bytes = bytes.data;
	builder.size = bytes.size;
	if (!yaml_parser_initialize(&builder.parser))
		abort();
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&builder.parser, (const unsigned char *)bytes.data, bytes.size);
	result = build_document(&builder);
	yaml_parser_delete(&builder.parser);
	for (size_t i = 0; i < builder.anchor_count; i++)
		free(builder.anchors[i].name);
	free(builder.anchors);
	if (result)
		document_free(out);
	return result;
}

void document_free(struct document *document)
{
	while (document->all) {
		struct node *node = document->all;

		document->all = node->next;
		free(node->text);
		free(node->keys);
		free(node->items);
		free(node);
	}
	document->root = NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++)
		if (!strcmp(map->keys[i]->text, key))
			return map->items[i];
	return NULL;
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {
		[NODE_TEXT] = "text", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};

	return names[node->kind];
}
