/* An engine boots a payload on a machine and yields events; it knows nothing of cases or verdicts.
 */
#ifndef DKBOOT_ENGINE_ENGINE_H
#define DKBOOT_ENGINE_ENGINE_H

#include <uv.h>

#include "base/error.h"
#include "engine/event.h"
#include "engine/machine.h"
#include "payload/payload.h"

struct engine;

/** The head of every engine's own structure of a boot. */
struct boot {
	const struct engine *engine;
};

/** The state of the processor in which an instruction is meant. */
enum freeze_mode {
	FREEZE_ANY,
	FREEZE_REAL,	  /* CR0.PE clear */
	FREEZE_PROTECTED, /* PE set, paging off, a flat code segment */
	FREEZE_LONG	  /* paging on as well */
};

/** An instruction at which a boot is to stand still, to be looked at. */
struct freeze_point {
	uint32_t linear; /* address of the instruction; 0 = not known yet, see watch() */
	uint16_t cs; /* code segment that it must run in, where firmware may pass the same address
			otherwise; 0 = any */
	enum freeze_mode mode;
	bool early; /* of no use behind the loader's entry: FREEZE_LATE takes it away */
};

/** Which freeze points a machine that goes on is to stop at. Each costs time in all code that runs.
 */
enum freeze_set {
	FREEZE_NONE,
	FREEZE_LATE, /* those that are not early */
	FREEZE_ALL
};

/** How one boot is asked for. All of it must stay valid until EVENT_ENDED. */
struct boot_request {
	const struct machine *machine;
	const struct payload *payload;
	const char *folder; /* working directory: must hold no file with a ROM's name */
	const struct freeze_point *freeze; /* may be NULL */
	size_t freeze_count;
	boot_listener listener;
	void *context;
};

/** What an engine can do; one table an engine. */
struct engine {
	const char *name; /* value of the axis `engine` */

	/** Starts a boot on @loop. @return NULL with the reason when the emulator cannot even be
	 * started. */
	struct boot *(*start)(
		uv_loop_t *loop, const struct boot_request *request, struct error *error);

	/** Resets the machine from outside, whether it runs or stands still after EVENT_STOPPED. */
	void (*reset)(struct boot *boot);

	/**
	 * Moves the guest while it runs: "save" (to a file, and back), "migrate" (to the same
	 * host). NULL where the engine cannot.
	 */
	void (*move)(struct boot *boot, const char *how);

	/** Asks whether the machine is halted for good; EVENT_HALTED follows if so, nothing
	 * otherwise. */
	void (*poll)(struct boot *boot);

	/** A number that grows while devices or the guest touch new memory: bytes of guest RAM in
	 * use. */
	uint64_t (*progress)(const struct boot *boot);

	/** Reads guest-physical RAM. @return 0, or -1 with the reason (a hole, the machine gone: 1
	 * for the hole).
	 */
	int (*read_memory)(
		struct boot *boot, uint64_t address, void *out, size_t size, struct error *error);

	/** Lets a frozen machine go on, until it comes to a point of @points. A reset from outside
	 * brings all of them back. */
	void (*thaw)(struct boot *boot, enum freeze_set points);

	/**
	 * Has a frozen machine stand still at a freeze point of its request whose address was not
	 * known at the start, and is now. @return 0, -1 with the reason
	 */
	int (*watch)(struct boot *boot, size_t point, struct error *error);

	/** How to read the memory of a boot; valid until release(). */
	struct memory_reader (*reader)(struct boot *boot);

	/**
	 * Asks the firmware of a machine that is frozen in real mode for its memory map: runs int
	 * 15h/E820 in the guest and puts back every byte and register. @return 0, or -1 with the
	 * reason
	 */
	int (*memory_map)(struct boot *boot, struct memory_map *out, struct error *error);

	/** Ends the boot: kills, drains, EVENT_ENDED with CAUSE_KILLED follows (or an earlier cause
	 * of its own). */
	void (*stop)(struct boot *boot);

	/** Releases a boot whose EVENT_ENDED has been delivered. */
	void (*release)(struct boot *boot);

	/**
	 * The command that does the same with nothing of ours: a NULL-terminated malloc'ed argv
	 * with the console on standard output. @param kernel, initrd, firmware, rom_folder are
	 * paths to use instead of the machine's and payload's own (initrd may be NULL for none).
	 * Release with free() of each and of the array.
	 */
	char **(*repeat)(const struct machine *machine, const struct payload *payload,
		const char *kernel, const char *initrd);

	/** Writes into @folder what that command needs beside kernel and initrd; NULL where it
	 * needs no more. */
	int (*keep)(const struct machine *machine, const struct payload *payload,
		const char *folder, struct error *error);
};

/** The engine of that name, or NULL. */
const struct engine *engine_find(const char *name);

/** Name of the @index-th engine, NULL behind the last. */
const char *engine_name(size_t index);

#endif
