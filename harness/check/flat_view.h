/* A kernel that is entered in protected or long mode, as the oracle sees it. Internal to the
 * oracle.
 */
#ifndef DKBOOT_CHECK_FLAT_VIEW_H
#define DKBOOT_CHECK_FLAT_VIEW_H

#include "check/layout_rule.h"

#define INFO_LIMIT   (64 * 1024)
#define TEXT_LIMIT   (1024 * 1024 + 1)
#define MODULE_LIMIT 64

/** A text that the kernel is pointed to. */
struct told_text {
	bool there;	/* it is pointed to, and could be read */
	uint64_t start; /* its address */
	char *text;	/* NUL-terminated */
};

/** A module as the kernel is told of it. */
struct told_module {
	uint64_t start, end;
	struct told_text arguments;
};

/** What Multiboot, Multiboot 2 or PVH tell a kernel, read once. */
struct flat_view {
	struct executable image; /* where it lies */
	uint64_t info;		 /* address of the information; 0 = the registers point to none */
	size_t info_size;
	uint8_t bytes[INFO_LIMIT]; /* of the information */
	char wrong[128];	   /* what of it cannot be followed; "" = nothing */
	bool map_told, memory_told, base_told, rsdp_told;
	struct memory_map map;
	uint64_t map_reserved; /* bits of reserved words that are set */
	uint64_t lower, upper; /* KiB */
	uint64_t base;	       /* where the image is said to lie */
	uint64_t rsdp;
	size_t sections; /* offset of Multiboot 2's ELF sections; 0 = none */
	struct told_text cmdline, loader;
	struct told_module modules[MODULE_LIMIT];
	size_t module_count;
};

/** Reads what the registers point to. @return 0; -1 when it cannot be judged */
int flat_look(struct layout_view *view);

/** Releases texts. */
void flat_look_end(struct layout_view *view);

/** A little-endian number of the information; 0 behind its end. */
uint64_t flat_number(const struct flat_view *flat, size_t offset, unsigned width);

/** Reads guest memory for the information. @return 0; 1 when it is no RAM, which is noted; -1 */
int flat_read(struct layout_view *view, const char *what, uint64_t at, void *out, size_t size);

/** Reads a text. @param claimed it is a claim of its own. @return 0, -1 */
int flat_text(struct layout_view *view, const char *what, uint64_t at, bool claimed,
	struct told_text *out);

/** Takes a module down, and claims it. */
void flat_module(struct layout_view *view, uint64_t start, uint64_t end);

/** Takes an entry of the map down. */
void flat_range(struct layout_view *view, uint64_t start, uint64_t size, uint32_t type);

/** Claims memory for somebody. */
void layout_claim(struct layout_view *view, enum claim_kind kind, const char *name, uint64_t start,
	uint64_t end);

/** flat_look() of one protocol. @return 0, -1 */
int look_at_multiboot(struct layout_view *view);
int look_at_multiboot2(struct layout_view *view);
int look_at_pvh(struct layout_view *view);

/** Tables. */
extern const struct layout_rule layout_rules_flat[]; /* Multiboot, Multiboot 2 and PVH */
extern const struct layout_rule layout_rules_multiboot[];
extern const struct layout_rule layout_rules_multiboot2[];
extern const struct layout_rule layout_rules_pvh[];
extern const struct layout_rule layout_rules_entries[];	    /* 32-bit and 64-bit entry of Linux */
extern const struct layout_rule layout_rules_dkboot_flat[]; /* all of these by our ROM */

/* rules_flat.c */
int flat_entry(struct layout_view *view);
int flat_mode(struct layout_view *view);
int flat_flags(struct layout_view *view);
int flat_image(struct layout_view *view);
int flat_zeros(struct layout_view *view);
int flat_information(struct layout_view *view);
int flat_map(struct layout_view *view);
int flat_modules(struct layout_view *view);
int flat_arguments(struct layout_view *view);
int flat_cmdline(struct layout_view *view);
int flat_memory(struct layout_view *view);
int flat_pages(struct layout_view *view);

/* rules_multiboot.c, rules_multiboot2.c, rules_pvh.c */
int multiboot_magic(struct layout_view *view);
int multiboot_flags(struct layout_view *view);
int multiboot2_magic(struct layout_view *view);
int multiboot2_tags(struct layout_view *view);
int multiboot2_wanted(struct layout_view *view);
int multiboot2_base(struct layout_view *view);
int multiboot2_symbols(struct layout_view *view);
int pvh_magic(struct layout_view *view);
int pvh_control(struct layout_view *view);
int pvh_rsdp(struct layout_view *view);
int pvh_reserved(struct layout_view *view);

/* rules_entries.c */
int entries_place(struct layout_view *view);
int entries_mode(struct layout_view *view);
int entries_segments(struct layout_view *view);
int entries_registers(struct layout_view *view);
int entries_page(struct layout_view *view);
int entries_map(struct layout_view *view);
int entries_identity(struct layout_view *view);

/* rules_dkboot_flat.c */
int dkboot_flat_registers(struct layout_view *view);
int dkboot_flat_segments(struct layout_view *view);
int dkboot_flat_control(struct layout_view *view);
int dkboot_flat_stack(struct layout_view *view);

#endif
