#include "source/stream.h"

#include <stddef.h>

#define SUMMED	  ((uint32_t)offsetof(struct stream_head, crc32))
#define ENTRY	  ((uint32_t)sizeof(struct stream_entry))
#define TABLE_MIN ((uint32_t)offsetof(struct stream_table, entry))
#define BYTES_MAX 0xfffff000u /* of a part: what is rounded up to pages stays a number */

static void ask(struct stream *stream, enum stream_request kind, uint32_t length)
{
	struct stream_head head = {.magic = STREAM_ASK,
		.version = STREAM_VERSION,
		.kind = (uint16_t)kind,
		.part = stream->part,
		.offset = stream->offset,
		.length = length,
		.number = ++stream->number};

	head.crc32 = crc32_more(stream->crc, 0, &head, SUMMED);
	stream->pipe->send(stream->pipe, &head, sizeof(head));
}

/* Read on until a head begins. noise: bytes that may go by before. */
static bool next_head(struct stream *stream, struct stream_head *head, uint32_t *noise)
{
	struct stream_pipe *pipe = stream->pipe;
	uint8_t *byte = (uint8_t *)head;
	uint32_t lacks = sizeof(*head);

	for (;;) {
		if (pipe->receive(pipe, byte + sizeof(*head) - lacks, lacks) < lacks)
			return false;
		if (head->magic == STREAM_ANSWER)
			return true;
		for (lacks = 1; lacks < sizeof(*head) && byte[lacks] != (uint8_t)STREAM_ANSWER;)
			lacks++;
		if (*noise < lacks)
			return false;
		*noise -= lacks;
		for (uint32_t i = lacks; i < sizeof(*head); i++)
			byte[i - lacks] = byte[i];
	}
}

/* A frame of the request has come, whole and undamaged: is it what is lacked? */
static int judge(struct stream *stream, const struct stream_head *head, uint32_t part)
{
	if (head->version != STREAM_VERSION)
		return refuse(stream->why, REFUSE_STREAM_VERSION, head->version, STREAM_VERSION, 0);
	if (head->kind == STREAM_ERROR)
		return refuse(stream->why, REFUSE_STREAM_SENDER, stream->part, stream->offset, 0);
	if (head->kind != (part ? STREAM_DATA : STREAM_TABLE) || head->part != part ||
		head->offset != stream->offset || head->offset_high)
		return 0;
	return (int)head->length;
}

/*
 * The next frame of the last request. Frames of those before it go by: they were overtaken. Returns
 * its bytes, 0 for silence, damage or something else, -1 for a reason to give up.
 */
static int take(struct stream *stream, void *to, uint32_t room)
{
	struct stream_pipe *pipe = stream->pipe;
	struct stream_head head;
	uint32_t noise = STREAM_NOISE_MAX, sum;

	for (;;) {
		if (!next_head(stream, &head, &noise) || head.length > STREAM_FRAME_MAX ||
			noise < head.length)
			return 0;
		if (head.number == stream->number)
			break;
		noise -= head.length;
		if (pipe->receive(pipe, NULL, head.length) < head.length)
			return 0;
	}
	if (head.length > room || pipe->receive(pipe, to, head.length) < head.length)
		return 0;
	sum = crc32_more(stream->crc, 0, &head, SUMMED);
	if (crc32_more(stream->crc, sum, to, head.length) != head.crc32)
		return 0;
	return judge(stream, &head, stream->part);
}

/* Ask once, and take what comes of it. Returns its bytes, or -1 to give up. */
static int attempt(struct stream *stream, uint8_t *to, uint32_t bytes)
{
	uint32_t got = 0;

	ask(stream, stream->part ? STREAM_ASK_READ : STREAM_ASK_TABLE, bytes);
	while (got < bytes) {
		const int more = take(stream, to + got, bytes - got);

		if (more < 0)
			return -1;
		if (!more)
			break;
		got += (uint32_t)more;
		stream->offset += (uint32_t)more;
		if (!stream->part)
			break; /* a table is one frame, and may be short */
	}
	return (int)got;
}

static uint32_t item_of(const struct stream *stream)
{
	return stream->part ? stream->part : ITEM_TABLE;
}

