/* From a machine and a payload to a running emulator, and the release of it all. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/text.h"
#include "base/warden.h"
#include "engine/qemu_boot.h"

/* The emulator's ends of what ties it to us, by their number there; 0 = not there. */
struct ties {
	int theirs[QEMU_FD_END];
};

static void close_ties(struct ties *ties)
{
	/* The payload's descriptors belong to the payload. */
	for (int fd = 0; fd < QEMU_FD_END; fd++)
		if (ties->theirs[fd] > 0 && fd != QEMU_FD_KERNEL && fd != QEMU_FD_INITRD &&
			fd != QEMU_FD_MEMORY && fd != QEMU_FD_DISK)
			close(ties->theirs[fd]);
}

static int open_intake(struct boot *boot, enum channel channel, int *theirs, struct error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return fail_errno(error, "no pipe for the emulator");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	boot->intakes[channel].fd = ends[0];
	*theirs = ends[1];
	return 0;
}

static int open_socket(int *ours, int *theirs, struct error *error)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(error, "no socket for the emulator");
	*ours = ends[0];
	*theirs = ends[1];
	return 0;
}

static int open_memory(struct boot *boot, struct error *error)
{
	uint64_t size = boot->request.machine->memory;

	boot->memory = memfd_create("guest-ram", MFD_CLOEXEC);
	if (boot->memory < 0 || ftruncate(boot->memory, (off_t)size))
		return fail_errno(error, "no %" PRIu64 " bytes of guest memory", size);
	return 0;
}

static int open_ties(struct boot *boot, struct ties *ties, struct error *error)
{
	const struct payload *payload = boot->request.payload;

	if (open_socket(&boot->monitor, &ties->theirs[QEMU_FD_MONITOR], error) ||
		open_memory(boot, error) ||
		open_intake(boot, CHANNEL_SERIAL, &ties->theirs[QEMU_FD_SERIAL], error) ||
		open_intake(boot, CHANNEL_DEBUG, &ties->theirs[QEMU_FD_DEBUG], error) ||
		open_intake(boot, CHANNEL_EMULATOR, &ties->theirs[1], error))
		return -1;
	if (boot->request.freeze_count &&
		open_socket(&boot->stub.fd, &ties->theirs[QEMU_FD_GDB], error))
		return -1;
	ties->theirs[QEMU_FD_MEMORY] = boot->memory;
	if (payload->disk) {
		ties->theirs[QEMU_FD_DISK] = payload->disk->fd;
		return 0;
	}
	ties->theirs[QEMU_FD_KERNEL] = payload->kernel->fd;
	if (payload->initrd)
		ties->theirs[QEMU_FD_INITRD] = payload->initrd->fd;
	return 0;
}

/* The emulator runs in another folder than we do. Links stay as they are: a wrapper may look at the
 * name it was called by. */
static char *absolute(const char *path)
{
	autofree char *here = NULL;

	if (!path || *path == '/')
		return copy_text(path);
	here = getcwd(NULL, 0);
	return format_text("%s/%s", here ? here : ".", path);
}

/* A name without a slash is searched for, not opened. */
static char *absolute_unless_name(const char *path)
{
	return path && strchr(path, '/') ? absolute(path) : copy_text(path);
}

char **boot_argv(const struct machine *machine, const struct payload *payload, const char *kernel,
	const char *initrd, enum qemu_ties ties)
{
	struct machine here = *machine;
	autofree char *emulator = absolute_unless_name(machine->emulator);
	autofree char *firmware = absolute_unless_name(machine->firmware);
	autofree char *rom_folder = absolute_unless_name(machine->rom_folder);

	here.emulator = emulator;
	here.firmware = firmware;
	here.rom_folder = rom_folder;
	if (!payload->disk)
		return qemu_argv(&here, kernel, initrd, payload->cmdline, ties);
	here.disk = "disk"; /* beside kernel and initrd, which are on it */
	return qemu_argv(&here, NULL, NULL, NULL, ties);
}

static int spawn_emulator(struct boot *boot, const struct ties *ties, struct error *error)
{
	const struct payload *payload = boot->request.payload;
	struct inherit inherit[QEMU_FD_END];
	struct command command = {.folder = boot->request.folder,
		.inherit = inherit,
		.in = -1,
		.out = ties->theirs[1],
		.err = ties->theirs[1]};
	char **argv = boot_argv(boot->request.machine, payload, payload->kernel->path,
		payload->initrd ? payload->initrd->path : NULL,
		boot->request.freeze_count ? QEMU_JUDGED : QEMU_LIVE);

	for (int fd = QEMU_FD_MONITOR; fd < QEMU_FD_END; fd++)
		if (ties->theirs[fd] > 0)
			inherit[command.inherit_count++] = (struct inherit){ties->theirs[fd], fd};
	command.argv = argv;
	boot->since = clock_now();
	boot->pid = spawn(&command, &boot->pidfd, error);
	qemu_argv_free(argv);
	return boot->pid < 0 ? -1 : 0;
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void boot_release(struct boot *boot)
{
	if (!boot)
		return;
	for (size_t i = 0; i < CHANNELS; i++)
		close_descriptor(&boot->intakes[i].fd);
	close_descriptor(&boot->monitor);
	close_descriptor(&boot->pidfd);
	close_descriptor(&boot->memory);
	rsp_close(&boot->stub);
	qmp_close(&boot->qmp);
	free(boot->failure);
	free(boot);
}

static void abandoned(uv_handle_t *handle)
{
	struct boot *boot = handle->data;

	if (--boot->handles == 0)
		boot_release(boot);
}

/* A start that failed half-way: nothing of it may be left, and no event comes. */
static struct boot *abandon(struct boot *boot)
{
	if (boot->pid > 0) {
		kill(-boot->pid, SIGKILL);
		waitpid(boot->pid, NULL, 0);
		warden_forget(boot->pid);
	}
	if (!boot->handles) {
		boot_release(boot);
		return NULL;
	}
	boot_close_handles(boot, abandoned);
	return NULL;
}

struct boot *boot_start(uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	__attribute__((cleanup(close_ties))) struct ties ties = {{0}};
	struct boot *boot = calloc(1, sizeof(*boot));

	if (!boot)
		abort();
	boot->loop = loop;
	boot->request = *request;
	boot->monitor = boot->pidfd = boot->memory = boot->stub.fd = -1;
	for (size_t i = 0; i < CHANNELS; i++)
		boot->intakes[i].fd = -1;
	if (open_ties(boot, &ties, error) || freeze_prepare(boot, error) ||
		spawn_emulator(boot, &ties, error) || boot_watch(boot, error))
		return abandon(boot);
	return boot;
}
