/* A case file, read and checked: axes, exceptions, expectations. */
#ifndef DKBOOT_CASE_CASE_H
#define DKBOOT_CASE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/expect.h"
#include "check/failure.h"
#include "payload/spec.h"

/** The dimensions that a case may declare; the order is that of cell ids. */
enum axis_id {
	AXIS_ENGINE,   /* text: "qemu" */
	AXIS_MACHINE,  /* text: -M value */
	AXIS_FIRMWARE, /* text: "seabios" (the machine's own) or a file */
	AXIS_ROM,      /* text: "dkboot", "stock" or a file */
	AXIS_VIA,      /* text: "direct"; "disk", "disk16": by firmware and GRUB */
	AXIS_SOURCE,   /* text: "fwcfg-dma", "fwcfg-pio" */
	AXIS_CPU,      /* text: -cpu value, "default" for the machine's own */
	AXIS_VCPUS,    /* number */
	AXIS_MEMORY,   /* size in bytes */
	AXIS_DEVICES,  /* list of further emulator arguments; "none" */
	AXIS_KERNEL,
	AXIS_INITRD,
	AXIS_CMDLINE,
	AXIS_ENTRY,  /* text: "16", "32", "64": where a Linux is entered */
	AXIS_RESETS, /* number of resets from outside, each boot judged again */
	AXIS_MOVE,   /* text: "none"; "save", "migrate": the guest goes on in another domain */
	AXES
};

/** One point on an axis. */
struct value {
	char *name; /* [a-z0-9.-]{1,24}, unique on its axis */
	int line;
	char *text;	 /* text axes */
	uint64_t number; /* number and size axes */
	char **list;	 /* AXIS_DEVICES */
	size_t list_count;
	struct kernel_spec kernel;
	struct initrd_spec initrd;
	struct cmdline_spec cmdline;
};

struct axis {
	struct value
		*values; /* at least one; an axis that the file does not name has its default */
	size_t count;
	bool declared;	 /* named in the file, and so part of cell ids */
	bool overridden; /* by case_override(): rules of the file may now be about nothing */
};

/** Which cells a rule is about: for every axis named, one of the values (globs allowed); none named
 * = all cells. */
struct selector {
	struct {
		char **names;
		size_t count; /* 0 = any */
	} on[AXES];
};

/** What a rule does with its cells. */
enum exception_kind {
	EXCEPT_OUT,  /* `except:`: they are none */
	EXCEPT_SKIP, /* `skip:`: listed, reported with the reason, not booted */
	EXCEPT_LONG  /* `long:`: they have the tag "long" */
};

/** Cells that are left out, always or where time is short, and why. */
struct exception {
	struct selector when;
	char *why;
	enum exception_kind kind;
	int line;
};

/** Cells that are known to fail. */
struct expected_failure {
	struct selector when;
	enum failure failure;
	char *rules; /* FAILURE_LAYOUT only: the oracle's rules, a blank between them */
	char *why;
	char *bug; /* reference: "B3", a URL; required */
	int line;
};

/** Cells that are tried once more when they fail in one class, for what is neither the ROM's fault
 * nor the harness's. */
struct second_try {
	struct selector when;
	enum failure failure;
	char *why;
	char *bug; /* reference; required */
	int line;
};

/** An expectation and the cells it is for. */
struct case_expectation {
	struct selector when;
	struct expectation expect;
};

/** A fact that may differ within a pair, and has to. */
struct lawful_difference {
	struct selector when;
	char *fact; /* its name, globs allowed */
	char *why;
};

/** Where the facts of a pair come from. */
enum pair_facts {
	PAIR_LAYOUT, /* the oracle: what the loader handed over */
	PAIR_REPORT  /* the guest's report: what the firmware handed over */
};

/** Cells that differ on one axis alone are pairs: what their kernels were given is compared. */
struct pairing {
	int line; /* 0 = nothing is compared */
	enum axis_id axis;
	enum pair_facts facts;
	struct lawful_difference *lawful;
	size_t lawful_count;
};

/** How a boot has to end to be a pass, beside its expectations. */
enum ending {
	END_POWEROFF, /* the guest switches itself off (default) */
	END_NONE,     /* it keeps running: pass as soon as the expectations are met */
	END_REFUSED,  /* ROM or emulator must refuse with words that match `refusal` */
	END_RESET,    /* the guest resets itself */
	END_HALT      /* it halts for good: interrupts off */
};

struct case_ending {
	struct selector when;
	enum ending ending;
	char *refusal; /* END_REFUSED: PCRE2 pattern for the words; required */
	int line;
};

enum layout_check { LAYOUT_OFF, LAYOUT_ENTRY, LAYOUT_FULL };

enum pick { PICK_ALL, PICK_PAIRWISE, PICK_SAMPLE };

/** One case file. */
struct test_case {
	char *file;  /* as given, for messages */
	char *name;  /* stem of the file, [a-z0-9.-]{1,24} */
	char *about; /* one line */
	char **tags;
	size_t tag_count;
	struct axis axes[AXES];
	struct exception *exceptions;
	size_t exception_count;
	struct expected_failure *expected_failures;
	size_t expected_failure_count;
	struct second_try *second_tries;
	size_t second_try_count;
	struct case_expectation *expectations; /* in the file's order */
	size_t expectation_count;
	struct case_ending *endings; /* first selector that fits wins; none = END_POWEROFF */
	size_t ending_count;
	uint32_t limit_ms; /* time limit of one boot before scaling; default 30 s */
	uint32_t quiet_ms; /* a boot without console byte and device progress for so long hangs,
			      before scaling; default 5 s */
	struct pairing comparison;
	enum layout_check layout;
	enum pick pick;
	uint64_t sample; /* PICK_SAMPLE: how many */
	uint64_t seed;
};

/**
 * What ${name} may name in patterns and in `equals`, NULL at the end: facts of the payload, memory
 * in bytes, and for the other axes the name of the cell's value.
 */
extern const char *const case_variables[];

/** What an axis is called in a case file ("kernel", ...). */
const char *axis_name(enum axis_id axis);

/** The axis of a word, or AXES if it is none. */
enum axis_id axis_parse(const char *word);

/**
 * Reads a case file (YAML 1.1 by libyaml's events, against a schema table).
 * @return NULL with "file:line: what, and what was expected"
 */
struct test_case *case_load(const char *path, struct error *error);

/**
 * Makes one value from text as the command line gives it: --memory 512M, --kernel /path, --cmdline
 * 'a b'. A kernel or initrd is a path if it has a '/' or such a file exists, otherwise a catalogue
 * name ("none" for no initrd).
 */
int value_from_text(enum axis_id axis, const char *text, struct value *out, struct error *error);

/** Replaces an axis by a single value, which it takes over; how --kernel, --rom and the like
 * override a case. */
void case_override(struct test_case *test_case, enum axis_id axis, struct value *value);

/** A case that no file names, for `dkboot boot`: every axis at its default, no expectation,
 * END_NONE. */
struct test_case *case_blank(const char *name);

void case_free(struct test_case *test_case);

#endif