/* attempts: how many in a row may bring nothing. After one that did, little is asked for: on a bad
 * line less is in the way of the next. */
static int fetch(struct stream *stream, uint8_t *to, uint32_t bytes, uint32_t attempts)
{
	uint32_t left = attempts;
	int got;

	for (; bytes; bytes -= (uint32_t)got, to += got) {
		const uint32_t most = left < attempts ? STREAM_FRAME_MAX : STREAM_REQUEST_MAX;

		got = attempt(stream, to, bytes < most ? bytes : most);
		if (got < 0)
			return -1;
		left = got ? attempts : left - 1;
		if (!left)
			return refuse(stream->why, REFUSE_STREAM_STALLED, item_of(stream),
				stream->offset, attempts);
		if (!stream->part && got)
			break;
	}
	return 0;
}

static int judge_table(struct stream *stream)
{
	const struct stream_table *table = stream->table;
	const uint32_t count = table->count;

	if (count > STREAM_PARTS_MAX || stream->offset != TABLE_MIN + count * ENTRY)
		return refuse(stream->why, REFUSE_STREAM_TABLE, count, 0, stream->offset);
	for (uint32_t i = 0; i < count; i++) {
		const struct stream_entry *entry = &table->entry[i];

		if (entry->part >= STREAM_PARTS)
			continue;
		if (!entry->part || stream->entry[entry->part] || entry->bytes_high ||
			entry->bytes > BYTES_MAX)
			return refuse(
				stream->why, REFUSE_STREAM_TABLE, i, entry->part, entry->bytes);
		stream->entry[entry->part] = entry;
	}
	if (!stream_bytes(stream, ITEM_KERNEL))
		return refuse(stream->why, REFUSE_STREAM_TABLE, count, ITEM_KERNEL, 0);
	return 0;
}

int stream_begin(struct stream *stream)
{
	if (fetch(stream, (uint8_t *)stream->table, sizeof(*stream->table), STREAM_ATTEMPTS_FIRST) <
		0)
		return -1;
	return judge_table(stream);
}

uint32_t stream_bytes(const struct stream *stream, uint32_t part)
{
	return stream->entry[part] ? stream->entry[part]->bytes : 0;
}

int stream_read(struct stream *stream, uint32_t part, uint32_t offset, void *to, uint32_t bytes)
{
	const uint32_t all = stream_bytes(stream, part);
	const uint32_t left = offset < all ? all - offset : 0;

	for (; bytes > left; bytes--)
		((volatile uint8_t *)to)[bytes - 1] = 0;
	stream->part = part;
	stream->offset = offset;
	return fetch(stream, to, bytes, STREAM_ATTEMPTS);
}

int stream_check(struct stream *stream, uint32_t part, const void *at, uint32_t bytes,
	const void *then, uint32_t then_bytes)
{
	const struct stream_entry *entry = stream->entry[part];
	struct sha256 sha;

	if (!entry)
		return 0;
	sha256_init(&sha);
	sha256_blocks(&sha, at, bytes);
	sha256_end(&sha, then, then_bytes);
	for (uint32_t i = 0; i < SHA256_WORDS; i++) {
		uint32_t says = 0;

		for (uint32_t n = 0; n < 4; n++)
			says = says << 8 | entry->sha256[4 * i + n];
		if (says != sha.state[i])
			return refuse(stream->why, REFUSE_STREAM_SUM, part, sha.state[i], says);
	}
	return 0;
}

/* The codes of the protocol follow those of refusals, but for the room. */
static uint32_t abort_code(const struct refusal *why)
{
	uint32_t code = (uint32_t)why->code - REFUSE_STREAM_STALLED + STREAM_ABORT_STALLED;

	if (why->code == REFUSE_NO_ROOM)
		return STREAM_ABORT_ROOM;
	code += code >= STREAM_ABORT_ROOM;
	return code < STREAM_ABORT_OTHER ? code : STREAM_ABORT_OTHER;
}

void stream_end(struct stream *stream, bool refused)
{
	if (refused) {
		ask(stream, STREAM_ASK_ABORT, abort_code(stream->why));
		return;
	}
	stream->part = stream->offset = 0;
	ask(stream, STREAM_ASK_DONE, 0);
}
