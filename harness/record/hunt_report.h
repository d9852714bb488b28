/* The answer of a hunt over a history, for people and as JSON. */
#ifndef DKBOOT_RECORD_HUNT_REPORT_H
#define DKBOOT_RECORD_HUNT_REPORT_H

#include <stdbool.h>

#include "record/hunt.h"

enum hunt_answer {
	ANSWER_FOUND,	 /* one candidate: the first bad commit */
	ANSWER_NOTHING,	 /* the good end fails already, or the bad one passes */
	ANSWER_UNDECIDED /* see why, and the candidates */
};

/** Texts are not owned. */
struct hunt_report {
	enum hunt_answer answer;
	const char *why; /* one line, unless it was found */
	const char *const
		*candidates; /* commits, the oldest first; the first bad one is among them */
	size_t candidate_count;
	const char *about;		/* found: "subject, author, date" */
	const struct hunt_steps *steps; /* the two ends are the first two */
	size_t commits;			/* that may be the first bad one */
	bool chance;			/* the fault shows only now and then: the next are known */
	double rate, base;		/* at which bad and good commits fail */
	unsigned boots;			/* that a good commit needs; 0 = a sequential test */
	double certainty;		/* that the answer is right, 0 to 1 */
	const char *folder;
};

void hunt_report_text(const struct hunt_report *report, struct buffer *out);

/** One object, in one line. */
void hunt_report_json(const struct hunt_report *report, struct buffer *out);

#endif
