/* A machine and a payload as a QEMU command line. Pure: no file is looked at. */
#ifndef DKBOOT_ENGINE_QEMU_ARGV_H
#define DKBOOT_ENGINE_QEMU_ARGV_H

#include <stdint.h>

#include "engine/machine.h"

/** Descriptors that QEMU inherits, by their number there. */
enum qemu_fd {
	QEMU_FD_MONITOR = 3, /* socket: QMP */
	QEMU_FD_MEMORY,	     /* memfd: the guest's RAM */
	QEMU_FD_KERNEL,	     /* sealed memfd */
	QEMU_FD_INITRD,	     /* sealed memfd */
	QEMU_FD_SERIAL,	     /* pipe: what ttyS0 prints */
	QEMU_FD_DEBUG,	     /* pipe: what is written to port 0xe9 */
	QEMU_FD_GDB,	     /* socket: the gdb stub */
	QEMU_FD_DISK,	     /* sealed memfd */
	QEMU_FD_VOLUME,	     /* sealed memfd */
	QEMU_FD_STREAM,	     /* socket: what the ROM asks for, and is answered */
	QEMU_FD_END,
	QEMU_FD_ATTACHED = 32 /* sealed memfds: what is attached, one behind the other */
};

/**
 * How the emulator is tied to the outside. QEMU_LIVE: by the descriptors above, and it pauses where
 * a guest ends; it waits for `cont`. QEMU_JUDGED: the same, with a gdb stub, which starts it.
 * QEMU_REPEAT: console on standard output, port 0xe9 on standard error, and it exits where a guest
 * ends; what the guest sees is the same.
 */
enum qemu_ties { QEMU_LIVE, QEMU_JUDGED, QEMU_REPEAT };

/**
 * Builds the argument vector.
 * @param kernel, initrd  paths; may be NULL. Ignored for QEMU_LIVE but for NULL or not.
 * @param cmdline         passed on when not empty
 * @return malloc'ed, NULL-terminated; release with qemu_argv_free()
 */
char **qemu_argv(const struct machine *machine, const char *kernel, const char *initrd,
	const char *cmdline, enum qemu_ties ties);

/** The two ends of the stream of a boot that is repeated: QEMU appends ".in" and ".out". */
#define QEMU_STREAM_FIFO "stream"

/** What holds the -th attachment in a folder of a cell that is repeated. */
#define QEMU_ATTACHED_FILE "attached-%zu"

/**
 * Modules as -initrd takes them, a comma doubled in their arguments (system/linuxboot.rst;
 * Multiboot).
 * @param folder where the attachments lie, with its slash; live: unused, by descriptor
 * @return malloc'ed; NULL when nothing that is attached is a module
 */
char *qemu_modules(const struct machine *machine, const char *folder, bool live);

/** Releases an argument vector. NULL is fine. */
void qemu_argv_free(char **argv);

/**
 * Bytes of guest RAM below 4 GiB on a machine type (hw/i386/pc_piix.c and pc_q35.c document the
 * rule: a 32-bit hole of 512 MiB or 1.25 GiB, widened to 1 or 2 GiB when RAM reaches it).
 */
uint64_t qemu_below_4g(const char *type, uint64_t memory);

/**
 * Where a range of guest-physical RAM lies in the file behind the guest's RAM.
 * @return 0, or -1 when the range touches what is not RAM
 */
int qemu_ram_offset(
	const char *type, uint64_t memory, uint64_t address, uint64_t size, uint64_t *offset);

#endif
