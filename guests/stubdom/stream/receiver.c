#include "receiver.h"

#include <stdio.h>
#include <string.h>

#include "words.h"

static const struct stream_table_row *row_of(const struct receiver *receiver)
{
	return &receiver->table[receiver->current];
}

static uint32_t part_of(const struct receiver *receiver)
{
	return receiver->state == RECEIVER_PARTS ? row_of(receiver)->part : 0;
}

/* ---- asking ---- */

static void ask(struct receiver *receiver, enum stream_ask kind, uint32_t part, uint64_t offset,
	uint32_t length)
{
	struct stream_ask_frame frame = {.magic = STREAM_ASK,
		.version = STREAM_VERSION,
		.kind = (uint16_t)kind,
		.part = part,
		.offset = offset,
		.length = length,
		.number = ++receiver->number};

	frame.crc32 = stream_ask_sum(&frame);
	receiver->needs.send(receiver->needs.context, &frame, sizeof(frame));
}

/* Ends the stream: the sender is told where and why, people in words. */
static void give_up(struct receiver *receiver, enum stream_code code, const char *words)
{
	uint32_t part = part_of(receiver);
	char name[32];

	snprintf(receiver->words, sizeof(receiver->words), "%s, byte %llu of %llu: %s",
		stream_part_name(part, name), (unsigned long long)receiver->have,
		(unsigned long long)(part ? row_of(receiver)->length : 0),
		words ? words : stream_code_words(code));
	ask(receiver, STREAM_ASK_ABORT, part, receiver->have, code);
	receiver->state = RECEIVER_FAILED;
}

/* Asks from the first byte on that is lacking. */
static void ask_on(struct receiver *receiver)
{
	uint64_t left;

	if (receiver->state == RECEIVER_TABLE) {
		ask(receiver, STREAM_ASK_TABLE, 0, 0, 0);
		return;
	}
	left = row_of(receiver)->length - receiver->have;
	if (left > STREAM_READ)
		left = STREAM_READ;
	receiver->due = receiver->have + left;
	ask(receiver, STREAM_ASK_READ, row_of(receiver)->part, receiver->have, (uint32_t)left);
}

/* @param trouble what was wrong */
static void ask_again(struct receiver *receiver, const char *trouble)
{
	char words[120];

	if (++receiver->attempts >= STREAM_ATTEMPTS) {
		snprintf(words, sizeof(words), "asked %d times, and %s", STREAM_ATTEMPTS, trouble);
		give_up(receiver, STREAM_STALLED, words);
		return;
	}
	receiver->asked_again++;
	ask_on(receiver);
}

/* ---- parts ---- */

static bool part_is_right(struct receiver *receiver)
{
	unsigned char sum[32];

	EVP_DigestFinal_ex(receiver->digest, sum, NULL);
	return !memcmp(sum, row_of(receiver)->sha256, sizeof(sum));
}

/* The next part that is wanted, from @current on; an empty one is right when its sum is. */
static void next_part(struct receiver *receiver)
{
	for (; receiver->current < receiver->count; receiver->current++) {
		if (!receiver->needs.wanted(receiver->needs.context, row_of(receiver)->part))
			continue;
		receiver->have = 0;
		EVP_DigestInit_ex(receiver->digest, EVP_sha256(), NULL);
		if (row_of(receiver)->length > 0) {
			ask_on(receiver);
			return;
		}
		if (receiver->needs.store(
			    receiver->needs.context, row_of(receiver)->part, 0, "", 0) < 0) {
			give_up(receiver, STREAM_NO_ROOM, NULL);
			return;
		}
		if (!part_is_right(receiver)) {
			give_up(receiver, STREAM_DAMAGED, NULL);
			return;
		}
	}
	ask(receiver, STREAM_ASK_DONE, 0, 0, 0);
	receiver->state = RECEIVER_DONE;
}

static void take_data(
	struct receiver *receiver, const struct stream_head *head, const uint8_t *data)
{
	if (receiver->needs.store(
		    receiver->needs.context, head->part, head->offset, data, head->length) < 0) {
		give_up(receiver, STREAM_NO_ROOM, NULL);
		return;
	}
	EVP_DigestUpdate(receiver->digest, data, head->length);
	receiver->attempts = 0;
	receiver->have += head->length;
	receiver->good += head->length;
	if (receiver->have < receiver->due)
		return;
	if (receiver->have < row_of(receiver)->length) {
		ask_on(receiver);
	} else if (!part_is_right(receiver)) {
		give_up(receiver, STREAM_DAMAGED, NULL);
	} else {
		receiver->current++;
		next_part(receiver);
	}
}

static void take_table(
	struct receiver *receiver, const struct stream_head *head, const uint8_t *data)
{
	struct stream_table_head table = {0};
	size_t rows = head->length - sizeof(table);

