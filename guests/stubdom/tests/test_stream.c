/* Sender and receiver against each other, over a line that spoils, loses and adds bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "receiver.h"
#include "words.h"

enum { KERNEL_SIZE = 200001, INITRD_SIZE = (1 << 20) + 70001, TURNS = 4000 };

static uint8_t kernel[KERNEL_SIZE], initrd[INITRD_SIZE];
static const char names[] = "/run/a\n";

/* What the line does to bytes on their way to the receiver, once. */
struct damage {
	enum { SOUND, FLIPS, LOSES, ADDS, DOUBLES } how;
	uint64_t at; /* byte of all that is sent */
	size_t size;
};

struct pair {
	struct sender sender;
	struct sender_part parts[5];
	struct receiver receiver;
	struct damage damage;
	size_t chunk;	/* bytes that come at once */
	uint64_t moved; /* from the sender */
	uint8_t out[SENDER_ROOM];
	uint8_t *got[5]; /* by the row of the table */
	uint64_t sizes[5];
	bool deaf;     /* the sender hears nothing */
	uint32_t full; /* there is no room for this part */
	uint32_t unwanted;
};

static size_t row_of(const struct pair *pair, uint32_t part)
{
	for (size_t i = 0; i < pair->sender.count; i++)
		if (pair->parts[i].number == part)
			return i;
	fail();
	return 0;
}

static void send_up(void *context, const void *bytes, size_t size)
{
	struct pair *pair = context;

	if (!pair->deaf)
		sender_take(&pair->sender, bytes, size);
}

static bool wanted(void *context, uint32_t part)
{
	return part != ((struct pair *)context)->unwanted;
}

static int store(void *context, uint32_t part, uint64_t offset, const void *bytes, size_t size)
{
	struct pair *pair = context;
	size_t row = row_of(pair, part);

	if (part == pair->full)
		return -1;
	assert_int_equal(offset, pair->sizes[row]);
	pair->got[row] = realloc(pair->got[row], offset + size + 1);
	memcpy(pair->got[row] + offset, bytes, size);
	pair->sizes[row] = offset + size;
	return 0;
}

static void add_part(struct pair *pair, uint32_t number, const void *bytes, size_t size)
{
	struct sender_part *part = &pair->parts[pair->sender.count++];

	*part = (struct sender_part){.number = number, .length = size, .bytes = bytes};
	SHA256(bytes, size, part->sha256);
}

static struct pair *begin(size_t chunk)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	pair->sender.parts = pair->parts;
	pair->chunk = chunk;
	add_part(pair, STREAM_KERNEL, kernel, sizeof(kernel));
	add_part(pair, STREAM_INITRD, initrd, sizeof(initrd));
	add_part(pair, STREAM_CMDLINE, "", 0);
	add_part(pair, STREAM_NAMES, names, strlen(names));
	add_part(pair, STREAM_FILES, "x", 1);
	pair->receiver.needs = (struct receiver_needs){send_up, wanted, store, pair};
	return pair;
}

static void end(struct pair *pair)
{
	receiver_end(&pair->receiver);
	for (size_t i = 0; i < 5; i++)
		free(pair->got[i]);
	free(pair);
}

/* The same with an initrd that takes no second request. */
static struct pair *begin_small(size_t chunk)
{
	struct pair *pair = begin(chunk);

	pair->parts[0].length = 70001;
	pair->parts[1].length = 70001;
	SHA256(kernel, 70001, pair->parts[0].sha256);
	SHA256(initrd, 70001, pair->parts[1].sha256);
	return pair;
}

/* Hands bytes over in pieces, as a line does. */
static void arrive(struct pair *pair, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t part = size < pair->chunk ? size : pair->chunk;

		receiver_take(&pair->receiver, bytes, part);
		bytes += part;
		size -= part;
	}
}

