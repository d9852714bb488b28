/* The parts of the stub domain's only program of ours: its first process. */
#ifndef DKBOOT_STUBDOM_H
#define DKBOOT_STUBDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xenstore.h>

/** Prints a line on the stub domain's console and switches it off: libxl sees that it never runs.
 */
void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** Prints a line on the stub domain's console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Console, file systems, modules. */
void system_begin(void);

/** Milliseconds since this domain started. */
unsigned long uptime_ms(void);

/* argv.c: the device model's arguments, which libxl leaves in xenstore */

struct arguments {
	char **list; /* NULL-terminated */
	size_t count;
};

/** Reads what libxl wrote for the device model of a domain (dm-argv). */
void arguments_read(struct arguments *arguments, struct xs_handle *store, unsigned domain);

/** The word behind an option, or NULL. */
const char *arguments_get(const struct arguments *arguments, const char *option);

/** Gives an option another word; adds both when it is not there. */
void arguments_set(struct arguments *arguments, const char *option, const char *value);

/** Takes an option with that word out. */
void arguments_drop(struct arguments *arguments, const char *option, const char *value);

/** Takes the place of a word, wherever it is. */
void arguments_replace(struct arguments *arguments, const char *word, const char *with);

/* A pipe of bytes to the sender. */
struct channel {
	void *context;
	int fd; /* becomes readable when the other end has written or read */
	/** Takes the event: before looking at the bytes. */
	void (*event)(void *context);
	/** Reads what is there. @return bytes, 0 = nothing */
	size_t (*read)(void *context, void *out, size_t room);
	/** Writes what there is room for. @return bytes */
	size_t (*write)(void *context, const void *bytes, size_t size);
};

/* frontend.c: our own end of a paravirtual console */

/**
 * Takes a console away from the kernel's driver, and serves its rings from here: the driver reads
 * 16 bytes an event, this takes all that is there.
 */
struct channel frontend_open(struct xs_handle *store, unsigned console);

/* vchan.c: a faster pipe than a console is */

/**
 * Asks the sender, over a console, to go on over a vchan.
 * @param domain this domain's number
 * @return false when it does not come: @channel stays as it is
 */
bool vchan_call(struct channel *channel, unsigned domain);

/** Sends bytes, however long that takes. */
void channel_send(struct channel *channel, const void *bytes, size_t size);

/* stage.c: the payload into this domain's memory */

/**
 * Receives the payload and has the arguments name it.
 * @param files_only kernel, initrd and command line are left to the guest's ROM
 */
void stage_payload(struct channel *channel, struct arguments *arguments, bool files_only);

/* move.c: save and restore */

/** Ties the device model to the consoles by which its state goes and comes. */
void move_prepare(struct arguments *arguments);

/* relay.c: the payload passed on while it arrives */

/** Where the device model listens for who brings a guest's port its bytes. */
#define RELAY_PORT "/run/dkboot-port"

/** Passes bytes on between the sender and that port. @param model pidfd of the device model:
 * returns when it ends */
void relay(struct channel *channel, int model);

#endif
