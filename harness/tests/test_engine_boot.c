/* Real boots of guests of a few bytes: every end a boot can have. Skipped where there is no QEMU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/qemu_boot.h"

/* Last: it makes a macro of fail. */
#include <cmocka.h>

/* Real-mode code that a Linux image's setup begins with. */
#define PRINT(count)                                                                               \
	0x66, 0xb9, (count)&255, (count) >> 8 & 255, (count) >> 16 & 255, 0, /* mov ecx, count */  \
		0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb, /* until LSR has THRE */           \
		0xba, 0xf8, 0x03, 0x88, 0xc8, 0xee,		/* out COM1, cl */                 \
		0xba, 0xe9, 0x00, 0xee, 0x66, 0x49, 0x75, 0xea	/* out 0xe9, cl; loop */
#define POWER_OFF 0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef	/* PM1a_CNT: SLP_EN */
#define RESET	  0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee
#define HALT	  0xfa, 0xf4, 0xeb, 0xfd
#define SPIN	  0xfb, 0xeb, 0xfe
#define EXIT	  0xba, 0x01, 0x05, 0xb0, 0x03, 0xee /* isa-debug-exit: status 7 */

/* One boot, and all that came of it. */
struct run {
	uv_loop_t loop;
	const struct engine *engine;
	struct boot *boot;
	struct buffer text[CHANNELS];
	struct event stopped, ended;
	unsigned started, stops, halts, resets_wanted, ends;
	bool kill_at_start, ask;
	bool deaf;	     /* does not read the serial line before the guest has stopped */
	int signal_at_start; /* sent to the emulator by somebody else */
	uv_timer_t asking;   /* calls poll() */
	uint8_t memory[16];
	int memory_result;
	struct error error;
};

static void hear(void *context, const struct event *event)
{
	struct run *run = context;

	assert_int_equal(run->ends, 0);
	switch (event->kind) {
	case EVENT_BYTES:
		buffer_add(&run->text[event->channel], event->bytes, event->size);
		break;
	case EVENT_STARTED:
		run->started++;
		if (run->deaf)
			uv_poll_stop(
				&((struct qemu_boot *)run->boot)->intakes[CHANNEL_SERIAL].poll);
		if (run->signal_at_start)
			kill(((struct qemu_boot *)run->boot)->pid, run->signal_at_start);
		if (run->kill_at_start)
			run->engine->stop(run->boot);
		break;
	case EVENT_STOPPED:
		run->stops++;
		run->stopped = *event;
		run->memory_result = run->engine->read_memory(
			run->boot, 0x90000, run->memory, sizeof(run->memory), &run->error);
		if (run->resets_wanted && run->resets_wanted--)
			run->engine->reset(run->boot);
		else
			run->engine->stop(run->boot);
		break;
	case EVENT_HALTED:
		run->halts++;
		run->engine->stop(run->boot);
		break;
	case EVENT_FROZEN:
	case EVENT_MARK:
		break;
	case EVENT_ENDED:
		run->ends++;
		run->ended = *event;
		uv_close((uv_handle_t *)&run->asking, NULL);
		break;
	}
}

static void ask(uv_timer_t *timer)
{
	struct run *run = timer->data;

	run->engine->poll(run->boot);
}

static struct part image(const uint8_t *code, size_t size)
{
	uint8_t file[512 * 2 + 64] = {[0x1f1] = 1,
		[0x1fe] = 0x55,
		[0x1ff] = 0xaa,
		[0x200] = 0xeb,
		[0x201] = 0x6e,
		[0x202] = 'H',
		'd',
		'r',
		'S',
		0x01,
		0x02,
		[0x211] = 1};
	struct part part = {.path = (char *)"guest", .size = sizeof(file)};

	assert_true(size < 0x100);
	memcpy(file + 0x270, code, size);
	part.fd = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(part.fd, file, sizeof(file)), sizeof(file));
	return part;
}

static void boot(struct run *run, const struct machine *machine, const uint8_t *code, size_t size)
{
	struct part kernel = image(code, size);
	struct payload payload = {.kernel = &kernel, .cmdline = (char *)""};
	struct boot_request request = {.machine = machine,
		.payload = &payload,
		.folder = "/",
		.listener = hear,
		.context = run};
	struct error error;

	run->engine = engine_find("qemu");
	uv_loop_init(&run->loop);
	run->boot = run->engine->start(&run->loop, &request, &error);
	if (!run->boot)
		fail_msg("%s", error.text);
	uv_timer_init(&run->loop, &run->asking);
	run->asking.data = run;
	if (run->ask)
		uv_timer_start(&run->asking, ask, 0, 10);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	assert_int_equal(run->ends, 1);
	run->engine->release(run->boot);
	assert_int_equal(uv_loop_close(&run->loop), 0);
	close(kernel.fd);
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < CHANNELS; i++)
		buffer_free(&run->text[i]);
}

static const struct machine small = {.emulator = "qemu-system-x86_64",
	.accel = "tcg",
	.type = "pc",
	.memory = 8 << 20,
	.vcpus = 1,
	.dma = true};

