/* The rules of the oracle as tables. Internal to the oracle. */
#ifndef DKBOOT_CHECK_LAYOUT_RULE_H
#define DKBOOT_CHECK_LAYOUT_RULE_H

#include "check/layout_view.h"

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
	int (*check)(struct layout_view *view); /* accuses; -1 when it cannot judge */
	bool any_entry; /* it concerns the 32-bit and the 64-bit entry of Linux as well */
};

/** The tables end with a row that has no id. */
extern const struct layout_rule layout_rules_linux[];  /* the protocol's, for every loader */
extern const struct layout_rule layout_rules_stock[];  /* exact values of QEMU's ROMs */
extern const struct layout_rule layout_rules_dkboot[]; /* exact values of ours */

/* rules_entry.c */
int rule_code_segment(struct layout_view *view);
int rule_data_segments(struct layout_view *view);
int rule_real_mode(struct layout_view *view);
int rule_interrupts_off(struct layout_view *view);
int rule_stack(struct layout_view *view);
int rule_setup_place(struct layout_view *view);
int rule_spare_segments(struct layout_view *view);
int rule_direction(struct layout_view *view);

/* rules_setup.c */
int rule_setup_code(struct layout_view *view);
int rule_fields_lacking(struct layout_view *view);
int rule_loadflags(struct layout_view *view);
int rule_vid_mode(struct layout_view *view);
int rule_subarch(struct layout_view *view);
int rule_no_initrd(struct layout_view *view);
int rule_loader_type(struct layout_view *view);
int rule_can_use_heap(struct layout_view *view);
int rule_heap_end(struct layout_view *view);
int accuse_other_writes(struct layout_view *view, const char *const *written);

/* rules_image.c */
int rule_image(struct layout_view *view);
int rule_image_end(struct layout_view *view);
int rule_image_alignment(struct layout_view *view);
int rule_image_whole(struct layout_view *view);

/* rules_cmdline.c */
int rule_cmdline_place(struct layout_view *view);
int rule_cmdline_magic(struct layout_view *view);
int rule_cmdline_text(struct layout_view *view);
int rule_cmdline_limit(struct layout_view *view);
int rule_cmdline_moved(struct layout_view *view);
int rule_old_ceiling(struct layout_view *view);

/* rules_initrd.c */
int rule_initrd_size(struct layout_view *view);
int rule_initrd_page(struct layout_view *view);
int rule_initrd_limit(struct layout_view *view);
int rule_initrd_bytes(struct layout_view *view);
int rule_initrd_mem(struct layout_view *view);
int rule_initrd_old(struct layout_view *view);

/* rules_place.c */
int rule_loader_overlap(struct layout_view *view);
int rule_firmware_overlap(struct layout_view *view);
int rule_window(struct layout_view *view);
int rule_linux_window(struct layout_view *view);
int rule_setup_data(struct layout_view *view);
int rule_in_ram(struct layout_view *view);
int rule_window_ram(struct layout_view *view);

/* rules_footprint.c */
int rule_changed_firmware(struct layout_view *view);
int rule_changed_ram(struct layout_view *view);
int rule_vectors(struct layout_view *view);

/* rules_stock.c */
int stock_registers(struct layout_view *view);
int stock_stack(struct layout_view *view);
int stock_setup_place(struct layout_view *view);
int stock_writes(struct layout_view *view);
int stock_cmdline(struct layout_view *view);
int stock_initrd(struct layout_view *view);
int stock_loader_type(struct layout_view *view);
int stock_heap(struct layout_view *view);

/* rules_dkboot.c */
int dkboot_registers(struct layout_view *view);
int dkboot_stack(struct layout_view *view);
int dkboot_writes(struct layout_view *view);
int dkboot_cmdline(struct layout_view *view);
int dkboot_loader_type(struct layout_view *view);
int dkboot_heap(struct layout_view *view);
int dkboot_footprint(struct layout_view *view);
int dkboot_window(struct layout_view *view);
int dkboot_initrd(struct layout_view *view);

#endif
