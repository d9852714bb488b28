/* The lines on which a guest, its firmware and its emulator can say something. */
#ifndef DKBOOT_BASE_CHANNEL_H
#define DKBOOT_BASE_CHANNEL_H

enum channel {
	CHANNEL_SERIAL,	  /* ttyS0, COM1 */
	CHANNEL_DEBUG,	  /* port 0xe9 */
	CHANNEL_PV,	  /* hvc0, Xen's paravirtual console */
	CHANNEL_EMULATOR, /* what the emulator itself prints; under Xen also what xl prints */
	CHANNEL_HOST,	  /* the hypervisor's and dom0's console */
	CHANNELS
};

/** "serial", "debug", "pv", "emulator", "host": also the stem of the log's file name. */
const char *channel_name(enum channel channel);

#endif
