/* Memory through the gdb stub, by linear address and, for a guest of a guest, by that of the outer
 * machine. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/rsp.h"

#include <cmocka.h>

/* A connection whose other end has answered before it is asked. */
struct talk {
	struct rsp rsp;
	int theirs;
};

static void talk_open(struct talk *talk, const char *const *answers)
{
	autobuffer struct buffer frames = {0};
	int ends[2];

	*talk = (struct talk){0};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	talk->rsp.fd = ends[0];
	talk->theirs = ends[1];
	for (; *answers; answers++) {
		buffer_add_text(&frames, "+");
		rsp_frame(&frames, *answers);
	}
	assert_int_equal(write(talk->theirs, frames.data, frames.size), frames.size);
}

/* Closes it; all that was asked was @packets. */
static void talk_close(struct talk *talk, const char *const *packets)
{
	autobuffer struct buffer expected = {0};
	char asked[512] = "";

	for (; *packets; packets++)
		rsp_frame(&expected, *packets);
	shutdown(talk->rsp.fd, SHUT_WR);
	assert_true(read(talk->theirs, asked, sizeof(asked) - 1) >= 0);
	assert_string_equal(asked, expected.data ? expected.data : "");
	rsp_close(&talk->rsp);
	close(talk->theirs);
}

/* Pages of the guest lie apart from each other, in reverse; the one at 0x3000 nowhere. */
static bool scattered(void *context, uint64_t linear, uint64_t *physical, uint64_t *follow)
{
	(void)context;
	if (linear >= 0x3000)
		return false;
	*physical = UINT64_C(0x180000000) - linear / 0x1000 * 0x10000 + linear % 0x1000;
	*follow = 0x1000 - linear % 0x1000;
	return true;
}

static void memory_is_read_where_it_lies(void **state)
{
	struct talk talk;
	unsigned char bytes[4] = {0};
	struct error error;

	(void)state;
	talk_open(&talk, (const char *const[]){"0102", "a0FF", NULL});
	talk.rsp.translate = scattered;
	assert_int_equal(rsp_memory_read(&talk.rsp, 0x1ffe, bytes, 4, &error), 0);
	assert_memory_equal(bytes, "\x01\x02\xa0\xff", 4);
	talk_close(&talk, (const char *const[]){"m17fff0ffe,2", "m17ffe0000,2", NULL});
}

static void memory_is_written_where_it_lies(void **state)
{
	struct talk talk;
	struct error error;

	(void)state;
	talk_open(&talk, (const char *const[]){"OK", "OK", NULL});
	talk.rsp.translate = scattered;
	assert_int_equal(rsp_memory_write(&talk.rsp, 0xfff, "\x0f\xf0", 2, &error), 0);
	talk_close(&talk, (const char *const[]){"M180000fff,1:0f", "M17fff0000,1:f0", NULL});
}

static void without_a_translation_an_address_is_what_it_is(void **state)
{
	struct talk talk;
	unsigned char bytes[4];
	struct error error;

	(void)state;
	talk_open(&talk, (const char *const[]){"01020304", NULL});
	assert_int_equal(rsp_memory_read(&talk.rsp, 0x1ffe, bytes, 4, &error), 0);
	talk_close(&talk, (const char *const[]){"m1ffe,4", NULL});
}

static void a_hole_or_a_short_answer_is_an_error(void **state)
{
	struct talk talk;
	unsigned char bytes[4];
	struct error error;

	(void)state;
	talk_open(&talk, (const char *const[]){"01", "E22", "", NULL});
	talk.rsp.translate = scattered;
	assert_int_equal(rsp_memory_read(&talk.rsp, 0x3000, bytes, 1, &error), -1);
	assert_string_equal(error.text, "gdb stub: there is no memory at 0x3000");
	assert_int_equal(rsp_memory_read(&talk.rsp, 0x2fff, bytes, 2, &error), -1);
	assert_int_equal(rsp_memory_read(&talk.rsp, 0x1000, bytes, 4, &error), -1);
	assert_int_equal(rsp_memory_write(&talk.rsp, 0x1000, bytes, 0, &error), 0);
	talk_close(&talk, (const char *const[]){"m17ffe0fff,1", "m17fff0000,4", NULL});
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_read_where_it_lies),
		cmocka_unit_test(memory_is_written_where_it_lies),
		cmocka_unit_test(without_a_translation_an_address_is_what_it_is),
		cmocka_unit_test(a_hole_or_a_short_answer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
