/* From a machine and a payload to a running emulator, and the release of it all. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/text.h"
#include "base/warden.h"
#include "engine/qemu.h"
#include "engine/qemu_boot.h"
#include "engine/qemu_stream.h"

/* The emulator's ends of what ties it to us, by their number there; 0 = not there. */
struct ties {
	int theirs[QEMU_FD_END];
};

static void close_ties(struct ties *ties)
{
	for (int fd = 0; fd < QEMU_FD_END; fd++)
		if (ties->theirs[fd] > 0)
			close(ties->theirs[fd]);
}

static int open_intake(
	struct qemu_boot *boot, enum channel channel, int *theirs, struct error *error)
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

static int open_ties(struct qemu_boot *boot, const struct qemu_launch *launch, struct ties *ties,
	struct error *error)
{
	if (open_socket(&boot->monitor, &ties->theirs[QEMU_FD_MONITOR], error) ||
		open_intake(boot, CHANNEL_SERIAL, &ties->theirs[QEMU_FD_SERIAL], error) ||
		open_intake(boot, CHANNEL_DEBUG, &ties->theirs[QEMU_FD_DEBUG], error) ||
		open_intake(boot, CHANNEL_EMULATOR, &ties->theirs[1], error) ||
		stream_prepare(boot, &ties->theirs[QEMU_FD_STREAM], error))
		return -1;
	return launch->stub ? open_socket(&boot->stub.fd, &ties->theirs[QEMU_FD_GDB], error) : 0;
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
	here.attached = payload->attached;
	here.attached_count = payload->attached_count;
	if (payload->boot == BOOT_MULTIBOOT2)
		return qemu_argv(&here, NULL, NULL, NULL, ties);
	if (!payload->disk && !payload->volume && !payload->stream)
		return qemu_argv(&here, kernel, initrd, payload->cmdline, ties);
	/* beside kernel and initrd, which are on it */
	here.disk = payload->disk ? "disk" : NULL;
	here.volume = payload->volume ? "volume" : NULL;
	here.volume_starts = payload->volume_starts;
	here.stream = payload->stream;
	return qemu_argv(&here, NULL, NULL, NULL, ties);
}

/* Half of a short boot's page faults are those of the emulator's heap: it grows in steps of 8 MiB
 * and asks for huge pages, and 200 probe cells take a sixth less time. What a user has set stays.
 */
#define HEAP "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=8388608"

/* Ours, and how its heap is to grow; made once. */
static char *const *emulator_environment(void)
{
	static char heap[] = HEAP, **list;
	size_t count = 0;

	if (list || getenv("GLIBC_TUNABLES"))
		return list;
	while (environ[count])
		count++;
	list = calloc(count + 2, sizeof(*list));
	if (!list)
		abort();
	memcpy(list, environ, count * sizeof(*list));
	list[count] = heap;
	return list;
}

