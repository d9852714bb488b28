/*
 * Standing still at an instruction, by the emulator's gdb stub.
 *
 * The machine is started by the stub (-S): breakpoints and the word to go on lie in the socket
 * before the emulator reads it, so that nothing waits for us. TCG looks at all breakpoints whenever
 * it leaves a block of code, so they are taken away as soon as nobody needs them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/firmware_call.h"
#include "engine/qemu_boot.h"

#define TRAP "T05" /* stop reply: a breakpoint, or a step done */

static bool belongs(const struct freeze_point *point, enum freeze_set set)
{
	return set == FREEZE_ALL || (set == FREEZE_LATE && !point->early);
}

/* What has to be set or removed so that the points of @wanted are there. */
static void add_points(struct qemu_boot *boot, struct buffer *frames, enum freeze_set wanted)
{
	char packet[32];

	for (size_t i = 0; i < boot->request.freeze_count; i++) {
		const struct freeze_point *point = &boot->request.freeze[i];
		bool is = belongs(point, boot->armed), will = belongs(point, wanted);

		if (is == will || !point->linear)
			continue;
		snprintf(packet, sizeof(packet), "%c1,%x,1", will ? 'Z' : 'z', point->linear);
		rsp_frame(frames, packet);
	}
	boot->armed = wanted;
}

/* Everything in one write: a byte that comes while the machine runs would stop it. */
static int go(struct qemu_boot *boot, enum freeze_set points, const char *how, struct error *error)
{
	autobuffer struct buffer frames = {0};

	add_points(boot, &frames, points);
	rsp_frame(&frames, how);
	return rsp_send_frames(&boot->stub, &frames, error);
}

static void go_or_fail(struct qemu_boot *boot, enum freeze_set points, const char *how)
{
	struct error error;

	if (!boot->killed && go(boot, points, how, &error) < 0)
		boot_fail(boot, error.text);
}

int freeze_prepare(struct qemu_boot *boot, struct error *error)
{
	if (boot->stub.fd < 0)
		return 0;
	fcntl(boot->stub.fd, F_SETFL, O_NONBLOCK);
	if (boot->start != QEMU_START_STUB)
		return 0;
	return go(boot, FREEZE_ALL, "c", error);
}

void freeze_arm(struct qemu_boot *boot, enum freeze_set points)
{
	autobuffer struct buffer frames = {0};
	struct error error;

	if (boot->killed || boot->stub.fd < 0)
		return;
	boot->frozen = boot->stepping = false;
	buffer_add_text(&frames, "\003"); /* a running machine stops at any byte, and loses it */
	add_points(boot, &frames, points);
	rsp_frame(&frames, "c");
	if (rsp_send_frames(&boot->stub, &frames, &error) < 0)
		boot_fail(boot, error.text);
}

void freeze_resume(struct qemu_boot *boot)
{
	boot->frozen = boot->stepping = false;
	go_or_fail(boot, FREEZE_ALL, "c");
}

/* To go on from a breakpoint that stays it has to be stepped over. */
void freeze_thaw(struct qemu_boot *boot, enum freeze_set points)
{
	if (!boot->frozen)
		return;
	boot->frozen = false;
	boot->stepping = points != FREEZE_NONE;
	go_or_fail(boot, points, boot->stepping ? "s" : "c");
}

static bool stands_at(const struct freeze_point *point, const struct cpu_state *cpu)
{
	bool protected = cpu->cr0 & 1, paging = cpu->cr0 >> 31;

	if (point->mode == FREEZE_PROTECTED || point->mode == FREEZE_LONG)
		return protected && paging == (point->mode == FREEZE_LONG) &&
		       cpu->eip == point->linear;
	return (!point->cs || cpu->cs == point->cs) &&
	       cpu->cs * 16u + (cpu->eip & 0xffff) == point->linear &&
	       !(point->mode == FREEZE_REAL && protected);
}

/* The freeze point at which the machine stands, or none. */
static const struct freeze_point *point_of(
	const struct qemu_boot *boot, const struct cpu_state *cpu)
{
	for (size_t i = 0; i < boot->request.freeze_count; i++) {
		const struct freeze_point *point = &boot->request.freeze[i];

		if (point->linear && stands_at(point, cpu))
			return point;
	}
	return NULL;
}

int freeze_watch_point(struct qemu_boot *boot, size_t point, struct error *error)
{
	return rsp_breakpoint(&boot->stub, true, boot->request.freeze[point].linear, error);
}

static void trapped(struct qemu_boot *boot)
{
	struct event event = {.kind = EVENT_FROZEN};
	const struct freeze_point *point;
	struct error error;

	if (boot->stepping) {
		boot->stepping = false;
		go_or_fail(boot, boot->armed, "c");
		return;
	}
	if (rsp_registers(&boot->stub, &event.cpu, &error) < 0) {
		boot_fail(boot, error.text);
		return;
	}
	boot->frozen = true;
	point = point_of(boot, &event.cpu);
	if (!point) {
		freeze_thaw(boot, boot->armed);
		return;
	}
	intakes_drain(boot);
	event.point = (size_t)(point - boot->request.freeze);
	boot_tell(boot, &event);
}

static void stub_readable(uv_poll_t *poll, int status, int events)
{
	struct qemu_boot *boot = poll->data;
	autobuffer struct buffer packet = {0};
	struct error error;
	int got;

	(void)status;
	(void)events;
	while ((got = rsp_receive(&boot->stub, &packet, &error)) > 0)
		if (!boot->killed && strncmp(packet.data, TRAP, strlen(TRAP)) == 0)
			trapped(boot);
	if (got < 0)
		uv_poll_stop(poll); /* its end is seen elsewhere */
}

int freeze_watch(struct qemu_boot *boot)
{
	int result;

	if (boot->stub.fd < 0)
		return 0;
	result = uv_poll_init(boot->loop, &boot->stub_poll, boot->stub.fd);
	if (result)
		return result;
	boot->stub_poll.data = boot;
	boot->handles++;
	return uv_poll_start(&boot->stub_poll, UV_READABLE, stub_readable);
}
