/* The receiver of a stream, against a sender and a line that do what they like. */
#include "tests/testing.h"

#include <stdlib.h>

#include "source/stream.h"

#define KERNEL_BYTES 200001u
#define INITRD_BYTES 2500000u
#define ROOM	     0x900000u

/* A sender with what goes wrong; what it has sent waits in out. */
struct fake {
	struct stream_pipe pipe;
	struct stream_table table;
	uint32_t table_bytes;
	const uint8_t *bytes[STREAM_PARTS];
	struct stream_head asked; /* the last request, and how many there were */
	uint32_t asks;
	uint8_t *out;
	uint32_t size, at;
	uint32_t silences;
	/* faults */
	bool mute, garbage, stale, error;
	uint32_t wrong_part; /* told to be the part of what is read */
	uint32_t stall_at;   /* of the initrd: nothing from there on; 0: never */
	uint32_t bad_every;  /* every so many bytes of the line one is lost or flipped; 0: none */
	uint32_t line;	     /* bytes that went over it */
	uint16_t version;
};

static struct crc32 crc;
static uint8_t *initrd, *kernel, *to;
static const char cmdline[] = "a b c";

static uint32_t sum_of(const struct stream_head *head, const void *data)
{
	const uint32_t sum = crc32_more(&crc, 0, head, 28);

	return crc32_more(&crc, sum, data, head->magic == STREAM_ASK ? 0 : head->length);
}

/* Put a frame on the line, as it would arrive. */
static void put(struct fake *fake, const struct stream_head *head, const void *data)
{
	struct stream_head sealed = *head;
	const uint8_t *from[2] = {(const uint8_t *)&sealed, data};
	const uint32_t size[2] = {sizeof(sealed), head->length};

	sealed.crc32 = sum_of(&sealed, data);
	for (int piece = 0; piece < 2; piece++)
		for (uint32_t i = 0; i < size[piece]; i++) {
			uint8_t byte = from[piece][i];

			if (fake->bad_every && ++fake->line % fake->bad_every == 0) {
				if (fake->line / fake->bad_every % 2)
					continue;
				byte ^= 4;
			}
			assert_true(fake->size < ROOM);
			fake->out[fake->size++] = byte;
		}
}

static void answer(struct fake *fake, const struct stream_head *ask)
{
	struct stream_head head = {.magic = STREAM_ANSWER,
		.version = fake->version,
		.kind = (uint16_t)(ask->kind == STREAM_ASK_TABLE ? STREAM_TABLE : STREAM_DATA),
		.part = ask->part + (ask->kind == STREAM_ASK_READ ? fake->wrong_part : 0),
		.offset = ask->offset,
		.length = fake->table_bytes,
		.number = ask->number};

	if (ask->kind == STREAM_ASK_TABLE) {
		put(fake, &head, &fake->table);
		return;
	}
	if (fake->error) {
		head.kind = STREAM_ERROR;
		head.length = 3;
		put(fake, &head, "why");
		return;
	}
	for (uint32_t left = ask->length; left; left -= head.length, head.offset += head.length) {
		head.length = left < STREAM_FRAME_MAX ? left : STREAM_FRAME_MAX;
		if (fake->stall_at && ask->part == ITEM_INITRD &&
			head.offset + head.length > fake->stall_at)
			return;
		if (fake->stale) {
			head.number--;
			put(fake, &head, kernel + 1);
			head.number++;
		}
		put(fake, &head, fake->bytes[ask->part] + head.offset);
	}
}

static void fake_send(struct stream_pipe *pipe, const void *bytes, uint32_t size)
{
	struct fake *fake = (struct fake *)pipe;

	assert_int_equal(size, 32);
	memcpy(&fake->asked, bytes, size);
	assert_int_equal(fake->asked.magic, STREAM_ASK);
	assert_int_equal(fake->asked.version, 1);
	assert_int_equal(fake->asked.number, ++fake->asks);
	assert_true(fake->asks < 1000); /* or it never ends */
	assert_int_equal(fake->asked.crc32, sum_of(&fake->asked, NULL));
	assert_true(fake->asked.length <= STREAM_REQUEST_MAX);
	if (fake->asked.kind >= STREAM_ASK_DONE || fake->mute)
		return;
	fake->size -= fake->at;
	memmove(fake->out, fake->out + fake->at, fake->size);
	fake->at = 0;
	answer(fake, &fake->asked);
}

