/* The second view: what a guest says of itself on its serial port, compared with what the oracle
 * saw from outside. Reads the reports of our init (guests/initrd/README.md) and of our probe
 * (guests/README.md). */
#ifndef DKBOOT_CHECK_INSIDE_H
#define DKBOOT_CHECK_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "check/layout.h"
#include "check/line.h"

#define INSIDE_PAGE 4096

/** Who reports. */
enum inside_guest {
	INSIDE_NOBODY = 0,
	INSIDE_LINUX = 1, /* our init, under any Linux kernel */
	INSIDE_PROBE = 2, /* our probe of Linux */
	INSIDE_FLAT = 4	  /* our probes of the other protocols */
};

/** What a report tells size and checksum of. */
enum inside_thing {
	INSIDE_CMDLINE,
	INSIDE_INITRD,
	INSIDE_IMAGE, /* the protected-mode part; the probe alone */
	INSIDE_BLOB,  /* the file of the initrd that its maker knows; Linux alone */
	INSIDE_EARLY, /* likewise that of the early part */
	INSIDE_THINGS
};

struct inside_sum {
	bool said;
	bool placed;   /* @at was said too */
	uint64_t at;   /* address */
	uint64_t size; /* bytes */
	uint32_t crc32;
};

/** A descriptor, as the guest found it in the table that the loader left. */
struct inside_segment {
	char name[4]; /* "cs", ..., "tr" */
	bool there;
	uint32_t base, limit, access, flags;
};

#define INSIDE_SEGMENTS 7
#define INSIDE_MODULES	64

/** A module and its string, as the guest found them. */
struct inside_module {
	struct inside_sum bytes, string;
};

/** A report, read. */
struct inside_facts {
	enum inside_guest guest;
	bool whole;		   /* its last line came */
	char garbled[240];	   /* the first line of it that could not be read; "" = none */
	uint8_t page[INSIDE_PAGE]; /* Linux: the zero page; the probe: its setup's header, at the
				      same offsets. What was not said is zero */
	size_t page_said;	   /* bytes of it that were said */
	struct memory_map map;	   /* the e820 table, in its order */
	uint64_t ramdisk_first, ramdisk_last; /* the kernel's RAMDISK message; 0, 0 = none */
	struct inside_sum sum[INSIDE_THINGS];
	struct inside_segment segment[INSIDE_SEGMENTS];
	size_t segment_count;
	struct inside_module module[INSIDE_MODULES];
	size_t module_count;
	uint64_t dirty;	    /* bytes behind the image that are not zero */
	struct buffer told; /* further facts, a line each, see inside_facts_text() */
};

/** A report that is being read. Zero-initialise. */
struct inside {
	struct line_reader reader;
	struct inside_facts facts;
};

/** Takes serial bytes as they arrived; lines that are no report's are passed over. */
void inside_feed(struct inside *inside, const char *bytes, size_t size);

/** The boot is over: an unfinished line is a line. */
void inside_end(struct inside *inside);

/** Forgets all, for the next boot; releases what was allocated. */
void inside_clear(struct inside *inside);

/**
 * What a report says that no loader has a say in: the memory map and the other answers of the
 * firmware, its ACPI tables, and the payload as it arrived. Lines as facts_compare() takes them.
 * @return malloc'ed; NULL when the report is not whole, or cannot be read
 */
char *inside_facts_text(const struct inside_facts *facts);

/** Notes a fact for inside_facts_text(): "WORD rest". false: there is none. Internal to check/. */
bool inside_tell(struct inside_facts *facts, const char *word, const char *text);

/** The same for a @text that begins with a name: "WORD.NAME rest". Internal to check/. */
bool inside_tell_named(struct inside_facts *facts, const char *word, const char *text);

/** What the report is compared with. */
struct outside {
	const struct payload *payload;
	const char *facts;	      /* of the oracle's verdict on this boot: registers, header */
	const struct memory_map *map; /* the firmware's, as the oracle saw it in this boot */
	bool powered_off; /* the guest switched itself off: its report has to be whole */
};

/**
 * Compares the two views, rule by rule. Adds violations, and the number of rules that concern this
 * guest, to the verdict on the boot. A guest that does not report, or that was cut short (panic,
 * reset), concerns no rule.
 */
void inside_judge(const struct inside_facts *facts, const struct outside *outside,
	struct layout_verdict *verdict);

/** One rule of the second view; the table ends with a row without an id. Internal to check/. */
struct inside_view;
struct inside_rule {
	const char *id;
	const char *sentence;
	const char *source;
	unsigned guests; /* enum inside_guest: a sum of those it concerns */
	void (*check)(struct inside_view *view);
	bool flat; /* only where the kernel was entered in protected or long mode */
};

extern const struct inside_rule inside_rules[];

/** rules_inside_flat.c: what the probes of flat entries tell besides. Internal to check/. */
void inside_segments(struct inside_view *view);
void inside_task(struct inside_view *view);
void inside_zeros(struct inside_view *view);
void inside_modules(struct inside_view *view);

/** A view in the making. Internal to check/. */
struct inside_view {
	const struct inside_facts *facts;
	const struct outside *outside;
	struct layout_verdict *verdict;
	const struct inside_rule *rule;
};

/** Adds a violation of the rule being checked. Internal to check/. */
void inside_differ(struct inside_view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** The rest of the line of the oracle's facts that begins with a name; NULL without one. Internal
 * to check/. */
const char *inside_seen(const struct inside_view *view, const char *name);

/** The rules as a Markdown table, from the table itself. */
void inside_rules_text(struct buffer *out);

#endif
