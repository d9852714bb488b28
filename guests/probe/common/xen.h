/* What Xen tells an HVM guest of the special pages that are its own. */
#ifndef DKBOOT_PROBE_COMMON_XEN_H
#define DKBOOT_PROBE_COMMON_XEN_H

#include "out.h"

/** Whether this is a guest of Xen. */
int on_xen(void);

/** Says where the pages of xenstore and of the PV console are; nothing but under Xen. */
void say_xen(struct out *out);

#endif
