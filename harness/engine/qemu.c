#include "engine/qemu.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/qemu_boot.h"

static void reset(struct boot *boot)
{
	if (!boot->killed)
		reset_begin(boot);
}

static uint64_t progress(const struct boot *boot)
{
	struct stat status;

	if (boot->memory < 0 || fstat(boot->memory, &status))
		return boot->progress;
	return (uint64_t)status.st_blocks * 512;
}

static int read_memory(
	struct boot *boot, uint64_t address, void *out, size_t size, struct error *error)
{
	const struct machine *machine = boot->request.machine;
	uint64_t offset;
	char *to = out;

	if (boot->memory < 0)
		return fail(error, "guest memory: the machine is gone");
	if (qemu_ram_offset(machine->type, machine->memory, address, size, &offset))
		return fail(error,
			"guest memory: %#" PRIx64 " + %#zx is not RAM of a %s with %" PRIu64
			" bytes",
			address, size, machine->type, machine->memory);
	while (size) {
		ssize_t got = pread(boot->memory, to, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_errno(error, "guest memory at %#" PRIx64, address);
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

static void stop(struct boot *boot)
{
	boot->progress = progress(boot);
	boot_kill(boot);
}

static char **repeat(const struct machine *machine, const struct payload *payload,
	const char *kernel, const char *initrd)
{
	return boot_argv(machine, payload, kernel, initrd, QEMU_REPEAT);
}

const struct engine engine_qemu = {
	.name = "qemu",
	.start = boot_start,
	.reset = reset,
	.poll = boot_ask_halted,
	.progress = progress,
	.read_memory = read_memory,
	.stop = stop,
	.release = boot_release,
	.repeat = repeat,
};
