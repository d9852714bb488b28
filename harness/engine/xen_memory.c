#include "engine/xen_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/qemu_argv.h"

#define PAGE	     UINT64_C(4096)
#define PRESENT	     UINT64_C(1)
#define LARGE	     UINT64_C(0x80)
#define ADDRESS_BITS UINT64_C(0x000ffffffffff000)
#define ENTRIES	     512

/* The mapping of the RAM's file in the emulator's process. */
static int find_base(struct nested_memory *memory, struct error *error)
{
	autofree char *path = format_text("/proc/%d/maps", (int)memory->pid);
	autofile FILE *maps = fopen(path, "re");
	struct stat file;
	char line[512];

	if (!maps || fstat(memory->file, &file) < 0)
		return fail_errno(error, "%s", path);
	while (fgets(line, sizeof(line), maps)) {
		uint64_t start, end, inode;
		unsigned major_number, minor_number;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %x:%x %" SCNu64, &start, &end,
			    &major_number, &minor_number, &inode) == 5 &&
			inode == file.st_ino && end - start == memory->size) {
			memory->base = start;
			return 0;
		}
	}
	return fail(error, "%s: the machine's memory is not there", path);
}

/* Reads the outer machine's physical memory. */
static int read_outer(const struct nested_memory *memory, uint64_t outer, void *out, size_t size,
	struct error *error)
{
	uint64_t offset;
	struct iovec here = {out, size}, there;

	if (qemu_ram_offset("pc", memory->size, outer, size, &offset))
		return fail(
			error, "nested memory: %#" PRIx64 " is no RAM of the outer machine", outer);
	there = (struct iovec){(void *)(uintptr_t)(memory->base + offset), size};
	if (process_vm_readv(memory->pid, &here, 1, &there, 1, 0) != (ssize_t)size)
		return fail_errno(error, "nested memory: %#" PRIx64, outer);
	return 0;
}

static void add_range(struct nested_memory *memory, uint64_t guest, uint64_t outer, uint64_t size)
{
	struct nested_range *last =
		memory->ranges && memory->count ? &memory->ranges[memory->count - 1] : NULL;

	if (last && last->guest + last->size == guest && last->outer + last->size == outer) {
		last->size += size;
		return;
	}
	if (memory->count % 256 == 0) {
		memory->ranges =
			reallocarray(memory->ranges, memory->count + 256, sizeof(*memory->ranges));
		if (!memory->ranges)
			abort();
	}
	memory->ranges[memory->count++] = (struct nested_range){guest, outer, size};
}

/* @level 4 to 1: the table at @table maps ENTRIES stretches from @guest on. */
static int walk(struct nested_memory *memory, uint64_t table, unsigned level, uint64_t guest,
	struct error *error)
{
	uint64_t entries[ENTRIES] = {0};
	uint64_t each = PAGE << 9 * (level - 1);

	if (read_outer(memory, table, entries, sizeof(entries), error) < 0)
		return -1;
	for (unsigned i = 0; i < ENTRIES; i++, guest += each) {
		uint64_t to = entries[i] & ADDRESS_BITS;
		uint64_t offset;

		if (!(entries[i] & PRESENT))
			continue;
		if (level > 1 && !(entries[i] & LARGE)) {
			if (walk(memory, to, level - 1, guest, error) < 0)
				return -1;
			continue;
		}
		to &= ~(each - 1);
		/* Devices passed through would lie outside of the outer machine's RAM. */
		if (!qemu_ram_offset("pc", memory->size, to, each, &offset))
			add_range(memory, guest, to, each);
	}
	return 0;
}

int nested_map(struct nested_memory *memory, struct error *error)
{
	memory->count = 0;
	if (!memory->root)
		return fail(error, "nested memory: no page table is known");
	if (!memory->base && find_base(memory, error) < 0)
		return -1;
	return walk(memory, memory->root, 4, 0, error);
}

