/* A guest's memory; for the files of this engine only. As the members of struct engine. */
#ifndef DKBOOT_ENGINE_QEMU_MEMORY_H
#define DKBOOT_ENGINE_QEMU_MEMORY_H

#include "engine/qemu_boot.h"

uint64_t memory_progress(const struct qemu_boot *boot);
int memory_read(
	struct qemu_boot *boot, uint64_t address, void *out, size_t size, struct error *error);
struct memory_reader memory_reader_of(struct qemu_boot *boot);
int memory_map_of(struct qemu_boot *boot, struct memory_map *out, struct error *error);

#endif