static void transport(struct pair *pair, size_t size)
{
	struct damage damage = pair->damage;
	bool hit =
		damage.how != SOUND && damage.at >= pair->moved && damage.at < pair->moved + size;
	size_t at = hit ? (size_t)(damage.at - pair->moved) : size;
	size_t cut = damage.size < size - at ? damage.size : size - at;

	pair->moved += size;
	if (!hit) {
		arrive(pair, pair->out, size);
		return;
	}
	pair->damage.how = SOUND;
	if (damage.how == FLIPS)
		pair->out[at] ^= 0x41;
	arrive(pair, pair->out, at);
	if (damage.how == LOSES) {
		arrive(pair, pair->out + at + cut, size - at - cut);
		return;
	}
	if (damage.how == ADDS)
		arrive(pair, initrd, damage.size);
	if (damage.how == DOUBLES)
		arrive(pair, pair->out, size);
	arrive(pair, pair->out + at, size - at);
}

static bool open_still(const struct pair *pair)
{
	return pair->receiver.state == RECEIVER_TABLE || pair->receiver.state == RECEIVER_PARTS;
}

static void run(struct pair *pair)
{
	receiver_begin(&pair->receiver);
	for (int turn = 0; turn < TURNS && open_still(pair); turn++) {
		size_t size = pair->deaf ? 0 : sender_next(&pair->sender, pair->out);

		if (size)
			transport(pair, size);
		else
			receiver_silence(&pair->receiver);
	}
	assert_false(open_still(pair)); /* nothing hangs */
}

static void assert_whole(const struct pair *pair)
{
	assert_string_equal(pair->receiver.words, "");
	assert_int_equal(pair->receiver.state, RECEIVER_DONE);
	assert_true(pair->sender.done);
	for (size_t i = 0; i < pair->sender.count; i++) {
		assert_int_equal(pair->sizes[i], pair->parts[i].length);
		assert_memory_equal(pair->got[i], pair->parts[i].bytes, pair->sizes[i]);
	}
}

/* ---- a line that does nothing ---- */

static void all_parts_arrive_in_pieces_of_any_size(void **state)
{
	static const size_t chunks[] = {1024, 65568, 1 << 21};

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct pair *pair = begin(chunks[i]);

		run(pair);
		assert_whole(pair);
		assert_int_equal(pair->receiver.asked_again, 0);
		end(pair);
	}
	for (size_t chunk = 1; chunk < 40; chunk += 13) {
		struct pair *pair = begin_small(chunk);

		run(pair);
		assert_whole(pair);
		end(pair);
	}
}

static void a_part_that_nobody_wants_is_not_asked_for(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	pair->unwanted = STREAM_INITRD;
	run(pair);
	assert_int_equal(pair->receiver.state, RECEIVER_DONE);
	assert_null(pair->got[1]);
	assert_int_equal(pair->receiver.good, KERNEL_SIZE + strlen(names) + 1);
	end(pair);
}

static void a_receiver_that_starts_over_is_served_again(void **state)
{
	struct pair *pair = begin(4096);

	(void)state;
	run(pair);
	memset(pair->sizes, 0, sizeof(pair->sizes));
	receiver_end(&pair->receiver);
	pair->receiver = (struct receiver){.needs = pair->receiver.needs};
	run(pair);
	assert_whole(pair);
	end(pair);
}

/* ---- one that damages ---- */

/* Each byte of a head, of a frame's data, and at the ends of frames, is hit once. */
static void what_a_line_does_once_is_mended(void **state)
{
	static const struct damage kinds[] = {{FLIPS, 0, 1}, {LOSES, 0, 1}, {LOSES, 0, 100},
		{LOSES, 0, 70000}, {ADDS, 0, 1}, {ADDS, 0, 5000}, {DOUBLES, 0, 0}};
	static const uint64_t places[] = {0, 3, 4, 6, 8, 12, 20, 24, 28, 31, 32, 100, 279, 280, 283,
		300, 304, 308, 311, 312, 40000, 65847, 65848, 65849, 65880, 70300, 140000};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
			struct pair *pair = begin_small(1024);

			pair->damage = kinds[i];
			pair->damage.at = places[j];
			run(pair);
			assert_whole(pair);
			assert_in_range(pair->receiver.asked_again, 0, 2);
			end(pair);
		}
}