static int spawn_emulator(struct qemu_boot *boot, const struct qemu_launch *launch,
	const struct ties *ties, struct error *error)
{
	struct inherit inherit[QEMU_FD_END + QEMU_INHERIT_LIMIT];
	struct command command = {.argv = launch->argv,
		.folder = boot->request.folder,
		.environment = emulator_environment(),
		.inherit = inherit,
		.in = -1,
		.out = ties->theirs[1],
		.err = ties->theirs[1]};

	for (int fd = QEMU_FD_MONITOR; fd < QEMU_FD_END; fd++)
		if (ties->theirs[fd] > 0)
			inherit[command.inherit_count++] = (struct inherit){ties->theirs[fd], fd};
	for (size_t i = 0; i < launch->inherit_count && i < QEMU_INHERIT_LIMIT; i++)
		inherit[command.inherit_count++] = launch->inherit[i];
	boot->since = clock_now();
	boot->pid = spawn(&command, &boot->pidfd, error);
	return boot->pid < 0 ? -1 : 0;
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void boot_release(struct qemu_boot *boot)
{
	if (!boot)
		return;
	for (size_t i = 0; i < CHANNELS; i++)
		close_descriptor(&boot->intakes[i].fd);
	close_descriptor(&boot->monitor);
	close_descriptor(&boot->pidfd);
	close_descriptor(&boot->memory);
	rsp_close(&boot->stub);
	stream_release(boot->stream);
	qmp_close(&boot->qmp);
	free(boot->failure);
	free(boot);
}

static void abandoned(uv_handle_t *handle)
{
	struct qemu_boot *boot = handle->data;

	if (--boot->handles == 0)
		boot_release(boot);
}

/* A start that failed half-way: nothing of it may be left, and no event comes. */
static struct qemu_boot *abandon(struct qemu_boot *boot)
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

struct qemu_boot *qemu_launch(const struct qemu_launch *launch, struct error *error)
{
	__attribute__((cleanup(close_ties))) struct ties ties = {{0}};
	struct qemu_boot *boot = calloc(1, sizeof(*boot));

	if (!boot)
		abort();
	boot->loop = launch->loop;
	boot->request = *launch->request;
	boot->start = launch->start;
	boot->memory = launch->memory;
	boot->monitor = boot->pidfd = boot->stub.fd = -1;
	for (size_t i = 0; i < CHANNELS; i++)
		boot->intakes[i].fd = -1;
	if (open_ties(boot, launch, &ties, error) || freeze_prepare(boot, error) ||
		spawn_emulator(boot, launch, &ties, error) || boot_watch(boot, error))
		return abandon(boot);
	return boot;
}

static int open_memory(uint64_t size, int *memory, struct error *error)
{
	*memory = memfd_create("guest-ram", MFD_CLOEXEC);
	if (*memory >= 0 && !ftruncate(*memory, (off_t)size))
		return 0;
	return fail_errno(error, "no %" PRIu64 " bytes of guest memory", size);
}

/* What of a payload the emulator is given. */
static size_t hand_over(const struct payload *payload, struct inherit *inherit)
{
	size_t count = 0;

	if (payload->disk)
		inherit[count++] = (struct inherit){payload->disk->fd, QEMU_FD_DISK};
	if (payload->volume)
		inherit[count++] = (struct inherit){payload->volume->fd, QEMU_FD_VOLUME};
	for (size_t i = 0; i < payload->attached_count; i++)
		inherit[count++] =
			(struct inherit){payload->attached[i].part->fd, QEMU_FD_ATTACHED + (int)i};
	if (payload->disk || payload->volume || payload->stream)
		return count;
	inherit[count++] = (struct inherit){payload->kernel->fd, QEMU_FD_KERNEL};
	if (payload->initrd)
		inherit[count++] = (struct inherit){payload->initrd->fd, QEMU_FD_INITRD};
	return count;
}

struct qemu_boot *boot_start(
	uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	const struct payload *payload = request->payload;
	bool judged = request->freeze_count > 0;
	struct inherit inherit[QEMU_INHERIT_LIMIT] = {{-1, QEMU_FD_MEMORY}};
	struct qemu_launch launch = {.loop = loop,
		.request = request,
		.inherit = inherit,
		.inherit_count = 1 + hand_over(payload, inherit + 1),
		.stub = judged,
		.start = judged ? QEMU_START_STUB : QEMU_START_MONITOR};
	struct qemu_boot *boot;

	if (open_memory(request->machine->memory, &launch.memory, error)) {
		if (launch.memory >= 0)
			close(launch.memory);
		return NULL;
	}
	inherit[0].from = launch.memory;
	launch.argv = boot_argv(request->machine, payload, payload->kernel->path,
		payload->initrd ? payload->initrd->path : NULL, judged ? QEMU_JUDGED : QEMU_LIVE);
	boot = qemu_launch(&launch, error);
	qemu_argv_free(launch.argv);
	if (boot)
		boot->head.engine = &engine_qemu;
	return boot;
}
