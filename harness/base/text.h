/* Numbers with units, and untrusted bytes made fit to be shown. */
#ifndef DKBOOT_BASE_TEXT_H
#define DKBOOT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/**
 * Reads a whole unsigned number: decimal or 0x hexadecimal.
 * @return 0, or -1 if @text is anything else or does not fit 64 bits
 */
int parse_number(const char *text, uint64_t *value);

/**
 * Reads a size in bytes: a number with an optional suffix K, M or G (powers of 1024).
 * @return 0, or -1 if @text is anything else or does not fit 64 bits
 */
int parse_size(const char *text, uint64_t *bytes);

/**
 * Reads a length of time: a decimal number, fraction allowed, with the suffix ms, s or m.
 * @return 0, or -1 if @text is anything else
 */
int parse_duration(const char *text, uint32_t *milliseconds);

/** Writes a size the short way ("512M", "1536K", "17"), exact; @room of 24 bytes is enough. */
const char *format_size(uint64_t bytes, char *out, size_t room);

/** Writes a size as people say it ("511.0 KiB", "2 MiB", "20 B"); @room of 24 bytes is enough. */
const char *format_about(uint64_t bytes, char *out, size_t room);

/**
 * Appends untrusted bytes so that no control byte reaches a terminal: printable ASCII and
 * well-formed UTF-8 stay, all else becomes \xNN; at most @limit input bytes are taken and the rest
 * is said.
 */
void add_printable(struct buffer *out, const char *bytes, size_t size, size_t limit);

/** True when @text matches the shell-like @pattern of '*' and '?' as a whole. */
bool glob_match(const char *pattern, const char *text);

/** strdup() that never returns NULL; NULL stays NULL. */
char *copy_text(const char *text);

/** asprintf() that never returns NULL. */
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
