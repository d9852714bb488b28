/* The options on a kernel's command line that are the boot loader's business too: vga=, mem=. */
#ifndef ROM_BOOT_CMDLINE_H
#define ROM_BOOT_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

struct cmdline_options {
	uint32_t mem_last; /* last byte of the memory that the kernel will use, UINT32_MAX: any */
	uint16_t vga;	   /* for vid_mode */
	bool vga_seen;	   /* "vga=" occurs, be it inside another word: then vga is 0xffff */
};

/*
 * Read the options as the kernel does: words end at white space outside double quotes, a word that
 * is "--" ends the kernel's part. Of several mem= the smallest counts, because the kernel cuts its
 * memory at each of them; one of 0 or without a number counts nothing. Of several vga= the last
 * one that is a mode (a number below 0x10000 in C notation, normal, ext, ask) counts.
 * s: ends with a NUL. boot.rst, "Special Command Line Options".
 */
void cmdline_scan(const char *s, struct cmdline_options *options);

#endif
