/* The outer machine, the one that Xen runs on, as a QEMU command line. Pure. */
#ifndef DKBOOT_ENGINE_XEN_ARGV_H
#define DKBOOT_ENGINE_XEN_ARGV_H

#include "engine/machine.h"
#include "engine/qemu_argv.h"

/** Descriptors that the outer QEMU inherits beside those of enum qemu_fd. */
enum xen_fd {
	XEN_FD_AGENT = QEMU_FD_END, /* socket: the agent's virtio-serial port */
	XEN_FD_DISK,		    /* memfd: the payload disk */
	XEN_FD_STATE		    /* file: the state of a frozen machine, read */
};

/** The size of every payload disk, bytes: a frozen dom0 knows no other. */
#define XEN_DISK_SIZE (UINT64_C(1) << 30)

/** Where a payload volume begins on it, behind the archive; from there on the guest sees it. */
#define XEN_VOLUME_AT (UINT64_C(16) << 20)

/** How the outer machine's RAM lies behind it. */
enum xen_memory {
	XEN_MEMORY_OWN,	  /* QEMU_FD_MEMORY, shared with it: what is written stays in the file */
	XEN_MEMORY_KEPT,  /* the same, and it starts from a frozen machine's state, which
			     QEMU_FD_MEMORY goes with */
	XEN_MEMORY_CLONED /* QEMU_FD_MEMORY is a frozen machine's: what is written stays private */
};

/**
 * Bytes of RAM of the outer machine: enough for guests of up to 5 GiB beside dom0. What nobody
 * touches costs nothing.
 */
#define XEN_OUTER_MEMORY (UINT64_C(7) << 30)

/**
 * Builds the outer machine's command line: -S, no -kernel when cloned.
 * @param machine  emulator and accelerator; the folder of the dom0 image
 * @return malloc'ed, NULL-terminated; release with qemu_argv_free()
 */
char **xen_argv(const struct machine *machine, enum xen_memory memory);

/** The same without anything of ours outside: the payload disk is a file, the guest's consoles come
 * out on standard output behind the host's, and what the guest says ends with it. @param disk path
 * of a payload disk with the id AGENT_ALONE */
char **xen_argv_alone(const struct machine *machine, const char *disk);

#endif
