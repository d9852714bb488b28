/*
 * What the template of the probe and its generator (harness/payload/probe.c) agree on: a block at a
 * fixed offset of the setup. The linker script fills in the sizes, the generator the rest.
 */
#ifndef DKBOOT_PROBE_LINUX_PARAMS_H
#define DKBOOT_PROBE_LINUX_PARAMS_H

/* Not lower: words 0x20 and 0x22 of a setup belong to the command line of protocols before 2.02. */
#define PARAMS_AT	 0x30
#define PARAMS_MAGIC	 "DKPROBE1"
#define PARAMS_CODE32_AT 0x3c /* offsets of what the 16-bit code reads */
#define PARAMS_FLAGS	 0x4b

#define PARAMS_LOW	1 /* zImage or older: the image is at 0x10000 */
#define PARAMS_IN_IMAGE 2 /* the 32-bit code begins the image; otherwise it is in the setup */

#define HEADER_FIRST 0x1f0 /* filler bit 0 */
#define HEADER_END   0x26c /* the entry jumps here; end of the header of 2.15 */

#ifndef __ASSEMBLER__
#include <stdint.h>

/** Little-endian, at PARAMS_AT of the setup. */
struct probe_params {
	char magic[8];	       /* PARAMS_MAGIC without its NUL */
	uint16_t setup16_size; /* template: the 16-bit part, boot sector and header included, in
				  bytes */
	uint16_t code32_size;  /* template: the 32-bit part, which follows, in bytes */
	uint32_t code32_at;    /* where that is in the kernel file: offset in the setup, or in the
				  image */
	uint32_t setup_size;   /* (setup_sects + 1) * 512, in bytes */
	uint32_t image_size;   /* protected-mode part, in bytes */
	uint16_t protocol;     /* 0x200 ... 0x20f, 0 = no header */
	uint8_t act;	       /* enum probe_act of harness/payload/spec.h */
	uint8_t flags;	       /* PARAMS_LOW, PARAMS_IN_IMAGE */
	uint8_t filler[16]; /* bit n: header byte HEADER_FIRST + n is no field, but probe_filler()
			     */
};

_Static_assert(sizeof(struct probe_params) == 0x2c, "the 16-bit code knows these offsets");

/**
 * What stands where the version has no field. Zero in the place of the version number: to a loader
 * that reads it without looking for HdrS, an old kernel then seems to be older than all of its
 * tests.
 * @param offset in the setup
 */
static inline uint8_t probe_filler(unsigned offset)
{
	return offset == 0x206 || offset == 0x207 ? 0 : (uint8_t)(offset * 0x3b + 0x5a) | 1;
}
#endif

#endif
