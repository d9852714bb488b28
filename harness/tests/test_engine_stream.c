/* The planted faults of a sender of streams: each spoils what it says, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/stream_fault.h"

#include <cmocka.h> /* last: it takes the name fail */

#define KERNEL_BYTES 100000u
#define INITRD_BYTES 300000u
#define ROOM	     2000000u

static uint8_t kernel[KERNEL_BYTES], initrd[INITRD_BYTES];
static const struct sender_part parts[] = {
	{.number = STREAM_KERNEL, .length = KERNEL_BYTES, .bytes = kernel},
	{.number = STREAM_INITRD, .length = INITRD_BYTES, .bytes = initrd},
	{.number = STREAM_CMDLINE, .length = 3, .bytes = "a b"}};

/* All that a sender says to a receiver that asks for each part once. */
struct said {
	uint8_t bytes[ROOM];
	size_t size;
};

static void ask(struct stream_spoiler *spoiler, uint16_t kind, const struct sender_part *part,
	struct said *said)
{
	static uint32_t number;
	struct stream_ask_frame frame = {.magic = STREAM_ASK,
		.version = STREAM_VERSION,
		.kind = kind,
		.part = part ? part->number : 0,
		.length = part ? (uint32_t)part->length : 1000,
		.number = part ? ++number : (number = 1)};
	size_t size;

	frame.crc32 = stream_ask_sum(&frame);
	sender_take(&spoiler->sender, &frame, sizeof(frame));
	while ((size = stream_spoiler_next(spoiler, said->bytes + said->size)))
		said->size += size;
}

static struct said *hear(const char *fault)
{
	struct stream_spoiler spoiler = {.sender = {.parts = parts, .count = 3}};
	struct said *said = calloc(1, sizeof(*said));

	assert_true(stream_spoiler_plant(&spoiler, fault));
	ask(&spoiler, STREAM_ASK_TABLE, NULL, said);
	for (size_t i = 0; i < 3; i++)
		ask(&spoiler, STREAM_ASK_READ, &parts[i], said);
	return said;
}

/* What a receiver makes of it that loses its place at the first frame that it cannot follow. */
struct heard {
	unsigned frames, damaged, errors, versions;
	uint64_t bytes[4]; /* of data, by part */
};

static struct heard understand(const struct said *said)
{
	struct heard heard = {0};
	struct stream_head head;

	for (size_t at = 0; at + sizeof(head) <= said->size; at += sizeof(head) + head.length) {
		memcpy(&head, said->bytes + at, sizeof(head));
		if (head.magic != STREAM_ANSWER || head.length > said->size - at - sizeof(head))
			break;
		heard.frames++;
		heard.damaged += head.crc32 != stream_sum(&head, said->bytes + at + sizeof(head));
		heard.errors += head.kind == STREAM_REFUSAL;
		heard.versions += head.version != STREAM_VERSION;
		if (head.kind == STREAM_DATA && head.part < 4)
			heard.bytes[head.part] += head.length;
	}
	return heard;
}

static void a_fault_spoils_what_it_says(void **state)
{
	/* kernel: 2 frames, initrd: 5, command line: 1, and the table */
	static const struct {
		const char *name;
		struct heard heard;
	} rows[] = {
		{"", {9, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
		{"once", {9, 1, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
		{"damaged", {9, 1, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
		{"lost", {8, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES - 65536, 3}}},
		{"stale", {10, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES + 65536, 3}}},
		{"stall", {5, 0, 0, 0, {0, KERNEL_BYTES, 2 * 65536, 0}}},
		{"short", {9, 0, 1, 0, {0, KERNEL_BYTES, INITRD_BYTES - 65536, 3}}},
		{"long", {9, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES + 1, 3}}},
		{"kernel", {9, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
		{"version", {9, 0, 0, 1, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
		{"huge", {9, 0, 0, 0, {0, KERNEL_BYTES, INITRD_BYTES, 3}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct said *said = hear(rows[i].name);
		struct heard heard = understand(said);

		if (memcmp(&heard, &rows[i].heard, sizeof(heard)))
			fail_msg(
				"%s: %u frames, %u damaged, %u errors, %u versions, %llu %llu %llu",
				rows[i].name, heard.frames, heard.damaged, heard.errors,
				heard.versions, (unsigned long long)heard.bytes[1],
				(unsigned long long)heard.bytes[2],
				(unsigned long long)heard.bytes[3]);
		free(said);
	}
}

/* Those with right checksums differ from what is sound in the bytes that they are about. */
static void a_lie_is_in_its_place(void **state)
{
	static const struct {
		const char *name;
		uint32_t part;
		size_t most; /* bytes of a frame that differ, its checksum among them */
	} rows[] = {{"kernel", 1, 5}, {"initrd", 2, 5}, {"cmdline", 3, 5}, {"huge", 0, 12},
		{"bare", 0, 8}, {"twice", 0, 52}, {"count", 0, 5}};
	struct said *sound = hear("");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct said *said = hear(rows[i].name);
		size_t differ = 0, at = 0;
		struct stream_head head;

		assert_int_equal(said->size, sound->size);
		for (; at < sound->size; at += sizeof(head) + head.length) {
			memcpy(&head, sound->bytes + at, sizeof(head));
			for (size_t b = at; b < at + sizeof(head) + head.length; b++) {
				if (said->bytes[b] == sound->bytes[b])
					continue;
				assert_int_equal(head.part, rows[i].part);
				differ++;
			}
		}
		assert_in_range(differ, 1, rows[i].most);
		free(said);
	}
	free(sound);
}

static void names_none_that_is_not_there(void **state)
{
	struct stream_spoiler spoiler = {0};

	(void)state;
	assert_false(stream_spoiler_plant(&spoiler, "rain"));
	assert_true(stream_spoiler_plant(&spoiler, "torn"));
	assert_true(stream_spoiler_plant(&spoiler, ""));
	assert_null(spoiler.fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_spoils_what_it_says),
		cmocka_unit_test(a_lie_is_in_its_place),
		cmocka_unit_test(names_none_that_is_not_there),
	};

	for (size_t i = 0; i < INITRD_BYTES; i++)
		initrd[i] = (uint8_t)(i * i >> 7);
	memcpy(kernel, initrd + 9, KERNEL_BYTES);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
