/* Ctrl-C and the like as something that can be waited for, where there is something to clean up. */
#ifndef DKBOOT_BASE_INTERRUPT_H
#define DKBOOT_BASE_INTERRUPT_H

/**
 * From now on SIGINT, SIGTERM and SIGHUP are noted and do nothing else; a run_command() that goes
 * on then ends all of its command's descendants and fails. A signal that was ignored stays so.
 */
void interrupt_catch(void);

/** Readable from the first noted signal on; -1 where none is caught. */
int interrupt_fd(void);

/** The first signal that was noted; 0 = none. */
int interrupt_signal(void);

#endif
