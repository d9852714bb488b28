/* The oracle: judges what a boot loader left in a guest's memory, at the kernel's first
 * instruction. */
#ifndef DKBOOT_CHECK_LAYOUT_H
#define DKBOOT_CHECK_LAYOUT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "payload/payload.h"

/** A copy of all RAM that is not zero, taken at the loader's first instruction. */
struct memory_image;

/** Copies what @reader has touched below @limit. @return NULL with the reason. */
struct memory_image *memory_image_take(
	const struct memory_reader *reader, uint64_t limit, struct error *error);

void memory_image_free(struct memory_image *image);

/** Writes a copy to a file, for memory_image_load(). @return 0, or -1 with the reason */
int memory_image_save(const struct memory_image *image, const char *path, struct error *error);

/** Reads a copy back. @return NULL with the reason */
struct memory_image *memory_image_load(const char *path, struct error *error);

/** Whose work is judged: decides which exact values are expected beside what the specification asks
 * of all. */
enum loader { LOADER_DKBOOT, LOADER_STOCK, LOADER_OTHER };

/** A guest that stands at its kernel's first instruction, and what was asked for. */
struct layout_scene {
	const struct payload *payload; /* file descriptors of its parts are read with pread() */
	enum loader loader;
	struct cpu_state cpu;
	struct memory_map map; /* as the firmware tells it now */
	struct memory_reader memory;
	const struct memory_image
		*before; /* at the loader's first instruction; NULL = not captured */
	bool entry_only; /* registers and header alone: `layout: entry` */
};

/** One rule that was broken. */
struct violation {
	const char *rule;    /* its id in the table: "I5" */
	char *text;	     /* addresses, expected and found, one line */
	uint64_t start, end; /* what of the memory it is about; 0, 0 = no place in particular */
};

/** What lies where, for maps: sorted by address. */
struct region {
	uint64_t start, end;
	char name[40]; /* "setup", "initrd", "firmware (e820 type 2)", ... */
	bool wrong;    /* part of a violation */
};

struct layout_verdict {
	struct violation *violations; /* in the table's order; none = lawful */
	size_t violation_count;
	struct region *regions;
	size_t region_count;
	unsigned rules_checked; /* rules that concern this image's version; 0 would be a lie */
	char *facts; /* all that must be equal after a reset, a line each: registers, header,
			regions */
	struct sha256 summary; /* of @facts */
};

/**
 * Judges a scene against every rule of the table that concerns it.
 * @return 0 with the verdict (violations are not errors); -1 when the scene cannot be judged (not a
 * Linux image, memory that cannot be read): a broken cell, never a pass
 */
int layout_judge(
	const struct layout_scene *scene, struct layout_verdict *verdict, struct error *error);

/**
 * Where an image with a relocatable tag belongs by what our ROM promises (rom/README.md, Memory):
 * in its window the highest or, if it would rather, the lowest place in RAM above 1 MiB.
 * @return its address, or 0 when there is none
 */
uint64_t layout_place(const struct executable *image, const struct memory_map *map);

/** The rule of layout_compare(). */
#define LAYOUT_RULE_RESET "I12b"
#define LAYOUT_RULE_RESET_SENTENCE                                                                 \
	"after a reset the kernel is given the same registers, header and memory as before"

/** Adds I12's violation when the boot after a reset differs from the one before. */
void layout_compare(struct layout_verdict *again, const struct layout_verdict *first);

/**
 * Draws the memory map as text: first and last address, size, what; "!" in front of what is wrong;
 * the violations below it.
 */
void layout_map(const struct layout_verdict *verdict, struct buffer *out);

/** The verdict as JSON (one object): rules checked, violations, regions, facts. */
void layout_json(const struct layout_verdict *verdict, struct buffer *out);

/** The rules as a Markdown table, from the table itself. */
void layout_rules(struct buffer *out);

void layout_verdict_free(struct layout_verdict *verdict);

#endif
