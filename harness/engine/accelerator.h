/* Which accelerator is fit for use, found by booting something under it and timing that. */
#ifndef DKBOOT_ENGINE_ACCELERATOR_H
#define DKBOOT_ENGINE_ACCELERATOR_H

#include "base/error.h"
#include "engine/machine.h"
#include "payload/payload.h"

/** The outcome of the timed boots. */
struct accelerator {
	const char *name; /* "kvm" or "tcg" */
	double seconds;	  /* what the probe took under it */
	double scale;  /* all time limits are multiplied by this: at least 1; 1 on the machine the
			  limits were written on */
	char why[256]; /* one line for a person: what was tried, how long it took, what was chosen
			*/
};

/**
 * Boots @probe (a payload that reports and powers off) under each accelerator there is, at most 0.9
 * s for any but tcg, and picks the fastest that works. A verdict against kvm is remembered in
 * @cache for this boot of the host.
 * @param machine template: emulator, ROM, memory; its @accel is ignored
 * @param wanted  an accelerator that the user named: only that is timed; or NULL
 * @return 0, or -1 when not even tcg boots the probe (the reason holds what it printed)
 */
int accelerator_choose(const struct machine *machine, const struct payload *probe,
	const char *wanted, const char *cache, struct accelerator *out, struct error *error);

#endif