static void bytes_that_look_like_a_frame_are_passed_over(void **state)
{
	struct pair *pair = begin(1024);
	struct stream_head head = {.magic = STREAM_ANSWER,
		.version = STREAM_VERSION,
		.kind = STREAM_DATA,
		.length = STREAM_FRAME};

	(void)state;
	memcpy(initrd, &head, sizeof(head)); /* what ADDS adds */
	pair->damage = (struct damage){ADDS, 5000, 50};
	SHA256(initrd, sizeof(initrd), pair->parts[1].sha256);
	run(pair);
	assert_whole(pair);
	end(pair);
}

/* ---- a sender that is at fault ---- */

static void expect_failure(struct pair *pair, const char *words)
{
	run(pair);
	assert_int_equal(pair->receiver.state, RECEIVER_FAILED);
	assert_string_equal(pair->receiver.words, words);
	end(pair);
}

static void each_fault_is_named_with_part_and_byte(void **state)
{
	static const struct {
		const char *fault;
		uint64_t at;
		const char *words; /* NULL = it is mended */
	} rows[] = {
		{"die", 70000, "kernel, byte 65536 of 200001: asked 8 times, and nothing came"},
		{"die", 300000, "initrd, byte 65536 of 1118577: asked 8 times, and nothing came"},
		{"stall", 0, "kernel, byte 0 of 200001: asked 8 times, and nothing came"},
		{"stall", 150000, "kernel, byte 131072 of 200001: asked 8 times, and nothing came"},
		{"once", 150000, NULL},
		{"always", 150000,
			"kernel, byte 131072 of 200001: asked 8 times, and what came was damaged"},
		{"lie", 150000, "kernel, byte 200001 of 200001: its SHA-256 is not the table's"},
		{"short", 200000, "kernel, byte 196608 of 200001: asked 8 times, and nothing came"},
		{"short", 70000,
			"kernel, byte 65536 of 200001: asked 8 times, and what came was damaged"},
		{"long", 200000,
			"kernel, byte 196608 of 200001: asked 8 times, and what came was not asked "
			"for"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair *pair = begin(1024);

		assert_true(sender_fault_named(rows[i].fault, &pair->sender.fault));
		pair->sender.fault_at = rows[i].at;
		if (rows[i].words) {
			expect_failure(pair, rows[i].words);
			continue;
		}
		run(pair);
		assert_whole(pair);
		assert_int_equal(pair->receiver.asked_again, 1);
		end(pair);
	}
}

static void a_sender_that_does_not_answer_is_a_stall_of_the_table(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	pair->deaf = true;
	expect_failure(pair, "table, byte 0 of 0: asked 8 times, and nothing came");
}

static void the_sender_is_told_where_and_why_it_ended(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	sender_fault_named("lie", &pair->sender.fault);
	pair->sender.fault_at = 5;
	run(pair);
	assert_true(pair->sender.aborted);
	assert_int_equal(pair->sender.ask.part, STREAM_KERNEL);
	assert_int_equal(pair->sender.ask.offset, KERNEL_SIZE);
	assert_int_equal(pair->sender.ask.length, STREAM_DAMAGED);
	end(pair);
}

static void a_part_without_room_is_named(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	pair->full = STREAM_INITRD;
	expect_failure(pair, "initrd, byte 0 of 1118577: no room for it");
}

static void an_empty_part_has_to_be_the_one_of_the_table(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	pair->parts[2].sha256[0] ^= 1;
	expect_failure(pair, "command line, byte 0 of 0: its SHA-256 is not the table's");
}

/* ---- frames by hand ---- */

static void answer(struct pair *pair, struct stream_head head, const void *data)
{
	uint8_t frame[sizeof(head) + 4096];

	head.magic = STREAM_ANSWER;
	head.version = STREAM_VERSION;
	head.number = pair->receiver.number;
	head.crc32 = stream_sum(&head, data);
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), data, head.length);
	receiver_take(&pair->receiver, frame, sizeof(head) + head.length);
}

