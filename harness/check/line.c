#include "check/line.h"

#include <string.h>

/* CRs are dropped on both sides: consoles end lines with \r\n, \r\r\n and even \n\r. */
static struct line trimmed(const char *bytes, size_t size, bool cut)
{
	while (size && !cut && bytes[size - 1] == '\r')
		size--;
	while (size && bytes[0] == '\r') {
		bytes++;
		size--;
	}
	return (struct line){.bytes = bytes, .size = size, .cut = cut};
}

/* Keeps what the limit has room for. A 200 MB line costs no more memory than the limit. */
static void keep(struct line_reader *reader, const char *bytes, size_t size)
{
	size_t room = reader->limit - reader->rest.size;

	if (size > room) {
		reader->cut = true;
		size = room;
	}
	buffer_add(&reader->rest, bytes, size);
}

static void restart(struct line_reader *reader)
{
	buffer_clear(&reader->rest);
	reader->cut = false;
}

static void hand_over_rest(struct line_reader *reader, line_taker take, void *context)
{
	struct line line = trimmed(reader->rest.data, reader->rest.size, reader->cut);

	take(context, &line);
	restart(reader);
}

/* Most lines lie whole within the bytes that arrived, and are not copied. */
static void hand_over(
	struct line_reader *reader, const char *bytes, size_t size, line_taker take, void *context)
{
	bool cut = size > reader->limit;
	struct line line;

	if (reader->rest.size) {
		keep(reader, bytes, size);
		hand_over_rest(reader, take, context);
		return;
	}
	line = trimmed(bytes, cut ? reader->limit : size, cut);
	take(context, &line);
}

void lines_feed(
	struct line_reader *reader, const char *bytes, size_t size, line_taker take, void *context)
{
	const char *end;

	while ((end = size ? memchr(bytes, '\n', size) : NULL)) {
		size_t length = (size_t)(end - bytes);

		hand_over(reader, bytes, length, take, context);
		bytes += length + 1;
		size -= length + 1;
	}
	if (size)
		keep(reader, bytes, size);
}

bool lines_unfinished(const struct line_reader *reader, struct line *line)
{
	if (!reader->rest.size)
		return false;
	*line = trimmed(reader->rest.data, reader->rest.size, reader->cut);
	return line->size != 0;
}

void lines_end(struct line_reader *reader, line_taker take, void *context)
{
	if (reader->rest.size)
		hand_over_rest(reader, take, context);
}

void lines_free(struct line_reader *reader)
{
	buffer_free(&reader->rest);
	reader->cut = false;
}
