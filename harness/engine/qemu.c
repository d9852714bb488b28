#include "engine/qemu.h"

#include "engine/qemu_boot.h"
#include "engine/qemu_memory.h"

static void reset(struct boot *boot)
{
	if (!boot->killed)
		reset_begin(boot);
}

static void stop(struct boot *boot)
{
	boot->progress = memory_progress(boot);
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
	.progress = memory_progress,
	.read_memory = memory_read,
	.thaw = freeze_thaw,
	.reader = memory_reader_of,
	.memory_map = memory_map_of,
	.stop = stop,
	.release = boot_release,
	.repeat = repeat,
};
