/* The parts of the agent. One thread, one poll(2): see main.c. */
#ifndef DKBOOT_AGENT_H
#define DKBOOT_AGENT_H

#include <poll.h>
#include <stdbool.h>

#include "frame.h"

/** Something that is waited for. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch); /* @fd can be read */
	int number;			    /* the owner's: a domain's number */
};

#define WATCHES 32

/** Adds a descriptor to the loop. */
struct watch *watch_add(int fd, void (*ready)(struct watch *watch), int number);

/** Waits for something to happen, once, and deals with it. */
void watch_wait(void);

/** Takes it out and closes it. */
void watch_end(struct watch *watch);

/** The @index-th watch, or NULL. @param index below WATCHES */
struct watch *watch_at(int index);

/** The watch of that kind and number, or NULL. */
struct watch *watch_find(void (*ready)(struct watch *watch), int number);

/** Prints a line on dom0's console and ends the agent: dom0 is of no use without it. */
void give_up(const char *what) __attribute__((noreturn));

/* port.c: the line to the runner */

/**
 * Opens the port and watches it. @param order called with each order, a string
 * @return false when there is none: then frames are shown on the console
 */
bool port_open(void (*order)(char *words));

/** Whether there is a runner. */
bool port_is_open(void);

/** Sends a frame; blocks while the runner does not read. */
void port_send(enum agent_kind kind, const void *body, size_t size);

/** Sends words. */
void port_say(enum agent_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* console.c: what guests print */

/** Listens for device models that connect their first serial port. */
void serial_open(void);

/** Reads the paravirtual console of a domain, a terminal that xenconsoled made. */
void pv_open(int domain, const char *path);

/** Sends on all that guests have printed until now. */
void consoles_drain(void);

/* domain.c: what becomes of domains */

/** Watches domains come and go. */
void domains_open(void);

/** Tells what has changed since the last look. */
void domains_look(void);

/** Names domains but dom0 and all that xenstore has of them, for who wants to see that nothing is
 * left. */
void domains_left(char *out, size_t room);

/** Pauses or goes on; each pause needs its own going on. @return 0, or -1 */
int domain_pause(int domain, bool pause);

/** Ends a domain as if it had crashed. @return 0, or -1 */
int domain_crash(int domain);

/** The root of a domain's nested page table as a host-physical address, 0 when it has none. */
unsigned long long domain_root(int domain);

/** Presses a debug key of the hypervisor ("v" prints all VMCBs). */
void hypervisor_key(const char *key);

/** What the hypervisor has said since it started; at most @room bytes of the end. @return bytes */
unsigned hypervisor_log(char *out, unsigned room);

/* stubdom.c: guests with a stub domain */

/** Starts the sender of the payload, and answers when it is ready. @param more further arguments */
void stream_start(const char *more);

/** Ends all senders. */
void stream_stop(const char *unused);

/** Watches what stub domains say. */
void stubdom_open(void);

/** Reads what the stub domain has said since the last time. */
void stubdom_log(void);

/** A stub domain was built. */
void stubdom_came(int number);

/** It has ended. */
void stubdom_went(int number);

/* archive.c: the payload disk */

/** Unpacks the archive at the start of @disk into @folder. @return 0, or -1 with errno */
int archive_unpack(const char *disk, const char *folder);

/* orders.c: what the runner wants */

/** Carries an order out and answers it. */
void order_take(char *words);

#endif
