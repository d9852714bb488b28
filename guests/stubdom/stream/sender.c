#include "sender.h"

#include <string.h>

/* ---- what is asked ---- */

static bool is_ask(const struct stream_ask_frame *ask)
{
	return ask->magic == STREAM_ASK && ask->version == STREAM_VERSION &&
	       ask->crc32 == stream_ask_sum(ask);
}

/* The last request counts: a receiver that asks again has given up on the one before. */
static void obey(struct sender *sender, const struct stream_ask_frame *ask)
{
	sender->ask = *ask;
	sender->sent = 0;
	sender->busy = ask->kind == STREAM_ASK_TABLE || ask->kind == STREAM_ASK_READ;
	sender->done = ask->kind == STREAM_ASK_DONE;
	sender->aborted = ask->kind == STREAM_ASK_ABORT;
	sender->called = ask->kind == STREAM_ASK_CALL;
	if (ask->kind == STREAM_ASK_TABLE)
		sender->total = 0;
}

void sender_take(struct sender *sender, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	struct stream_ask_frame ask;

	for (; size > 0; size--) {
		sender->in[sender->held++] = *at++;
		if (sender->held < sizeof(ask))
			continue;
		memcpy(&ask, sender->in, sizeof(ask));
		if (is_ask(&ask)) {
			sender->held = 0;
			obey(sender, &ask);
		} else {
			memmove(sender->in, sender->in + 1, --sender->held);
		}
	}
}

/* ---- what is answered ---- */

static struct stream_head head_for(
	const struct sender *sender, enum stream_answer kind, uint64_t offset, size_t length)
{
	return (struct stream_head){.magic = STREAM_ANSWER,
		.version = STREAM_VERSION,
		.kind = (uint16_t)kind,
		.part = sender->ask.part,
		.offset = offset,
		.length = (uint32_t)length,
		.number = sender->ask.number};
}

/* The data lie behind the head's place already. */
static size_t seal(struct stream_head *head, uint8_t *out)
{
	head->crc32 = stream_sum(head, out + sizeof(*head));
	memcpy(out, head, sizeof(*head));
	return sizeof(*head) + head->length;
}

static size_t refuse(struct sender *sender, const char *words, uint8_t *out)
{
	struct stream_head head = head_for(sender, STREAM_REFUSAL, 0, strlen(words));

	sender->busy = false;
	memcpy(out + sizeof(head), words, head.length);
	return seal(&head, out);
}

static size_t send_table(struct sender *sender, uint8_t *out)
{
	struct stream_table_head table = {.count = (uint32_t)sender->count};
	struct stream_head head = head_for(sender, STREAM_TABLE, 0,
		sizeof(table) + sender->count * sizeof(struct stream_table_row));
	uint8_t *at = out + sizeof(head);

	memcpy(at, &table, sizeof(table));
	at += sizeof(table);
	for (size_t i = 0; i < sender->count; i++) {
		struct stream_table_row row = {
			.part = sender->parts[i].number, .length = sender->parts[i].length};

		memcpy(row.sha256, sender->parts[i].sha256, sizeof(row.sha256));
		memcpy(at, &row, sizeof(row));
		at += sizeof(row);
	}
	sender->busy = false;
	return seal(&head, out);
}

static const struct sender_part *part_asked(const struct sender *sender)
{
	for (size_t i = 0; i < sender->count; i++)
		if (sender->parts[i].number == sender->ask.part)
			return &sender->parts[i];
	return NULL;
}

/* Whether the planted fault lies among the @length bytes that come now. */
static bool faulty(const struct sender *sender, uint64_t offset, size_t length)
{
	bool by_place = sender->fault >= SENDER_ALWAYS;
	uint64_t from = by_place ? offset : sender->total;

	if (sender->fault == SENDER_SOUND)
		return false;
	return sender->fault_at >= from && sender->fault_at < from + length;
}

/* Spoils a frame that is finished but for its checksum. @return the bytes that are sent of it */
static size_t spoil(struct sender *sender, struct stream_head *head, uint8_t *out)
{
	uint8_t *data = out + sizeof(*head);
	size_t size;

	sender->dead = sender->fault == SENDER_DIES;
	if (sender->fault == SENDER_STALLS) {
		sender->busy = false;
		return 0;
	}
	if (sender->fault == SENDER_LIES)
		data[sender->fault_at - head->offset] ^= 1;
	if (sender->fault == SENDER_LONG)
		data[head->length++] = 0;
	size = seal(head, out);
	if (sender->fault == SENDER_ALWAYS || (sender->fault == SENDER_ONCE && !sender->faulted))
		data[0] ^= 1;
	sender->faulted = true;
	return sender->dead ? size / 2 : size - (sender->fault == SENDER_SHORT);
}

static size_t send_data(struct sender *sender, const struct sender_part *part, uint8_t *out)
{
	uint64_t offset = sender->ask.offset + sender->sent;
	uint64_t left = sender->ask.length - sender->sent;
	size_t length = left < STREAM_FRAME ? (size_t)left : STREAM_FRAME;
	struct stream_head head = head_for(sender, STREAM_DATA, offset, length);
	bool fault = faulty(sender, offset, length);

	memcpy(out + sizeof(head), (const uint8_t *)part->bytes + offset, length);
	sender->sent += length;
	sender->busy = sender->sent < sender->ask.length;
	if (fault)
		return spoil(sender, &head, out);
	sender->total += length;
	return seal(&head, out);
}

size_t sender_next(struct sender *sender, uint8_t *out)
{
	const struct sender_part *part;

	if (!sender->busy || sender->dead)
		return 0;
	if (sender->ask.kind == STREAM_ASK_TABLE)
		return send_table(sender, out);
	part = part_asked(sender);
	if (!part)
		return refuse(sender, "there is no such part", out);
	if (sender->ask.offset > part->length ||
		sender->ask.length > part->length - sender->ask.offset)
		return refuse(sender, "the part is shorter", out);
	return send_data(sender, part, out);
}
