/* The line to the agent: frames whole and in pieces, and everything that is no frame that is due.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../guests/dom0/agent/frame.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "engine/xen_agent.h"

#include <cmocka.h>

/* A connection, the test being the agent. */
struct line {
	struct xen_agent agent;
	int theirs;
	struct buffer heard;
};

static void line_open(struct line *line)
{
	int ends[2];

	*line = (struct line){0};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	line->agent.fd = ends[0];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	line->theirs = ends[1];
}

static void line_close(struct line *line)
{
	agent_close(&line->agent);
	close(line->theirs);
	buffer_free(&line->heard);
}

static void hear(void *context, unsigned kind, const char *words, size_t size)
{
	struct line *line = context;

	assert_int_equal(strlen(words), size);
	buffer_printf(&line->heard, "%u %s|", kind, words);
}

static void add_frame(
	struct buffer *out, enum agent_kind kind, uint32_t sequence, const char *words)
{
	struct agent_head head;

	agent_head_make(&head, kind, sequence, words, strlen(words));
	buffer_add(out, &head, sizeof(head));
	buffer_add_text(out, words);
}

/* @return agent_receive()'s */
static int receive(struct line *line, const char *bytes, size_t size)
{
	struct error error;

	assert_int_equal(write(line->theirs, bytes, size), size);
	return agent_receive(&line->agent, hear, line, &error);
}

static void frames_come_whole_and_in_pieces(void **state)
{
	autobuffer struct buffer frames = {0};

	(void)state;
	add_frame(&frames, AGENT_EVENT, 0, "ready");
	add_frame(&frames, AGENT_ANSWER, 1, "");
	add_frame(&frames, AGENT_SERIAL_BYTES, 2, "Linux version");
	for (size_t piece = 1; piece <= frames.size; piece++) {
		struct line line;

		line_open(&line);
		for (size_t at = 0; at < frames.size; at += piece)
			assert_int_equal(
				receive(&line, frames.data + at,
					frames.size - at < piece ? frames.size - at : piece),
				0);
		assert_string_equal(line.heard.data, "3 ready|2 |4 Linux version|");
		assert_int_equal(line.agent.received, 3);
		line_close(&line);
	}
}

static void a_flipped_bit_is_found_wherever_it_is(void **state)
{
	autobuffer struct buffer frames = {0};
	size_t first;

	(void)state;
	add_frame(&frames, AGENT_EVENT, 0, "first");
	first = frames.size;
	add_frame(&frames, AGENT_EVENT, 1, "second");
	for (size_t bit = first * 8; bit < frames.size * 8; bit++) {
		struct line line;
		int status;

		line_open(&line);
		frames.data[bit / 8] ^= (char)(1 << bit % 8);
		status = receive(&line, frames.data, frames.size);
		frames.data[bit / 8] ^= (char)(1 << bit % 8);
		/* A size that grew, within the limit, waits for bytes that do not come. */
		if (bit / 8 - first < offsetof(struct agent_head, size) ||
			bit / 8 - first >= offsetof(struct agent_head, crc32))
			assert_int_equal(status, -1);
		assert_string_equal(line.heard.data, "3 first|");
		line_close(&line);
	}
}

static void a_wrong_sequence_or_size_is_refused(void **state)
{
	autobuffer struct buffer twice = {0}, skipped = {0}, huge = {0};
	struct agent_head head;
	struct line line;

	(void)state;
	add_frame(&twice, AGENT_EVENT, 0, "a");
	add_frame(&twice, AGENT_EVENT, 0, "a");
	line_open(&line);
	assert_int_equal(receive(&line, twice.data, twice.size), -1);
	assert_string_equal(line.heard.data, "3 a|");
	line_close(&line);

	add_frame(&skipped, AGENT_EVENT, 0, "a");
	add_frame(&skipped, AGENT_EVENT, 2, "c");
	line_open(&line);
	assert_int_equal(receive(&line, skipped.data, skipped.size), -1);
	line_close(&line);

	/* Before its body is there: nobody is made to wait, or to hold so much. */
	buffer_fill(&huge, 'x', AGENT_BODY_LIMIT + 1);
	agent_head_make(&head, AGENT_EVENT, 0, huge.data, huge.size);
	line_open(&line);
	assert_int_equal(receive(&line, (char *)&head, sizeof(head)), -1);
	line_close(&line);
	agent_head_make(&head, AGENT_EVENT, 0, huge.data, AGENT_BODY_LIMIT);
	line_open(&line);
	assert_int_equal(receive(&line, (char *)&head, sizeof(head)), 0);
	assert_int_equal(receive(&line, huge.data, AGENT_BODY_LIMIT), 0);
	assert_int_equal(line.heard.size, AGENT_BODY_LIMIT + 3);
	line_close(&line);
}

static void an_agent_that_was_frozen_goes_on_counting(void **state)
{
	autobuffer struct buffer frames = {0};
	struct line line;

	(void)state;
	add_frame(&frames, AGENT_ANSWER, 7, "ok unpack");
	add_frame(&frames, AGENT_EVENT, 8, "domain 1 gone");
	line_open(&line);
	assert_int_equal(receive(&line, frames.data, frames.size), 0);
	assert_string_equal(line.heard.data, "2 ok unpack|3 domain 1 gone|");
	assert_int_equal(receive(&line, frames.data, frames.size), -1);
	line_close(&line);
}

static void orders_are_frames_numbered_from_nought(void **state)
{
	static const char *const said[] = {"create", "unpause 1"};
	char bytes[256];
	struct agent_head head;
	struct error error;
	struct line line;
	ssize_t got;
	long used = 0;

	(void)state;
	line_open(&line);
	assert_int_equal(agent_order(&line.agent, &error, "create"), 0);
	assert_int_equal(agent_order(&line.agent, &error, "unpause %d", 1), 0);
	got = read(line.theirs, bytes, sizeof(bytes));
	for (uint32_t i = 0; i < 2; i++) {
		long frame = agent_frame_parse(bytes + used, (size_t)(got - used), i, &head);

		assert_true(frame > 0);
		assert_int_equal(head.kind, AGENT_ORDER);
		assert_int_equal(head.size, strlen(said[i]));
		assert_memory_equal(bytes + used + sizeof(head), said[i], head.size);
		used += frame;
	}
	assert_int_equal(used, got);
	assert_int_equal(agent_order(&line.agent, &error, "%2000d", 1), -1);
	line_close(&line);
}

/* The runner hears of a machine's death elsewhere. */
static void an_end_of_the_line_is_no_error(void **state)
{
	struct error error;
	struct line line;

	(void)state;
	line_open(&line);
	assert_int_equal(agent_receive(&line.agent, hear, &line, &error), 0);
	shutdown(line.theirs, SHUT_RDWR);
	assert_int_equal(agent_receive(&line.agent, hear, &line, &error), 0);
	line_close(&line);
	assert_int_equal(agent_receive(&line.agent, hear, &line, &error), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_whole_and_in_pieces),
		cmocka_unit_test(a_flipped_bit_is_found_wherever_it_is),
		cmocka_unit_test(a_wrong_sequence_or_size_is_refused),
		cmocka_unit_test(an_agent_that_was_frozen_goes_on_counting),
		cmocka_unit_test(orders_are_frames_numbered_from_nought),
		cmocka_unit_test(an_end_of_the_line_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
