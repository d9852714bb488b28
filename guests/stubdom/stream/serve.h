/* The sender's lines: a socket, and a vchan if the receiver calls for one. */
#ifndef DKBOOT_STREAM_SERVE_H
#define DKBOOT_STREAM_SERVE_H

#include "sender.h"

/** Prints a line that begins with dkboot-send. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Ends with status 2. */
void die(const char *what, const char *why) __attribute__((noreturn));

/**
 * Serves receivers, one after the other, until the process is ended.
 * @param listener a socket that listens
 * @param once     end with the first one
 * @return 0 it had all, 1 it had not
 */
int serve(struct sender *sender, int listener, bool once);

#endif
