/* Bytes that the guest and its emulator print, on their way to the listener. */
#include <errno.h>
#include <unistd.h>

#include "engine/qemu_boot.h"

/*
 * A guest prints byte by byte. Waking up for each would cost more than the boot: an intake that
 * gave few bytes rests for REST_MS. One that gives many is read at once, but at most TURN bytes in
 * a row, for the sake of the other lanes.
 */
enum { REST_MS = 2, MANY = 4096, TURN = 1 << 18 };

/* The descriptor stays open until libuv has let go of its number: closed here, the number could be
 * another boot's by the time uv_close() takes it out of epoll. */
static void intake_ended(struct intake *intake)
{
	uv_poll_stop(&intake->poll);
	intake->ended = true;
}

static bool intake_open(const struct intake *intake)
{
	return intake->fd >= 0 && !intake->ended;
}

static void deliver(
	struct qemu_boot *boot, const struct intake *intake, const char *bytes, size_t size)
{
	struct event event = {.kind = EVENT_BYTES,
		.channel = (enum channel)(intake - boot->intakes),
		.bytes = bytes,
		.size = size};

	if (event.channel != CHANNEL_EMULATOR)
		boot->heard = true;
	boot_tell(boot, &event);
}

/* Reads until there is nothing left or @most bytes came. @return bytes read */
static size_t intake_read(struct qemu_boot *boot, struct intake *intake, size_t most)
{
	char chunk[16384];
	size_t total = 0;
	ssize_t got;

	while (intake_open(intake) && total < most) {
		got = read(intake->fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		if (got <= 0) {
			intake_ended(intake);
			break;
		}
		total += (size_t)got;
		deliver(boot, intake, chunk, (size_t)got);
	}
	return total;
}

static void rest_over(uv_timer_t *timer);

static void rest(struct qemu_boot *boot, struct intake *intake)
{
	intake->resting = true;
	uv_poll_stop(&intake->poll);
	if (!uv_is_active((uv_handle_t *)&boot->rest))
		uv_timer_start(&boot->rest, rest_over, REST_MS, 0);
}

static void intake_ready(uv_poll_t *poll, int status, int events)
{
	struct qemu_boot *boot = poll->data;
	struct intake *intake = (struct intake *)((char *)poll - offsetof(struct intake, poll));
	size_t got = intake_read(boot, intake, TURN);

	(void)status;
	(void)events;
	if (intake_open(intake) && got < MANY)
		rest(boot, intake);
}

static void rest_over(uv_timer_t *timer)
{
	struct qemu_boot *boot = timer->data;

	for (size_t i = 0; i < CHANNELS; i++) {
		struct intake *intake = &boot->intakes[i];

		if (!intake->resting)
			continue;
		intake->resting = false;
		/* Looking before polling spares two calls a turn while the guest chatters. */
		if (intake_read(boot, intake, TURN) && intake_open(intake))
			rest(boot, intake);
		else if (intake_open(intake))
			uv_poll_start(&intake->poll, UV_READABLE, intake_ready);
	}
}

size_t intakes_drain(struct qemu_boot *boot)
{
	size_t most = 0;

	for (size_t i = 0; i < CHANNELS; i++) {
		size_t got = intake_read(boot, &boot->intakes[i], SIZE_MAX);

		most = got > most ? got : most;
	}
	return most;
}

int intakes_open(struct qemu_boot *boot)
{
	int result = uv_timer_init(boot->loop, &boot->rest);

	boot->rest.data = boot;
	boot->handles++;
	for (size_t i = 0; i < CHANNELS && !result; i++) {
		struct intake *intake = &boot->intakes[i];

		if (intake->fd < 0)
			continue;
		result = uv_poll_init(boot->loop, &intake->poll, intake->fd);
		if (result)
			break;
		boot->handles++;
		intake->poll.data = boot;
		result = uv_poll_start(&intake->poll, UV_READABLE, intake_ready);
	}
	return result;
}

void intakes_close(struct qemu_boot *boot, uv_close_cb closed)
{
	uv_close((uv_handle_t *)&boot->rest, closed);
	for (size_t i = 0; i < CHANNELS; i++) {
		struct intake *intake = &boot->intakes[i];

		if (intake->poll.data)
			uv_close((uv_handle_t *)&intake->poll, closed);
	}
}