static uint32_t fake_receive(struct stream_pipe *pipe, void *at, uint32_t size)
{
	struct fake *fake = (struct fake *)pipe;
	uint32_t left = fake->size - fake->at;

	if (fake->garbage) {
		fake->line += size;
		assert_true(fake->line < 31 * (STREAM_NOISE_MAX + 64)); /* not for ever */
		if (at)
			memset(at, 0x5a, size);
		return size;
	}
	if (left < size)
		fake->silences++;
	left = left < size ? left : size;
	if (at)
		memcpy(at, fake->out + fake->at, left);
	fake->at += left;
	return left;
}

static void put_digest(struct stream_entry *entry, const void *bytes, uint32_t size)
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_end(&sha, bytes, size);
	for (uint32_t i = 0; i < 32; i++)
		entry->sha256[i] = (uint8_t)(sha.state[i / 4] >> (24 - i % 4 * 8));
}

/* A sender of three parts that does nothing wrong yet, and a receiver for it. */
static void begin(struct fake *fake, struct stream *stream, struct refusal *why)
{
	static struct stream_table room;
	static uint8_t *out;
	const uint8_t *bytes[] = {NULL, kernel, initrd, (const uint8_t *)cmdline};
	const uint32_t size[] = {0, KERNEL_BYTES, INITRD_BYTES, sizeof(cmdline) - 1};

	if (!out)
		out = malloc(ROOM);
	*fake = (struct fake){.pipe = {fake_send, fake_receive}, .out = out, .version = 1};
	fake->table.count = STREAM_PARTS - 1;
	fake->table_bytes = 8 + 48 * (STREAM_PARTS - 1);
	for (uint32_t part = 1; part < STREAM_PARTS; part++) {
		struct stream_entry *entry = &fake->table.entry[part - 1];

		entry->part = part;
		entry->bytes = size[part];
		put_digest(entry, bytes[part], size[part]);
		fake->bytes[part] = bytes[part];
	}
	*why = (struct refusal){.code = REFUSAL_COUNT};
	*stream = (struct stream){.pipe = &fake->pipe, .crc = &crc, .table = &room, .why = why};
}

static int prepare(void **state)
{
	uint32_t random = 1;

	(void)state;
	crc32_init(&crc);
	kernel = malloc(INITRD_BYTES);
	initrd = malloc(INITRD_BYTES);
	to = malloc(INITRD_BYTES + 64);
	for (uint32_t i = 0; i < INITRD_BYTES; i++) {
		random = random * 1664525 + 1013904223;
		kernel[i] = (uint8_t)(random >> 24);
		initrd[i] = (uint8_t)(random >> 16);
	}
	return 0;
}

/* All of a payload, in the pieces in which a boot reads it. Returns what the last step did. */
static int receive_all(struct stream *stream)
{
	if (stream_begin(stream) < 0 || stream_read(stream, ITEM_KERNEL, 0, to, 620) < 0)
		return -1;
	assert_memory_equal(to, kernel, 620);
	if (stream_read(stream, ITEM_KERNEL, 1024, to, KERNEL_BYTES - 1024) < 0)
		return -1;
	assert_memory_equal(to, kernel + 1024, KERNEL_BYTES - 1024);
	if (stream_check(stream, ITEM_KERNEL, kernel, 1024, to, KERNEL_BYTES - 1024) < 0)
		return -1;
	if (stream_read(stream, ITEM_INITRD, 0, to, INITRD_BYTES) < 0)
		return -1;
	return stream_check(stream, ITEM_INITRD, to, 0, to, INITRD_BYTES);
}

static void brings_all_parts(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	assert_int_equal(receive_all(&stream), 0);
	assert_memory_equal(to, initrd, INITRD_BYTES);
	assert_int_equal(fake.asks, 1 + 2 + 3);
	assert_int_equal(fake.silences, 0);
	memset(to, 0xff, 64);
	assert_int_equal(stream_read(&stream, ITEM_CMDLINE, 2, to, 10), 0);
	assert_memory_equal(to, "b c\0\0\0\0\0\0\0\xff", 11);
	stream_end(&stream, false);
	assert_int_equal(fake.asked.kind, STREAM_ASK_DONE);
	assert_int_equal(fake.asked.part, 0);
	assert_int_equal(fake.asked.offset, 0);
	assert_int_equal(fake.asked.length, 0);
}

