/* A guest's memory, read from the file behind it while the emulator runs. */
#include "engine/qemu_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/firmware_call.h"

uint64_t memory_progress(const struct qemu_boot *boot)
{
	struct stat status;

	if (boot->memory < 0 || fstat(boot->memory, &status))
		return boot->progress;
	return (uint64_t)status.st_blocks * 512;
}

int memory_read(
	struct qemu_boot *boot, uint64_t address, void *out, size_t size, struct error *error)
{
	const struct machine *machine = boot->request.machine;
	uint64_t offset;
	char *to = out;

	if (boot->memory < 0)
		return fail(error, "guest memory: the machine is gone");
	if (qemu_ram_offset(machine->type, machine->memory, address, size, &offset)) {
		fail(error,
			"guest memory: %#" PRIx64 " + %#zx is not RAM of a %s with %" PRIu64
			" bytes",
			address, size, machine->type, machine->memory);
		return 1;
	}
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

static int read_for_judge(
	void *context, uint64_t address, void *out, size_t size, struct error *error)
{
	return memory_read(context, address, out, size, error);
}

/* The next data of the file in [from, end), or end. */
static int next_data(
	int fd, uint64_t from, uint64_t end, uint64_t *start, uint64_t *stop, struct error *error)
{
	off_t data = lseek(fd, (off_t)from, SEEK_DATA);
	off_t hole;

	if (data < 0 && errno != ENXIO)
		return fail_errno(error, "guest memory");
	if (data < 0 || (uint64_t)data >= end)
		return 1;
	hole = lseek(fd, data, SEEK_HOLE);
	if (hole < 0)
		return fail_errno(error, "guest memory");
	*start = (uint64_t)data;
	*stop = (uint64_t)hole < end ? (uint64_t)hole : end;
	return 0;
}

/* Guest-physical addresses differ from offsets only above 4 GiB. */
static int touched(
	void *context, uint64_t from, uint64_t *start, uint64_t *end, struct error *error)
{
	const struct qemu_boot *boot = context;
	const struct machine *machine = boot->request.machine;
	const uint64_t high = UINT64_C(1) << 32;
	uint64_t below = qemu_below_4g(machine->type, machine->memory);
	uint64_t shift = high - below;
	int status = 1;

	if (boot->memory < 0)
		return fail(error, "guest memory: the machine is gone");
	if (from < below)
		status = next_data(boot->memory, from, below, start, end, error);
	if (status != 1 || machine->memory <= below)
		return status;
	status = next_data(boot->memory, from > high ? from - shift : below, machine->memory, start,
		end, error);
	if (status == 0) {
		*start += shift;
		*end += shift;
	}
	return status;
}

struct memory_reader memory_reader_of(struct qemu_boot *boot)
{
	return (struct memory_reader){.read = read_for_judge, .touched = touched, .context = boot};
}

int memory_map_of(struct qemu_boot *boot, struct memory_map *out, struct error *error)
{
	if (!boot->frozen)
		return fail(error, "memory map: the machine does not stand still");
	return firmware_memory_map(&boot->stub, out, error);
}
