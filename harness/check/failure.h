/* The ways in which a boot can go wrong. */
#ifndef DKBOOT_CHECK_FAILURE_H
#define DKBOOT_CHECK_FAILURE_H

enum failure {
	FAILURE_NONE,
	FAILURE_PANIC,	 /* the guest said that it cannot go on */
	FAILURE_RESET,	 /* reset that nobody asked for; a triple fault ends so */
	FAILURE_HANG,	 /* no console byte and no device progress for a scaled time, or halted with
			    interrupts off */
	FAILURE_SLOW,	 /* progress, but out of time */
	FAILURE_SILENT,	 /* no output at all */
	FAILURE_EXIT,	 /* guest or emulator ended early */
	FAILURE_SERIAL,	 /* expectation not met, or forbidden text seen */
	FAILURE_LAYOUT,	 /* the oracle found a rule broken */
	FAILURE_REFUSED, /* ROM, emulator or libxl declined, with its words */
	FAILURE_CRASH,	 /* what is under test died: emulator, device model, Xen */
	FAILURES
};

/** "none", "panic", ...: the word in case files, journals and reports. */
const char *failure_name(enum failure failure);

/** The class of a word, or FAILURES if it is none. */
enum failure failure_parse(const char *word);

#endif