/* A bad line, from one that spoils nearly every frame on: whole, or refused; never something else.
 */
static void survives_a_bad_line(void **state)
{
	static const uint32_t every[] = {3000017, 700001, 150001, 70001, 20011, 31, 1};
	uint32_t whole = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(every); i++) {
		struct fake fake;
		struct stream stream;
		struct refusal why;

		begin(&fake, &stream, &why);
		fake.bad_every = every[i];
		if (!receive_all(&stream)) {
			assert_memory_equal(to, initrd, INITRD_BYTES);
			whole++;
		} else {
			assert_int_equal(why.code, REFUSE_STREAM_STALLED);
		}
	}
	assert_int_equal(whole, 3);
}

static void names_where_it_stalls(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	fake.stall_at = 1500000;
	assert_int_equal(receive_all(&stream), -1);
	assert_int_equal(why.code, REFUSE_STREAM_STALLED);
	assert_int_equal(why.number[0], ITEM_INITRD);
	assert_int_equal(why.number[1], 0x160000);
	assert_int_equal(why.number[2], 8);
	assert_int_equal(fake.asks, 1 + 2 + 2 + 8);
	assert_int_equal(fake.silences, 9);
	stream_end(&stream, true);
	assert_int_equal(fake.asked.kind, STREAM_ASK_ABORT);
	assert_int_equal(fake.asked.part, ITEM_INITRD);
	assert_int_equal(fake.asked.offset, 0x160000);
	assert_int_equal(fake.asked.length, STREAM_ABORT_STALLED);
}

static void waits_for_a_sender_and_not_for_ever(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	for (int garbage = 0; garbage < 2; garbage++) {
		begin(&fake, &stream, &why);
		fake.mute = true;
		fake.garbage = garbage;
		assert_int_equal(stream_begin(&stream), -1);
		assert_int_equal(why.code, REFUSE_STREAM_STALLED);
		assert_int_equal(why.number[0], ITEM_TABLE);
		assert_int_equal(why.number[1], 0);
		assert_int_equal(fake.asks, 30);
	}
}

/* Frames of a request that was overtaken are whole, and not meant any more. */
static void lets_stale_frames_go_by(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	fake.stale = true;
	assert_int_equal(receive_all(&stream), 0);
	assert_int_equal(fake.asks, 1 + 2 + 3);
}

/* A word of the table (its offset) gets a value. */
static const struct row {
	const char *name;
	uint32_t offset, value;
	uint32_t code; /* REFUSAL_COUNT: accepted */
	uint32_t number[3];
} rows[] = {
	{"sound", 0, 3, REFUSAL_COUNT, {0}},
	{"one more", 0, 4, REFUSE_STREAM_TABLE, {4, 0, 152}},
	{"one less", 0, 2, REFUSE_STREAM_TABLE, {2, 0, 152}},
	{"very many", 0, 0x55555558, REFUSE_STREAM_TABLE, {0x55555558, 0, 152}},
	{"part 0", 8, 0, REFUSE_STREAM_TABLE, {0, 0, KERNEL_BYTES}},
	{"no kernel", 8, 4, REFUSE_STREAM_TABLE, {3, 1, 0}},
	{"two initrds", 8, 2, REFUSE_STREAM_TABLE, {1, 2, INITRD_BYTES}},
	{"another receiver's", 56, 0x100, REFUSAL_COUNT, {0}},
	{"empty kernel", 16, 0, REFUSE_STREAM_TABLE, {3, 1, 0}},
	{"empty initrd", 64, 0, REFUSAL_COUNT, {0}},
	{"4 GiB", 68, 1, REFUSE_STREAM_TABLE, {1, 2, INITRD_BYTES}},
	{"nearly 2^64", 68, 0xffffffff, REFUSE_STREAM_TABLE, {1, 2, INITRD_BYTES}},
	{"nearly 4 GiB", 64, 0xfffff000, REFUSAL_COUNT, {0}},
	{"nearer", 64, 0xfffff001, REFUSE_STREAM_TABLE, {1, 2, 0xfffff001}},
};

static void judges_a_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct fake fake;
		struct stream stream;
		struct refusal why;

		begin(&fake, &stream, &why);
		memcpy((uint8_t *)&fake.table + row->offset, &row->value, 4);
		check_row(row->name, stream_begin(&stream) < 0, row->code != REFUSAL_COUNT);
		check_row(row->name, why.code, row->code);
		for (size_t n = 0; row->code != REFUSAL_COUNT && n < COUNT(row->number); n++)
			check_row(row->name, why.number[n], row->number[n]);
	}
}