static void power_off_comes_after_the_last_byte(void **state)
{
	static const uint8_t code[] = {PRINT(30000), POWER_OFF, HALT};
	struct run run = {0};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.started, 1);
	assert_int_equal(run.stops, 1);
	assert_int_equal(run.stopped.cause, CAUSE_POWEROFF);
	assert_int_equal(run.ended.cause, CAUSE_KILLED);
	assert_int_equal(run.text[CHANNEL_SERIAL].size, 30000);
	assert_int_equal(run.text[CHANNEL_DEBUG].size, 30000);
	for (size_t i = 0; i < 30000; i++)
		assert_int_equal((uint8_t)run.text[CHANNEL_SERIAL].data[i], (30000 - i) & 255);
	assert_int_equal(run.memory_result, 0);
	run_free(&run);
}

/* A pipe holds 65536 bytes: two more wait inside the emulator when the guest switches itself off.
 */
static void bytes_that_did_not_fit_are_waited_for(void **state)
{
	static const uint8_t code[] = {PRINT(65538), POWER_OFF, HALT};
	struct run run = {.deaf = true};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.stopped.cause, CAUSE_POWEROFF);
	assert_int_equal(run.text[CHANNEL_SERIAL].size, 65538);
	run_free(&run);
}

static void a_reset_from_outside_boots_again(void **state)
{
	static const uint8_t code[] = {PRINT(3), POWER_OFF, HALT};
	struct run run = {.resets_wanted = 2};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.stops, 3);
	assert_int_equal(run.stopped.cause, CAUSE_POWEROFF);
	assert_string_equal(run.text[CHANNEL_SERIAL].data, "\3\2\1\3\2\1\3\2\1");
	run_free(&run);
}

static void a_guest_that_resets_is_seen_each_time(void **state)
{
	static const uint8_t code[] = {RESET, HALT};
	struct run run = {.resets_wanted = 1};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.stops, 2);
	assert_int_equal(run.stopped.cause, CAUSE_RESET);
	run_free(&run);
}

static void a_halt_with_interrupts_off_is_told_when_asked(void **state)
{
	static const uint8_t code[] = {PRINT(1), HALT};
	struct run run = {.ask = true};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.halts, 1);
	run_free(&run);
}

static void an_exit_is_told_with_its_status(void **state)
{
	static const uint8_t code[] = {EXIT, HALT};
	static const char *const extra[] = {"-device", "isa-debug-exit"};
	struct machine machine = small;
	struct run run = {0};

	(void)state;
	machine.extra = extra;
	machine.extra_count = 2;
	boot(&run, &machine, code, sizeof(code));
	assert_int_equal(run.ended.cause, CAUSE_EXIT);
	assert_int_equal(run.ended.code, 7);
	run_free(&run);
}

static void an_emulator_that_will_not_start_says_why(void **state)
{
	static const uint8_t code[] = {HALT};
	struct machine machine = small;
	struct run run = {0};

	(void)state;
	machine.type = "nonesuch";
	boot(&run, &machine, code, sizeof(code));
	assert_int_equal(run.ended.cause, CAUSE_EXIT);
	assert_int_equal(run.ended.code, 1);
	assert_int_equal(run.started, 0);
	assert_non_null(strstr(run.text[CHANNEL_EMULATOR].data, "machine type"));
	run_free(&run);
}

static void a_boot_can_be_stopped_at_any_time(void **state)
{
	static const uint8_t code[] = {SPIN};
	struct run run = {.kill_at_start = true};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.ended.cause, CAUSE_KILLED);
	run_free(&run);
}

static void a_kill_from_outside_is_told(void **state)
{
	static const uint8_t code[] = {SPIN};
	struct run run = {.signal_at_start = SIGKILL};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.ended.cause, CAUSE_SIGNAL);
	assert_int_equal(run.ended.code, SIGKILL);
	run_free(&run);
}

static void an_emulator_that_stands_still_can_be_stopped(void **state)
{
	static const uint8_t code[] = {SPIN};
	struct run run = {.signal_at_start = SIGSTOP, .kill_at_start = true};

	(void)state;
	boot(&run, &small, code, sizeof(code));
	assert_int_equal(run.ended.cause, CAUSE_KILLED);
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_off_comes_after_the_last_byte),
		cmocka_unit_test(bytes_that_did_not_fit_are_waited_for),
		cmocka_unit_test(a_reset_from_outside_boots_again),
		cmocka_unit_test(a_guest_that_resets_is_seen_each_time),
		cmocka_unit_test(a_halt_with_interrupts_off_is_told_when_asked),
		cmocka_unit_test(an_exit_is_told_with_its_status),
		cmocka_unit_test(an_emulator_that_will_not_start_says_why),
		cmocka_unit_test(a_boot_can_be_stopped_at_any_time),
		cmocka_unit_test(a_kill_from_outside_is_told),
		cmocka_unit_test(an_emulator_that_stands_still_can_be_stopped),
	};

	if (system("qemu-system-x86_64 -version >/dev/null 2>&1"))
		return 0;
	return cmocka_run_group_tests_name("engine boot", tests, NULL, NULL);
}
