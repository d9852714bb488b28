/*
 * The files in fw_cfg that are ours, by name: what QEMU's own keys have no room for. Pure.
 *
 *   opt/org.dkboot/entry              16, 32 or 64: how a Linux kernel is entered
 *   opt/org.dkboot/multiboot2         a kernel for Multiboot 2, the whole file
 *   opt/org.dkboot/cmdline            its command line, without a NUL
 *   opt/org.dkboot/module/N           its modules, N from 0 to 15, in the order of N
 *   opt/org.dkboot/module/N.cmdline   the command line of each
 */
#ifndef ROM_SOURCE_FILES_H
#define ROM_SOURCE_FILES_H

#include <stdint.h>

#define MODULES_MAX 16

enum file_name {
	FILE_ENTRY,
	FILE_MULTIBOOT2,
	FILE_CMDLINE,
	FILE_MODULE,
	FILE_MODULE_CMDLINE = FILE_MODULE + MODULES_MAX,
	FILES = FILE_MODULE_CMDLINE + MODULES_MAX
};

/* A file: the item's key and its bytes. key 0: there is none. */
struct file {
	uint16_t key;
	uint32_t size;
};

/* An entry of the directory as the device has it, numbers big-endian (docs/specs/fw_cfg). */
struct file_entry {
	uint32_t size;
	uint16_t select, reserved;
	char name[56]; /* ends with a NUL */
};

/* Note an entry in file[], if its name is one of ours. file: FILES of them, zero before the first.
 */
void files_note(struct file *file, const struct file_entry *entry);

#endif