	if (head->length >= sizeof(table))
		memcpy(&table, data, sizeof(table));
	if (head->length < sizeof(table) || table.count > STREAM_PARTS ||
		rows != table.count * sizeof(struct stream_table_row)) {
		give_up(receiver, STREAM_STRANGE, NULL);
		return;
	}
	memcpy(receiver->table, data + sizeof(table), rows);
	receiver->count = table.count;
	receiver->attempts = 0;
	receiver->state = RECEIVER_PARTS;
	next_part(receiver);
}

static void take_refusal(
	struct receiver *receiver, const struct stream_head *head, const uint8_t *data)
{
	char words[100];

	snprintf(words, sizeof(words), "the sender refused: %.*s",
		(int)(head->length < 80 ? head->length : 80), (const char *)data);
	give_up(receiver, STREAM_REFUSED, words);
}

/* ---- frames ---- */

/* Whether a frame is the one that comes next. One of a request before the last is whole, and of no
 * use any more. */
static bool is_due(const struct receiver *receiver, const struct stream_head *head)
{
	if (head->kind == STREAM_REFUSAL)
		return true;
	if (receiver->state == RECEIVER_TABLE)
		return head->kind == STREAM_TABLE && head->part == 0;
	return head->kind == STREAM_DATA && head->part == row_of(receiver)->part &&
	       head->offset == receiver->have && head->length > 0 &&
	       head->length <= receiver->due - receiver->have;
}

static void take_frame(
	struct receiver *receiver, const struct stream_head *head, const uint8_t *data)
{
	bool lost = receiver->lost;

	receiver->lost = false;
	if (head->number != receiver->number)
		return;
	if (!is_due(receiver, head))
		ask_again(receiver, lost ? "what came was damaged" : "what came was not asked for");
	else if (head->kind == STREAM_REFUSAL)
		take_refusal(receiver, head, data);
	else if (head->kind == STREAM_TABLE)
		take_table(receiver, head, data);
	else
		take_data(receiver, head, data);
}

/* What is held does not begin a frame: asks again, once for all that is strange in a row, and
 * passes over it up to what may be the next magic number. */
static void resync(struct receiver *receiver)
{
	static const uint8_t magic[4] = {'D', 'K', 'S', '!'};
	size_t skip = 1;

	if (!receiver->lost) {
		receiver->lost = true;
		ask_again(receiver, "what came was damaged");
	}
	while (skip < receiver->held &&
		memcmp(receiver->frame + skip, magic,
			receiver->held - skip < 4 ? receiver->held - skip : 4) != 0)
		skip++;
	receiver->held -= skip;
	memmove(receiver->frame, receiver->frame + skip, receiver->held);
}

/* @return bytes that are still needed before anything can be said of what is held; 0 = it was dealt
 * with */
static size_t look(struct receiver *receiver)
{
	struct stream_head head;

	if (receiver->held < sizeof(head))
		return sizeof(head) - receiver->held;
	memcpy(&head, receiver->frame, sizeof(head));
	if (head.magic != STREAM_ANSWER || head.version != STREAM_VERSION ||
		head.length > STREAM_FRAME) {
		resync(receiver);
		return 0;
	}
	if (receiver->held < sizeof(head) + head.length)
		return sizeof(head) + head.length - receiver->held;
	if (stream_sum(&head, receiver->frame + sizeof(head)) != head.crc32) {
		resync(receiver);
		return 0;
	}
	take_frame(receiver, &head, receiver->frame + sizeof(head));
	receiver->held -= sizeof(head) + head.length;
	memmove(receiver->frame, receiver->frame + sizeof(head) + head.length, receiver->held);
	return 0;
}

static bool listens(const struct receiver *receiver)
{
	return receiver->state == RECEIVER_TABLE || receiver->state == RECEIVER_PARTS;
}

void receiver_take(struct receiver *receiver, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (listens(receiver)) {
		size_t lacking = look(receiver);
		size_t part = lacking < size ? lacking : size;

		if (lacking > 0 && size == 0)
			return;
		memcpy(receiver->frame + receiver->held, at, part);
		receiver->held += part;
		at += part;
		size -= part;
	}
}

void receiver_silence(struct receiver *receiver)
{
	if (!listens(receiver))
		return;
	receiver->held = 0;
	receiver->lost = false;
	ask_again(receiver, "nothing came");
}

void receiver_begin(struct receiver *receiver)
{
	receiver->digest = EVP_MD_CTX_new();
	ask_on(receiver);
}

void receiver_end(struct receiver *receiver)
{
	EVP_MD_CTX_free(receiver->digest);
	receiver->digest = NULL;
}
