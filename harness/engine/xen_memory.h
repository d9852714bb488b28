/* The memory of a guest of Xen, read from the process of the emulator that emulates all of it. */
#ifndef DKBOOT_ENGINE_XEN_MEMORY_H
#define DKBOOT_ENGINE_XEN_MEMORY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/memory.h"

/** A stretch of guest-physical memory and where it lies in the outer machine. */
struct nested_range {
	uint64_t guest, outer, size; /* bytes */
};

/** A guest's memory. Zero-initialise; nested_close() when done. */
struct nested_memory {
	pid_t pid;     /* of the outer emulator */
	int file;      /* the file behind its RAM: data that nobody has touched since is there */
	uint64_t size; /* of that RAM */
	uint64_t base; /* where it lies in the emulator's process; 0 = not looked up yet */
	uint64_t root; /* of the nested page table, a physical address of the outer machine */
	struct nested_range *ranges; /* sorted by @guest */
	size_t count;
};

/**
 * Reads the nested page tables (AMD64 architecture, volume 2, section 15.25; four levels) from
 * memory->root on. To be called again whenever the guest has run.
 */
int nested_map(struct nested_memory *memory, struct error *error);

/** As struct memory_reader's read(), without a context. */
int nested_read(const struct nested_memory *memory, uint64_t address, void *out, size_t size,
	struct error *error);

/** Where a guest's byte lies in the outer machine, and how many bytes follow it there. @return
 * false for a hole */
bool nested_place(
	const struct nested_memory *memory, uint64_t guest, uint64_t *outer, uint64_t *follow);

/** The reader for a judge; valid as long as @memory is. */
struct memory_reader nested_reader(struct nested_memory *memory);

/**
 * Bytes of memory that the emulator has written, its own and the machine's; 0 when it is gone.
 * @param cloned the machine's RAM is a private mapping; otherwise every page of the file counts
 */
uint64_t nested_progress(pid_t pid, bool cloned);

void nested_close(struct nested_memory *memory);

#endif
