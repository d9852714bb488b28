/* Between a boot that can stand still and the oracle: where to stop it, what to show the oracle,
 * what came of it. */
#ifndef DKBOOT_RUN_JUDGE_H
#define DKBOOT_RUN_JUDGE_H

#include "check/inside.h"
#include "check/layout.h"
#include "engine/engine.h"
#include "run/job.h"

/** Points at which a boot may be stopped: the kernel's entries, and every place for a ROM, for
 * each boot entry that a ROM may have. */
#define JUDGE_POINTS 512

struct judge {
	struct freeze_point points[JUDGE_POINTS];
	size_t point_count;	     /* 0 = this cell's layout is not judged */
	size_t entry_count;	     /* the first of them are the kernel's */
	bool flat;		     /* it is entered in protected or long mode */
	bool asked;		     /* the firmware was asked for its map, for that */
	struct memory_image *before; /* at the ROM's boot entry; NULL = not captured */
	bool seen;		     /* the kernel's first instruction was seen in this boot */
	bool missed; /* a kernel passed all that was asked of it, and never was seen */
	struct layout_verdict first, last; /* of the first boot, and of the newest */
	struct memory_map map;		   /* the firmware's, as it was seen in this boot */
	struct inside inside;		   /* what the guest says of itself in this boot */
	bool agreed;			   /* and that was compared */
	bool reported;			   /* the report is recorded, for a comparison */
	unsigned judged;		   /* boots */
	double seconds;			   /* spent on all that */
};

/** What is to happen with a boot that stood still. */
enum judge_answer {
	JUDGE_GO_ON,   /* thaw it, more is to be seen */
	JUDGE_ENTERED, /* thaw it, the loader runs and its kernel is to be seen */
	JUDGE_DONE,    /* thaw it, nothing more is to be seen in this boot */
	JUDGE_GUILTY,  /* a rule is broken: see judge->last */
	JUDGE_TROUBLE  /* the scene could not be judged: the error says why */
};

/**
 * Prepares the judgement of a job as its case's `layout` says.
 * @return 0, or -1 when the ROM's file cannot be read
 */
int judge_open(struct judge *judge, const struct job *job, struct error *error);

/** Adds the freeze points of the ROM in a folder: its boot entry, wherever it may come to lie.
 * @return 0, -1. Internal to judge and fork */
int judge_watch_rom(struct judge *judge, const char *folder, struct error *error);

/** Whether a boot entry vector is being called: the header of the ROM around it says so. @return 1,
 * 0, -1. Internal to judge and fork */
int judge_at_entry(
	const struct memory_reader *reader, const struct cpu_state *cpu, struct error *error);

/** Looks at a boot that stands still (EVENT_FROZEN). */
enum judge_answer judge_see(struct judge *judge, const struct job *job, struct boot *boot,
	const struct event *event, struct error *error);

/** Takes serial bytes of the guest, for the second view. */
void judge_hear(struct judge *judge, const char *bytes, size_t size);

/**
 * The boot is over: with `layout: full`, what the guest reported of itself must agree with what was
 * seen. Violations join those of the boot. Compares once a boot, if a kernel was seen.
 * @param powered_off the guest switched itself off, so that its report has to be whole
 */
void judge_agree(struct judge *judge, const struct job *job, bool powered_off);

/** A boot has passed all other checks: it is a violation if its kernel was not seen. */
void judge_passed(struct judge *judge);

/** A further boot of the same cell begins. */
void judge_again(struct judge *judge);

/** The first rule that the newest boot breaks, or NULL. */
const struct violation *judge_violation(const struct judge *judge);

/** All rules that the newest boot breaks, each once, a blank between them, malloc'ed; or NULL. */
char *judge_rules(const struct judge *judge);

/** Writes what was found into a cell's folder: layout.txt for people, layout.json; report.json
 * if reports are compared. */
int judge_record(struct judge *judge, const char *folder, struct error *error);

/** The part of judge_record() that is about the report. Internal to judge. */
int judge_record_report(struct judge *judge, const char *folder, struct error *error);

void judge_close(struct judge *judge);

#endif
