#include "engine/qemu.h"

#include "engine/qemu_boot.h"
#include "engine/qemu_memory.h"
#include "engine/qemu_stream.h"

/* The public side of a boot and ours. */
static struct qemu_boot *ours(struct boot *boot)
{
	return (struct qemu_boot *)boot;
}

static struct boot *start(uv_loop_t *loop, const struct boot_request *request, struct error *error)
{
	struct qemu_boot *boot = boot_start(loop, request, error);

	return boot ? &boot->head : NULL;
}

static void reset(struct boot *boot)
{
	if (!ours(boot)->killed)
		reset_begin(ours(boot));
}

static void poll(struct boot *boot)
{
	boot_ask_halted(ours(boot));
}

static uint64_t progress(const struct boot *boot)
{
	return memory_progress((const struct qemu_boot *)boot);
}

static int read_memory(
	struct boot *boot, uint64_t address, void *out, size_t size, struct error *error)
{
	return memory_read(ours(boot), address, out, size, error);
}

static void thaw(struct boot *boot, enum freeze_set points)
{
	freeze_thaw(ours(boot), points);
}

static int watch(struct boot *boot, size_t point, struct error *error)
{
	return freeze_watch_point(ours(boot), point, error);
}

static struct memory_reader reader(struct boot *boot)
{
	return memory_reader_of(ours(boot));
}

static int memory_map(struct boot *boot, struct memory_map *out, struct error *error)
{
	return memory_map_of(ours(boot), out, error);
}

static void stop(struct boot *boot)
{
	ours(boot)->progress = memory_progress(ours(boot));
	boot_kill(ours(boot));
}

static void release(struct boot *boot)
{
	boot_release(ours(boot));
}

static char **repeat(const struct machine *machine, const struct payload *payload,
	const char *kernel, const char *initrd)
{
	return boot_argv(machine, payload, kernel, initrd, QEMU_REPEAT);
}

static int keep(const struct machine *machine, const struct payload *payload, const char *folder,
	struct error *error)
{
	(void)machine;
	return payload->stream ? stream_keep(payload, folder, error) : 0;
}

const struct engine engine_qemu = {
	.name = "qemu",
	.start = start,
	.reset = reset,
	.poll = poll,
	.progress = progress,
	.read_memory = read_memory,
	.thaw = thaw,
	.watch = watch,
	.reader = reader,
	.memory_map = memory_map,
	.stop = stop,
	.release = release,
	.repeat = repeat,
	.keep = keep,
};
