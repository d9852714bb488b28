/* What the probe does after its report. */
#ifndef DKBOOT_PROBE_COMMON_ACT_H
#define DKBOOT_PROBE_COMMON_ACT_H

#include "out.h"

/** Some tens of milliseconds under emulation. */
void act_pause(void);

/** Does what @what (enum probe_act of harness/payload/spec.h) says. */
_Noreturn void act(struct out *out, uint8_t what);

#endif
