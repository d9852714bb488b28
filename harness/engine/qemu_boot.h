/* One boot under QEMU; for the files of this engine only. */
#ifndef DKBOOT_ENGINE_QEMU_BOOT_H
#define DKBOOT_ENGINE_QEMU_BOOT_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "engine/engine.h"
#include "base/spawn.h"
#include "engine/qemu_argv.h"
#include "engine/qmp.h"
#include "engine/rsp.h"

/** When the processors of an emulator that was started begin to run. */
enum qemu_start {
	QEMU_START_MONITOR, /* as soon as its monitor listens */
	QEMU_START_STUB,    /* the gdb stub starts it, with all breakpoints */
	QEMU_START_LATER    /* whoever launched it says so; breakpoints come with freeze_arm() */
};

/** The reading end of one channel. */
struct intake {
	int fd;	    /* -1: this engine has no such channel */
	bool ended; /* end of file was read */
	uv_poll_t poll;
	bool resting; /* not polled until the timer fires */
};

struct qemu_stream;

struct qemu_boot {
	struct boot head;
	uv_loop_t *loop;
	struct boot_request request;
	uint64_t since; /* clock_now() that events count from */

	enum qemu_start start;
	pid_t pid;
	int pidfd;
	uv_poll_t exit_poll;

	struct qmp qmp;
	int monitor;
	uv_poll_t monitor_poll;

	struct intake intakes[CHANNELS];
	uv_timer_t rest; /* ends the rest of the intakes */

	struct rsp stub; /* gdb stub; its descriptor is -1 where nothing is to be frozen */
	uv_poll_t stub_poll;
	bool frozen;	       /* stands at a freeze point, told and not yet thawed */
	enum freeze_set armed; /* the breakpoints that are set */
	bool stepping;	       /* over a breakpoint, to go on behind it */

	struct qemu_stream *stream; /* the payload, asked for by the ROM; NULL = not so */

	int memory;	   /* memfd behind the guest's RAM; -1 once given up */
	uint64_t progress; /* last one seen, in bytes */

	unsigned handles; /* of libuv, not closed yet */

	bool killed;	    /* boot_stop() was called, or our own side failed */
	bool asking;	    /* poll()'s question is not answered yet */
	enum cause stopped; /* why the guest stands still, or CAUSE_NONE */

	/* Resetting from outside, see qemu_reset.c. */
	bool resetting; /* asked for, and not yet done */
	bool forgiving; /* one silent reset of the firmware's own is to come */
	bool heard;	/* the guest said something since the reset */

	char *failure; /* why our own side gave up, or NULL */
	struct event end;
};

/** Most descriptors that a launch may hand over beside the ties. */
#define QEMU_INHERIT_LIMIT (8 + PAYLOAD_ATTACHED)

/** What to launch, and how it is tied to us. The ties' descriptors have the numbers of enum
 * qemu_fd. */
struct qemu_launch {
	uv_loop_t *loop;
	const struct boot_request *request; /* folder, freeze points, listener; copied */
	char **argv;
	const struct inherit *inherit; /* further descriptors */
	size_t inherit_count;
	int memory; /* file behind the machine's RAM, taken over, or -1 */
	bool stub;  /* with a gdb stub */
	enum qemu_start start;
};

/** Launches an emulator. @return NULL with the reason */
struct qemu_boot *qemu_launch(const struct qemu_launch *launch, struct error *error);

/** Starts a boot on plain QEMU, as struct engine's start(). */
struct qemu_boot *boot_start(
	uv_loop_t *loop, const struct boot_request *request, struct error *error);

/** As struct engine's release(). */
void boot_release(struct qemu_boot *boot);

/** qemu_argv() with paths that hold in any folder; release with qemu_argv_free(). */
char **boot_argv(const struct machine *machine, const struct payload *payload, const char *kernel,
	const char *initrd, enum qemu_ties ties);

/** Watches and talks to the emulator that was just started. */
int boot_watch(struct qemu_boot *boot, struct error *error);

/** Closes every handle of libuv's that the boot has. */
void boot_close_handles(struct qemu_boot *boot, uv_close_cb closed);

/** Kills the emulator; its end is seen later. */
void boot_kill(struct qemu_boot *boot);

/** As struct engine's poll(). */
void boot_ask_halted(struct qemu_boot *boot);

/** Tells the listener; fills in @at. */
void boot_tell(struct qemu_boot *boot, struct event *event);

/** Gives up for a reason of our own: the emulator is killed, CAUSE_ENGINE follows. */
void boot_fail(struct qemu_boot *boot, const char *why);

/** Begins to poll the intakes whose @fd is set. @return 0, or libuv's error */
int intakes_open(struct qemu_boot *boot);

/** Reads all that is there. @return the most bytes that came from one channel */
size_t intakes_drain(struct qemu_boot *boot);

/** Closes the intakes' handles; the descriptors stay open until boot's release. */
void intakes_close(struct qemu_boot *boot, uv_close_cb closed);

/** Gives the stub its breakpoints and lets the machine start; before the emulator runs. */
int freeze_prepare(struct qemu_boot *boot, struct error *error);

/** Begins to listen to the stub. @return 0, or libuv's error */
int freeze_watch(struct qemu_boot *boot);

/** As struct engine's watch(). */
int freeze_watch_point(struct qemu_boot *boot, size_t point, struct error *error);

/** Stops a running machine, sets the breakpoints of @points and lets it go on. */
void freeze_arm(struct qemu_boot *boot, enum freeze_set points);

/** Lets a machine that was stopped for another reason go on, with all breakpoints. */
void freeze_resume(struct qemu_boot *boot);

/** As struct engine's thaw(). */
void freeze_thaw(struct qemu_boot *boot, enum freeze_set points);

/** Asks for a reset from outside. */
void reset_begin(struct qemu_boot *boot);

/** The emulator's RESET event. @param by_guest as the event says */
void reset_seen(struct qemu_boot *boot, bool by_guest);

/** True when a reset by the guest is the firmware's own and was dealt with. */
bool reset_forgiven(struct qemu_boot *boot);

#endif
