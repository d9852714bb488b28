/* QMP in pieces of every size, replies to their commands, and everything that is no QMP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "engine/qemu_registers.h"
#include "engine/qmp.h"

#include <cmocka.h>

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define DONE	 "{\"return\": {}}\r\n"
#define SHUTDOWN                                                                                   \
	"{\"timestamp\": {\"seconds\": 1}, \"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "  \
	"\"reason\": \"guest-reset\"}}\r\n"

/* A conversation with nobody behind the other end. */
struct talk {
	struct qmp qmp;
	int ends[2];
	struct buffer heard;
};

static void on_event(void *context, const char *name, const json_t *data)
{
	struct talk *talk = context;
	const char *reason = json_string_value(json_object_get(data, "reason"));

	buffer_printf(&talk->heard, "event %s %s|", name, reason ? reason : "-");
}

static void on_failure(void *context, const char *why)
{
	struct talk *talk = context;

	buffer_printf(&talk->heard, "failed %s|", why);
}

static void on_ready(void *context, const json_t *value)
{
	struct talk *talk = context;

	buffer_add_text(&talk->heard, json_is_object(value) ? "ready|" : "ready?|");
}

static void on_status(void *context, const json_t *value)
{
	struct talk *talk = context;

	buffer_printf(
		&talk->heard, "status %s|", json_string_value(json_object_get(value, "status")));
}

static void talk_open(struct talk *talk)
{
	struct qmp_listener listener = {on_event, on_failure, talk};

	memset(talk, 0, sizeof(*talk));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, talk->ends), 0);
	qmp_open(&talk->qmp, talk->ends[0], &listener, on_ready);
}

static void talk_close(struct talk *talk)
{
	qmp_close(&talk->qmp);
	buffer_free(&talk->heard);
	close(talk->ends[0]);
	close(talk->ends[1]);
}

static void expect_heard(const char *text, size_t piece, const char *expected)
{
	struct talk talk;

	talk_open(&talk);
	qmp_command(&talk.qmp, "query-status", NULL, on_status);
	for (size_t at = 0; at < strlen(text); at += piece)
		qmp_feed(&talk.qmp, text + at,
			strlen(text) - at < piece ? strlen(text) - at : piece);
	assert_string_equal(talk.heard.data, expected);
	talk_close(&talk);
}

static void pieces_of_every_size_say_the_same(void **state)
{
	static const char text[] = GREETING DONE SHUTDOWN
		"{\"return\": {\"status\": \"shutdown\"}}\r\n{\"event\": \"STOP\"}\r\n";

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++)
		expect_heard(text, piece,
			"ready|event SHUTDOWN guest-reset|status shutdown|event STOP -|");
}

static void what_is_no_qmp_ends_the_conversation(void **state)
{
	(void)state;
	expect_heard(GREETING "\33[2Jboom\n" DONE, 7,
		"failed the emulator's monitor said what is no QMP: \\x1b[2Jboom\\x0a|");
	expect_heard("[]\n", 1, "failed the emulator's monitor said what is no QMP: []\\x0a|");
	expect_heard(DONE "{\"error\": {\"desc\": \"no such thing\"}}\n" SHUTDOWN, 5,
		"ready|failed the emulator refused 'query-status': no such thing|");
	expect_heard(DONE "{\"return\": {\"status\": \"x\"}}\n" DONE, 100,
		"ready|status x|failed the emulator's monitor answered what was not asked: |");
}

static void a_line_without_an_end_is_cut_off(void **state)
{
	static char junk[1 << 20];
	struct talk talk;

	(void)state;
	talk_open(&talk);
	memset(junk, ' ', sizeof(junk));
	for (int i = 0; i < 18; i++)
		qmp_feed(&talk.qmp, junk, sizeof(junk));
	assert_string_equal(
		talk.heard.data, "failed the emulator's monitor sent a line without an end: |");
	talk_close(&talk);
}

static void commands_go_out_at_once_and_whole(void **state)
{
	char text[256];
	struct talk talk;
	ssize_t got;

	(void)state;
	talk_open(&talk);
	qmp_command(&talk.qmp, "set-action", json_pack("{s:s}", "reboot", "reset"), NULL);
	got = recv(talk.ends[1], text, sizeof(text) - 1, MSG_DONTWAIT);
	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text,
		"{\"execute\":\"qmp_capabilities\"}"
		"{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"reset\"}}");
	talk_close(&talk);
}

