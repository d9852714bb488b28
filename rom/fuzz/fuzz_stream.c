/*
 * A line of any bytes, and frames of any content with right checksums: the receiver comes to an
 * end, writes only where it was told to, and calls whole only what is.
 */
#include "fuzz/fuzz.h"

#include "source/stream.h"

#define KERNEL_BYTES 5000u
#define FRAMES	     64 /* of the input; then the line is silent */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct line {
	struct stream_pipe pipe;
	struct input input;
	struct stream_head asked;
	struct stream_table table;
	uint8_t waiting[40000];
	uint32_t bytes, at;
	uint32_t frames, asks;
};

static struct crc32 crc;
static uint8_t kernel[KERNEL_BYTES];

static void seal(struct stream_head *head, const uint8_t *bytes)
{
	head->crc32 = crc32_more(&crc, crc32_more(&crc, 0, head, 28), bytes, head->length);
}

/* What an honest sender would say. */
static const uint8_t *honest(const struct line *line, struct stream_head *head)
{
	const uint32_t room = head->part ? KERNEL_BYTES : sizeof(struct stream_table);

	if (head->offset > room)
		head->offset = room;
	if (head->length > room - head->offset)
		head->length = room - head->offset;
	if (!head->part)
		head->length = 8 + 48;
	return (head->part ? kernel : (const uint8_t *)&line->table) + head->offset;
}

static void put_frame(struct line *line, struct stream_head *head, const uint8_t *bytes)
{
	seal(head, bytes);
	memcpy(line->waiting, head, sizeof(*head));
	memcpy(line->waiting + sizeof(*head), bytes, head->length);
	line->bytes = (uint32_t)sizeof(*head) + head->length;
}

/* The next thing on the line: bytes, an answer, an answer with something else in it. */
static void next(struct line *line)
{
	struct stream_head head = line->asked;
	uint8_t own[256];
	const uint8_t choice = (uint8_t)take(&line->input, 1);

	line->at = line->bytes = 0;
	if (!line->input.left || line->frames++ == FRAMES)
		return;
	head.magic = STREAM_ANSWER;
	head.kind = head.part ? STREAM_DATA : STREAM_TABLE;
	if (choice % 3 == 0) {
		line->bytes = choice;
		take_bytes(&line->input, line->waiting, line->bytes);
	} else if (choice % 3 == 1) {
		const uint8_t *bytes = honest(line, &head);

		put_frame(line, &head, bytes);
	} else {
		take_bytes(&line->input, own, sizeof(own));
		memcpy((uint8_t *)&head + 4 + 4 * (choice / 3 % 6), own, 4);
		head.length = choice / 3;
		put_frame(line, &head, own);
	}
}

static void line_send(struct stream_pipe *pipe, const void *bytes, uint32_t size)
{
	struct line *line = (struct line *)pipe;

	must(size == sizeof(line->asked));
	memcpy(&line->asked, bytes, size);
	must(++line->asks < 31 * (FRAMES + 2));
}

static uint32_t line_receive(struct stream_pipe *pipe, void *to, uint32_t size)
{
	struct line *line = (struct line *)pipe;
	uint32_t got = 0;

	while (got < size) {
		uint32_t step = size - got;

		if (line->at == line->bytes)
			next(line);
		if (line->at == line->bytes)
			break;
		if (step > line->bytes - line->at)
			step = line->bytes - line->at;
		if (to)
			memcpy((uint8_t *)to + got, line->waiting + line->at, step);
		line->at += step;
		got += step;
	}
	return got;
}

static void put_digest(struct stream_entry *entry)
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_end(&sha, kernel, KERNEL_BYTES);
	for (uint32_t i = 0; i < 32; i++)
		entry->sha256[i] = (uint8_t)(sha.state[i / 4] >> (24 - i % 4 * 8));
}

static void prepare(void)
{
	crc32_init(&crc);
	for (uint32_t i = 0; i < KERNEL_BYTES; i++)
		kernel[i] = (uint8_t)(i * i >> 3);
}

/* Read a whole kernel of an honest length into memory of just that length. */
static void receive(struct stream *stream, const struct line *line)
{
	const uint32_t bytes = stream_bytes(stream, ITEM_KERNEL);
	uint8_t *to;

	if (bytes > 2 * KERNEL_BYTES)
		return;
	to = malloc(bytes);
	if (!stream_read(stream, ITEM_KERNEL, 0, to, bytes) &&
		!memcmp(stream->entry[ITEM_KERNEL]->sha256, line->table.entry[0].sha256, 32) &&
		!stream_check(stream, ITEM_KERNEL, to, 0, to, bytes))
		must(bytes == KERNEL_BYTES && !memcmp(to, kernel, bytes));
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct line line;
	struct stream_table *room = malloc(sizeof(*room));
	struct refusal why = {.code = REFUSAL_COUNT};
	struct stream stream = {.pipe = &line.pipe, .crc = &crc, .table = room, .why = &why};

	if (!kernel[100])
		prepare();
	line = (struct line){.pipe = {line_send, line_receive}, .input = {data, size}};
	line.table.count = 1;
	line.table.entry[0] = (struct stream_entry){.part = ITEM_KERNEL, .bytes = KERNEL_BYTES};
	put_digest(&line.table.entry[0]);
	if (!stream_begin(&stream)) {
		must(stream_bytes(&stream, ITEM_KERNEL));
		for (uint32_t part = 1; part < STREAM_PARTS; part++)
			must(stream_bytes(&stream, part) <= 0xfffff000u);
		receive(&stream, &line);
	} else {
		must(why.code >= REFUSE_STREAM_STALLED);
	}
	stream_end(&stream, why.code != REFUSAL_COUNT);
	free(room);
	return 0;
}
