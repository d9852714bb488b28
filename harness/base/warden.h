/* The sessions of our children, ended by somebody who survives us when we cannot. */
#ifndef DKBOOT_BASE_WARDEN_H
#define DKBOOT_BASE_WARDEN_H

#include <sys/types.h>

/**
 * From now on, the process group @leader is killed as soon as we are gone, kill -9 included: a
 * process of its own, started at the first call, waits for our end. The parent-death signal reaches
 * only the leader; this reaches what a script behind --qemu has started.
 */
void warden_watch(pid_t leader);

/** The group has ended and its leader was waited for: its number may be somebody else's now. */
void warden_forget(pid_t leader);

#endif
