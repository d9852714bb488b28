/* The options on a kernel's command line that are the boot loader's business too: vga=, mem=. */
#ifndef ROM_BOOT_CMDLINE_H
#define ROM_BOOT_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

struct cmdline_options {
	uint64_t mem_limit; /* end of the memory that the kernel will use; UINT64_MAX: not said */
	int32_t vga;	    /* 0..0xffff for vid_mode; -1: not said */
	bool vga_anywhere;  /* "vga=" occurs, be it inside another word */
};

/*
 * Read the options as the kernel does: words end at white space outside double quotes, a word that
 * is "--" ends the kernel's part. Of several mem= the smallest counts, because the kernel cuts its
 * memory at each of them; one of 0 or without a number counts nothing. Of several vga= the last
 * one that is a mode (a number below 0x10000 in C notation, normal, ext, ask) counts.
 * s: length bytes, no NUL needed. boot.rst, "Special Command Line Options".
 */
void cmdline_scan(const char *s, uint32_t length, struct cmdline_options *options);

#endif