static void says_what_the_sender_is(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	fake.version = 2;
	assert_int_equal(stream_begin(&stream), -1);
	assert_int_equal(why.code, REFUSE_STREAM_VERSION);
	assert_int_equal(why.number[0], 2);
	begin(&fake, &stream, &why);
	fake.error = true;
	assert_int_equal(receive_all(&stream), -1);
	assert_int_equal(why.code, REFUSE_STREAM_SENDER);
	assert_int_equal(why.number[0], ITEM_KERNEL);
}

static void takes_no_other_part(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	fake.wrong_part = 1;
	assert_int_equal(receive_all(&stream), -1);
	assert_int_equal(why.code, REFUSE_STREAM_STALLED);
	assert_int_equal(why.number[0], ITEM_KERNEL);
	assert_int_equal(why.number[1], 0);
}

static void compares_sums(void **state)
{
	struct fake fake;
	struct stream stream;
	struct refusal why;

	(void)state;
	begin(&fake, &stream, &why);
	fake.table.entry[1].sha256[31] ^= 1;
	assert_int_equal(receive_all(&stream), -1);
	assert_int_equal(why.code, REFUSE_STREAM_SUM);
	assert_int_equal(why.number[0], ITEM_INITRD);
	assert_int_equal(why.number[1] ^ 1, why.number[2]);
}

static void tells_why_it_aborts(void **state)
{
	static const uint32_t codes[][2] = {{REFUSE_STREAM_STALLED, 1}, {REFUSE_STREAM_SUM, 2},
		{REFUSE_STREAM_TABLE, 3}, {REFUSE_NO_ROOM, 4}, {REFUSE_STREAM_SENDER, 5},
		{REFUSE_STREAM_VERSION, 6}, {REFUSE_CMDLINE, 7}, {REFUSE_NO_FW_CFG, 7}};

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct fake fake;
		struct stream stream;
		struct refusal why;

		begin(&fake, &stream, &why);
		why.code = codes[i][0];
		stream_end(&stream, true);
		assert_int_equal(fake.asked.kind, STREAM_ASK_ABORT);
		assert_int_equal(fake.asked.length, codes[i][1]);
	}
}

/* FIPS 180-4 examples, a message of a million bytes, and sums in pieces at every length. */
static void sums(void **state)
{
	static const struct {
		const char *text;
		uint32_t first, last;
	} known[] = {{"", 0xe3b0c442, 0x7852b855}, {"abc", 0xba7816bf, 0xf20015ad},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 0x248d6a61,
			0x19db06c1}};
	struct sha256 sha, pieces;

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		sha256_init(&sha);
		sha256_end(&sha, known[i].text, (uint32_t)strlen(known[i].text));
		assert_int_equal(sha.state[0], known[i].first);
		assert_int_equal(sha.state[7], known[i].last);
	}
	memset(to, 'a', 1000000);
	sha256_init(&sha);
	sha256_end(&sha, to, 1000000);
	assert_int_equal(sha.state[0], 0xcdc76e5c);
	assert_int_equal(sha.state[7], 0xc7112cd0);
	for (uint32_t size = 0; size < 260; size++)
		for (uint32_t cut = 0; cut <= size; cut += SHA256_BLOCK) {
			sha256_init(&sha);
			sha256_end(&sha, initrd + 1, size);
			sha256_init(&pieces);
			sha256_blocks(&pieces, initrd + 1, cut);
			sha256_end(&pieces, initrd + 1 + cut, size - cut);
			assert_memory_equal(sha.state, pieces.state, sizeof(sha.state));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_all_parts),
		cmocka_unit_test(survives_a_bad_line),
		cmocka_unit_test(names_where_it_stalls),
		cmocka_unit_test(waits_for_a_sender_and_not_for_ever),
		cmocka_unit_test(lets_stale_frames_go_by),
		cmocka_unit_test(judges_a_table),
		cmocka_unit_test(says_what_the_sender_is),
		cmocka_unit_test(takes_no_other_part),
		cmocka_unit_test(compares_sums),
		cmocka_unit_test(tells_why_it_aborts),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests_name("rom/stream", tests, prepare, NULL);
}
