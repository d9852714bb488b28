/* The rules of the oracle as tables. Internal to the oracle. */
#ifndef DKBOOT_CHECK_LAYOUT_RULE_H
#define DKBOOT_CHECK_LAYOUT_RULE_H

#include "check/layout_judge.h"

#define RULE_ANY 0xffff /* till: no version has done away with it */

/** What a rule needs beside registers and setup. */
enum rule_needs {
	RULE_ENTRY = 0,	 /* nothing: checked with `layout: entry` too */
	RULE_FULL = 1,	 /* the guest's whole memory */
	RULE_BEFORE = 3, /* and the capture at the loader's first instruction */
};

/** One rule. */
struct layout_rule {
	const char *id;
	const char *sentence;
	const char *source;   /* document and section */
	uint16_t since, till; /* protocol versions that it concerns; since 0 = no HdrS too */
	enum rule_needs needs;
	int (*check)(struct judge *judge); /* accuses; -1 when it cannot judge */
};

/** The tables end with a row that has no id. */
extern const struct layout_rule layout_rules_linux[];  /* the protocol's, for every loader */
extern const struct layout_rule layout_rules_stock[];  /* exact values of QEMU's ROMs */
extern const struct layout_rule layout_rules_dkboot[]; /* exact values of ours */

/* rules_entry.c */
int rule_code_segment(struct judge *judge);
int rule_data_segments(struct judge *judge);
int rule_real_mode(struct judge *judge);
int rule_interrupts_off(struct judge *judge);
int rule_stack(struct judge *judge);
int rule_setup_place(struct judge *judge);
int rule_spare_segments(struct judge *judge);
int rule_direction(struct judge *judge);

/* rules_setup.c */
int rule_setup_code(struct judge *judge);
int rule_fields_lacking(struct judge *judge);
int rule_loadflags(struct judge *judge);
int rule_vid_mode(struct judge *judge);
int rule_subarch(struct judge *judge);
int rule_no_initrd(struct judge *judge);
int rule_loader_type(struct judge *judge);
int rule_can_use_heap(struct judge *judge);
int rule_heap_end(struct judge *judge);
int accuse_other_writes(struct judge *judge, const char *const *written);

/* rules_image.c */
int rule_image(struct judge *judge);
int rule_image_end(struct judge *judge);
int rule_image_alignment(struct judge *judge);
int rule_image_whole(struct judge *judge);

/* rules_cmdline.c */
int rule_cmdline_place(struct judge *judge);
int rule_cmdline_magic(struct judge *judge);
int rule_cmdline_text(struct judge *judge);
int rule_cmdline_limit(struct judge *judge);
int rule_cmdline_moved(struct judge *judge);
int rule_old_ceiling(struct judge *judge);

/* rules_initrd.c */
int rule_initrd_size(struct judge *judge);
int rule_initrd_page(struct judge *judge);
int rule_initrd_limit(struct judge *judge);
int rule_initrd_bytes(struct judge *judge);
int rule_initrd_mem(struct judge *judge);
int rule_initrd_old(struct judge *judge);

/* rules_place.c */
int rule_loader_overlap(struct judge *judge);
int rule_firmware_overlap(struct judge *judge);
int rule_window(struct judge *judge);
int rule_linux_window(struct judge *judge);
int rule_setup_data(struct judge *judge);
int rule_in_ram(struct judge *judge);
int rule_window_ram(struct judge *judge);

/* rules_footprint.c */
int rule_changed_firmware(struct judge *judge);
int rule_changed_ram(struct judge *judge);
int rule_vectors(struct judge *judge);

/* rules_stock.c */
int stock_registers(struct judge *judge);
int stock_stack(struct judge *judge);
int stock_setup_place(struct judge *judge);
int stock_writes(struct judge *judge);
int stock_cmdline(struct judge *judge);
int stock_initrd(struct judge *judge);
int stock_loader_type(struct judge *judge);
int stock_heap(struct judge *judge);

/* rules_dkboot.c */
int dkboot_registers(struct judge *judge);
int dkboot_stack(struct judge *judge);
int dkboot_writes(struct judge *judge);
int dkboot_cmdline(struct judge *judge);
int dkboot_loader_type(struct judge *judge);
int dkboot_heap(struct judge *judge);
int dkboot_footprint(struct judge *judge);
int dkboot_window(struct judge *judge);
int dkboot_initrd(struct judge *judge);

#endif