/* The range that holds @guest, or the first behind it; count when there is none. */
static size_t range_at(const struct nested_memory *memory, uint64_t guest)
{
	size_t low = 0, high = memory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct nested_range *range = &memory->ranges[middle];

		if (range->guest + range->size <= guest)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool nested_place(
	const struct nested_memory *memory, uint64_t guest, uint64_t *outer, uint64_t *follow)
{
	size_t index = range_at(memory, guest);
	const struct nested_range *range = &memory->ranges[index];

	if (index == memory->count || guest < range->guest)
		return false;
	*outer = range->outer + (guest - range->guest);
	*follow = range->size - (guest - range->guest);
	return true;
}

int nested_read(const struct nested_memory *memory, uint64_t address, void *out, size_t size,
	struct error *error)
{
	char *to = out;

	while (size > 0) {
		uint64_t outer, follow;
		size_t part;

		if (!nested_place(memory, address, &outer, &follow)) {
			fail(error, "guest memory: %#" PRIx64 " is not RAM of the guest", address);
			return 1;
		}
		part = follow < size ? (size_t)follow : size;
		if (read_outer(memory, outer, to, part, error) < 0)
			return -1;
		to += part;
		address += part;
		size -= part;
	}
	return 0;
}

/* The hypervisor keeps each processor's clock in the shared information page, where hvmloader puts
 * it (xen/include/public/xen.h, struct vcpu_info): what changes there is nobody's work. */
#define CLOCKS	    UINT64_C(0xfdfff000)
#define CLOCKS_SIZE (32 * 64)

static void blank_clocks(uint64_t address, unsigned char *bytes, size_t size)
{
	for (uint64_t at = CLOCKS; at < CLOCKS + CLOCKS_SIZE; at++)
		if (at >= address && at - address < size)
			bytes[at - address] = 0;
}

static int read_for_judge(
	void *context, uint64_t address, void *out, size_t size, struct error *error)
{
	int status = nested_read(context, address, out, size, error);

	if (status == 0 && address < CLOCKS + CLOCKS_SIZE && address + size > CLOCKS)
		blank_clocks(address, out, size);
	return status;
}

/* ---- what was ever touched ---- */

#define IN_USE (UINT64_C(3) << 62) /* proc(5), pagemap: present or swapped out */

enum { LOOK = 512 }; /* pages at once */

/* Which of @count pages of the RAM's file, from byte @offset on, can be other than zero: bit i of
 * @used is page i. */
static int look_at_pages(const struct nested_memory *memory, uint64_t offset, unsigned count,
	bool *used, struct error *error)
{
	autofree char *path = format_text("/proc/%d/pagemap", (int)memory->pid);
	autofd int map = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t entries[LOOK];
	ssize_t size = (ssize_t)(count * sizeof(*entries));
	off_t data = (off_t)offset, hole;

	if (map < 0 || pread(map, entries, (size_t)size,
			       (off_t)((memory->base + offset) / PAGE * sizeof(*entries))) != size)
		return fail_errno(error, "%s", path);
	for (unsigned i = 0; i < count; i++)
		used[i] = entries[i] & IN_USE;
	while ((data = lseek(memory->file, data, SEEK_DATA)) >= 0 &&
		(uint64_t)data < offset + count * PAGE) {
		hole = lseek(memory->file, data, SEEK_HOLE);
		for (uint64_t at = (uint64_t)data;
			at < (uint64_t)hole && at < offset + count * PAGE; at += PAGE)
			used[(at - offset) / PAGE] = true;
		data = hole;
	}
	return 0;
}

/* The first page in use, and those that follow it, within one piece of a range. @return 0, 1 for
 * none, -1 */
static int touched_piece(const struct nested_memory *memory, uint64_t guest, uint64_t outer,
	unsigned count, uint64_t *start, uint64_t *end, struct error *error)
{
	bool used[LOOK] = {false};
	uint64_t offset;
	unsigned first = 0, last;

	if (qemu_ram_offset("pc", memory->size, outer, count * PAGE, &offset))
		return 1;
	if (look_at_pages(memory, offset, count, used, error) < 0)
		return -1;
	while (first < count && !used[first])
		first++;
	if (first == count)
		return 1;
	for (last = first; last < count && used[last]; last++)
		;
	*start = guest + first * PAGE;
	*end = guest + last * PAGE;
	return 0;
}

static int touched(
	void *context, uint64_t from, uint64_t *start, uint64_t *end, struct error *error)
{
	const struct nested_memory *memory = context;

	from &= ~(PAGE - 1);
	for (size_t i = range_at(memory, from); i < memory->count; i++) {
		const struct nested_range *range = &memory->ranges[i];
		uint64_t at = from > range->guest ? from : range->guest;

		while (at < range->guest + range->size) {
			uint64_t left = (range->guest + range->size - at) / PAGE;
			unsigned count = left < LOOK ? (unsigned)left : LOOK;
			int status = touched_piece(memory, at, range->outer + (at - range->guest),
				count, start, end, error);

			if (status != 1)
				return status;
			at += count * PAGE;
		}
	}
	return 1;
}

struct memory_reader nested_reader(struct nested_memory *memory)
{
	return (struct memory_reader){
		.read = read_for_judge, .touched = touched, .context = memory};
}

uint64_t nested_progress(pid_t pid, bool cloned)
{
	autofree char *path = format_text("/proc/%d/statm", (int)pid);
	autofile FILE *file = fopen(path, "re");
	uint64_t resident = 0, shared = 0;

	if (!file || fscanf(file, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2)
		return 0;
	/* A page of a frozen machine's file that was only read is shared with it; to write it makes
	 * it a private one. */
	return (cloned ? resident - shared : resident) * PAGE;
}

void nested_close(struct nested_memory *memory)
{
	free(memory->ranges);
	memory->ranges = NULL;
	memory->count = 0;
}