static void a_table_that_is_not_understood_ends_it(void **state)
{
	static const struct stream_table_head tables[] = {{1, 0}, {65, 0}, {0xffffffff, 0}};
	struct pair *pair;

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		pair = begin(1024);
		pair->deaf = true;
		receiver_begin(&pair->receiver);
		answer(pair,
			(struct stream_head){.kind = STREAM_TABLE, .length = sizeof(tables[i])},
			&tables[i]);
		assert_string_equal(
			pair->receiver.words, "table, byte 0 of 0: the table is not understood");
		end(pair);
	}
}

static void the_words_of_a_refusal_are_told(void **state)
{
	struct pair *pair = begin(1024);

	(void)state;
	pair->deaf = true;
	receiver_begin(&pair->receiver);
	answer(pair, (struct stream_head){.kind = STREAM_REFUSAL, .length = 7}, "no more");
	assert_string_equal(
		pair->receiver.words, "table, byte 0 of 0: the sender refused: no more");
	end(pair);
}

static void what_is_not_in_the_table_is_refused(void **state)
{
	static const struct {
		uint32_t part, length;
		uint64_t offset;
		const char *words;
	} rows[] = {{9, 1, 0, "there is no such part"},
		{STREAM_KERNEL, 2, 200000, "the part is shorter"},
		{STREAM_KERNEL, 1, UINT64_MAX, "the part is shorter"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair *pair = begin(1024);
		struct stream_ask_frame ask = {.magic = STREAM_ASK,
			.version = STREAM_VERSION,
			.kind = STREAM_ASK_READ,
			.part = rows[i].part,
			.offset = rows[i].offset,
			.length = rows[i].length,
			.number = 1};
		size_t size;

		ask.crc32 = stream_ask_sum(&ask);
		sender_take(&pair->sender, "DKS?...", 7); /* no request */
		sender_take(&pair->sender, &ask, sizeof(ask));
		size = sender_next(&pair->sender, pair->out);
		assert_int_equal(size, sizeof(struct stream_head) + strlen(rows[i].words));
		assert_memory_equal(pair->out + sizeof(struct stream_head), rows[i].words,
			strlen(rows[i].words));
		assert_int_equal(sender_next(&pair->sender, pair->out), 0);
		end(pair);
	}
}

static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(initrd); i++)
		initrd[i] = (uint8_t)(i * 2654435761u >> 13);
	for (size_t i = 0; i < sizeof(kernel); i++)
		kernel[i] = (uint8_t)(i * 40503u >> 7);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_parts_arrive_in_pieces_of_any_size),
		cmocka_unit_test(a_part_that_nobody_wants_is_not_asked_for),
		cmocka_unit_test(a_receiver_that_starts_over_is_served_again),
		cmocka_unit_test(what_a_line_does_once_is_mended),
		cmocka_unit_test(bytes_that_look_like_a_frame_are_passed_over),
		cmocka_unit_test(each_fault_is_named_with_part_and_byte),
		cmocka_unit_test(a_sender_that_does_not_answer_is_a_stall_of_the_table),
		cmocka_unit_test(the_sender_is_told_where_and_why_it_ended),
		cmocka_unit_test(a_part_without_room_is_named),
		cmocka_unit_test(an_empty_part_has_to_be_the_one_of_the_table),
		cmocka_unit_test(a_table_that_is_not_understood_ends_it),
		cmocka_unit_test(the_words_of_a_refusal_are_told),
		cmocka_unit_test(what_is_not_in_the_table_is_refused),
	};

	return cmocka_run_group_tests_name("stream", tests, fill, NULL);
}
