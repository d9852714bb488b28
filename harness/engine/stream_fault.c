#include "engine/stream_fault.h"

#include <string.h>

#define SOME_BIT     0x10
#define NEXT_VERSION (STREAM_VERSION + 1)
#define NOBODYS	     0x7fff0000u /* a part that no receiver knows */

/* A frame as it is about to be sent. */
struct frame {
	struct stream_head head;
	uint8_t *at; /* the head's place, the data behind it */
	size_t size; /* of all that is sent */
};

struct stream_fault_row {
	const char *name;
	uint32_t part; /* whose middle byte is in the frame that it happens to; 0 = the table */
	bool once;
	void (*spoil)(struct stream_spoiler *spoiler, struct frame *frame);
};

static uint8_t *data_of(const struct frame *frame)
{
	return frame->at + sizeof(frame->head);
}

/* A frame with other content is as good as any. */
static void seal(struct frame *frame)
{
	frame->head.crc32 = stream_sum(&frame->head, data_of(frame));
	memcpy(frame->at, &frame->head, sizeof(frame->head));
	frame->size = sizeof(frame->head) + frame->head.length;
}

static void damage(struct stream_spoiler *spoiler, struct frame *frame)
{
	(void)spoiler;
	data_of(frame)[frame->head.length / 2] ^= SOME_BIT;
}

static void lie(struct stream_spoiler *spoiler, struct frame *frame)
{
	damage(spoiler, frame);
	seal(frame);
}

static void lose(struct stream_spoiler *spoiler, struct frame *frame)
{
	(void)spoiler;
	frame->size = 0;
}

/* Some bytes of it are lost, and what follows is where nobody looks for it. */
static void tear(struct stream_spoiler *spoiler, struct frame *frame)
{
	(void)spoiler;
	frame->size -= frame->head.length / 3 + 1;
}

static void stall(struct stream_spoiler *spoiler, struct frame *frame)
{
	spoiler->stalled = true;
	frame->size /= 2;
}

/* In front of the answer one to the request before, with other bytes. */
static void delay(struct stream_spoiler *spoiler, struct frame *frame)
{
	struct frame stale = *frame;
	size_t size = frame->size;

	memmove(frame->at + size, frame->at, size);
	stale.head.number--;
	lie(spoiler, &stale);
	frame->size = stale.size + size;
}

static void give_up(struct stream_spoiler *spoiler, struct frame *frame)
{
	static const char words[] = "the file has been cut";

	(void)spoiler;
	frame->head.kind = STREAM_REFUSAL;
	frame->head.length = sizeof(words) - 1;
	memcpy(data_of(frame), words, frame->head.length);
	seal(frame);
}

static void lengthen(struct stream_spoiler *spoiler, struct frame *frame)
{
	(void)spoiler;
	data_of(frame)[frame->head.length++] = 0;
	seal(frame);
}

static void be_newer(struct stream_spoiler *spoiler, struct frame *frame)
{
	(void)spoiler;
	frame->head.version = NEXT_VERSION;
	seal(frame);
}

static struct stream_table_row row_of(const struct frame *frame, size_t index)
{
	struct stream_table_row row;

	memcpy(&row, data_of(frame) + sizeof(struct stream_table_head) + index * sizeof(row),
		sizeof(row));
	return row;
}

static void put_row(struct frame *frame, size_t index, const struct stream_table_row *row)
{
	memcpy(data_of(frame) + sizeof(struct stream_table_head) + index * sizeof(*row), row,
		sizeof(*row));
	seal(frame);
}

/* The kernel is the first part. */
static void hide_kernel(struct stream_spoiler *spoiler, struct frame *frame)
{
	struct stream_table_row row = row_of(frame, 0);

	(void)spoiler;
	row.part = NOBODYS;
	put_row(frame, 0, &row);
}

static void double_kernel(struct stream_spoiler *spoiler, struct frame *frame)
{
	struct stream_table_row row = row_of(frame, 0);

	(void)spoiler;
	put_row(frame, 1, &row);
}

static void claim_much(struct stream_spoiler *spoiler, struct frame *frame)
{
	struct stream_table_row row = row_of(frame, 1);

	(void)spoiler;
	row.length = UINT64_MAX;
	put_row(frame, 1, &row);
}

/* One part more than there are rows. */
static void miscount(struct stream_spoiler *spoiler, struct frame *frame)
{
	struct stream_table_head table;

	(void)spoiler;
	memcpy(&table, data_of(frame), sizeof(table));
	table.count++;
	memcpy(data_of(frame), &table, sizeof(table));
	seal(frame);
}

static const struct stream_fault_row rows[] = {
	/* these pass */
	{"once", STREAM_INITRD, true, damage},
	{"lost", STREAM_INITRD, true, lose},
	{"torn", STREAM_KERNEL, true, tear},
	{"stale", STREAM_INITRD, false, delay},
	/* these are refused */
	{"damaged", STREAM_INITRD, false, damage},
	{"stall", STREAM_INITRD, false, stall},
	{"short", STREAM_INITRD, false, give_up},
	{"long", STREAM_INITRD, false, lengthen},
	{"kernel", STREAM_KERNEL, false, lie},
	{"initrd", STREAM_INITRD, false, lie},
	{"cmdline", STREAM_CMDLINE, false, lie},
	{"version", 0, false, be_newer},
	{"huge", 0, false, claim_much},
	{"bare", 0, false, hide_kernel},
	{"twice", 0, false, double_kernel},
	{"count", 0, false, miscount},
};

bool stream_spoiler_plant(struct stream_spoiler *spoiler, const char *name)
{
	spoiler->fault = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, name))
			spoiler->fault = &rows[i];
	return spoiler->fault || !*name;
}

static uint64_t middle_of(const struct sender *sender, uint32_t part)
{
	for (size_t i = 0; i < sender->count; i++)
		if (sender->parts[i].number == part)
			return sender->parts[i].length / 2;
	return 0;
}

static bool concerns(const struct stream_spoiler *spoiler, const struct stream_head *head)
{
	uint64_t middle;

	if (!spoiler->fault || (spoiler->fault->once && spoiler->happened))
		return false;
	if (!spoiler->fault->part)
		return head->kind == STREAM_TABLE;
	middle = middle_of(&spoiler->sender, head->part);
	return head->kind == STREAM_DATA && head->part == spoiler->fault->part &&
	       middle >= head->offset && middle - head->offset < head->length;
}

size_t stream_spoiler_next(struct stream_spoiler *spoiler, uint8_t *out)
{
	struct frame frame = {.at = out};

	do {
		frame.size = spoiler->stalled ? 0 : sender_next(&spoiler->sender, out);
		if (!frame.size)
			return 0;
		memcpy(&frame.head, out, sizeof(frame.head));
		if (!concerns(spoiler, &frame.head))
			return frame.size;
		spoiler->happened = true;
		spoiler->fault->spoil(spoiler, &frame);
	} while (!frame.size);
	return frame.size;
}