static void an_emulator_that_answers_no_more_does_not_block_us(void **state)
{
	struct talk talk;

	(void)state;
	talk_open(&talk);
	for (int i = 0; i < 20; i++)
		qmp_command(&talk.qmp, "stop", NULL, NULL);
	assert_string_equal(
		talk.heard.data, "failed the emulator's monitor answers no more, before: stop|");
	talk_close(&talk);
}

static void the_end_of_the_emulator_is_no_failure(void **state)
{
	struct talk talk;

	(void)state;
	talk_open(&talk);
	assert_true(qmp_receive(&talk.qmp));
	assert_int_equal(write(talk.ends[1], DONE, strlen(DONE)), strlen(DONE));
	assert_true(qmp_receive(&talk.qmp));
	shutdown(talk.ends[1], SHUT_RDWR);
	assert_false(qmp_receive(&talk.qmp));
	qmp_command(&talk.qmp, "stop", NULL, NULL);
	assert_string_equal(talk.heard.data, "ready|");
	talk_close(&talk);
}

#define CPU(number, registers)                                                                     \
	"\r\nCPU#" #number "\r\nEAX=00000000\r\n" registers "\r\nES =0010\r\n"
#define SLEEPS	 "EIP=000fd09a EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1"
#define WAITS	 "EIP=000fd09a EFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1"
#define RUNS	 "RIP=000000000010be44 RFL=00000083 [--S---C] CPL=0 II=0 A20=1 SMM=0 HLT=0"
#define SLEEPS64 "RIP=000000000010be44 RFL=00000083 [--S---C] CPL=0 II=0 A20=1 SMM=0 HLT=1"

static void a_descriptor_goes_along_with_its_command(void **state)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char bytes[512] = "";
	struct iovec all = {bytes, sizeof(bytes) - 1};
	struct msghdr message = {.msg_iov = &all,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	struct talk talk;
	int ends[2], theirs;

	(void)state;
	talk_open(&talk);
	assert_true(recv(talk.ends[1], bytes, sizeof(bytes), 0) > 0);
	assert_int_equal(pipe(ends), 0);
	qmp_give_fd(&talk.qmp, "state", ends[1]);
	memset(bytes, 0, sizeof(bytes));
	assert_true(recvmsg(talk.ends[1], &message, 0) > 0);
	assert_string_equal(bytes, "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"state\"}}");
	assert_int_equal(control.head.cmsg_type, SCM_RIGHTS);
	memcpy(&theirs, CMSG_DATA(&control.head), sizeof(theirs));
	assert_int_equal(write(theirs, "x", 1), 1);
	assert_int_equal(read(ends[0], bytes, 1), 1);
	close(theirs);
	assert_int_equal(write(ends[1], "x", 1), 1); /* ours is ours still */
	close(ends[0]);
	close(ends[1]);
	talk_close(&talk);
}

static void only_every_processor_halted_for_good_counts(void **state)
{
	(void)state;
	assert_true(registers_halted(CPU(0, SLEEPS)));
	assert_true(registers_halted(CPU(0, SLEEPS64) CPU(1, SLEEPS)));
	assert_false(registers_halted(CPU(0, WAITS)));
	assert_false(registers_halted(CPU(0, RUNS)));
	assert_false(registers_halted(CPU(0, SLEEPS) CPU(1, WAITS)));
	assert_false(registers_halted(CPU(0, RUNS) CPU(1, SLEEPS)));
	assert_false(registers_halted(CPU(0, "nothing") CPU(1, SLEEPS)));
	assert_false(registers_halted(CPU(0, SLEEPS) CPU(1, "nothing")));
	assert_false(registers_halted("unknown command"));
	assert_false(registers_halted(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_every_size_say_the_same),
		cmocka_unit_test(what_is_no_qmp_ends_the_conversation),
		cmocka_unit_test(a_line_without_an_end_is_cut_off),
		cmocka_unit_test(commands_go_out_at_once_and_whole),
		cmocka_unit_test(an_emulator_that_answers_no_more_does_not_block_us),
		cmocka_unit_test(the_end_of_the_emulator_is_no_failure),
		cmocka_unit_test(a_descriptor_goes_along_with_its_command),
		cmocka_unit_test(only_every_processor_halted_for_good_counts),
	};

	return cmocka_run_group_tests_name("engine qmp", tests, NULL, NULL);
}
