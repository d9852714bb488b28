/*
 * What a harness may change in the image of a probe that is a finished kernel: it looks for the
 * magic word in the file and writes behind it.
 */
#ifndef DKBOOT_PROBE_COMMON_PARAMS_H
#define DKBOOT_PROBE_COMMON_PARAMS_H

#define FLAT_PARAMS_MAGIC "DKPROBE2"

#ifndef __ASSEMBLER__
#include <stdint.h>

struct flat_params {
	char magic[8]; /* FLAT_PARAMS_MAGIC without its NUL; once in the file */
	uint8_t act;   /* enum probe_act of harness/payload/spec.h, PROBE_POWEROFF as built */
	uint8_t reserved[7];
} __attribute__((packed));
#endif

#endif
