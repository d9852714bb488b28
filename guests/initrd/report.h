/* Lines on the console: one line is built in memory and leaves with one write(2). */
#ifndef DKINIT_REPORT_H
#define DKINIT_REPORT_H

#include <stddef.h>
#include <stdint.h>

/** Opens the device that lines go to: /dev/console, or the serial port when no console is one. */
void report_open(void);

/** Starts a line with "dkinit: ". What does not fit 16 KiB is cut. */
void line_begin(void);

/** Appends a C string. */
void line_text(const char *text);

/** Appends bytes as they are. */
void line_bytes(const void *bytes, size_t size);

/** Appends a number in hexadecimal, at least @digits wide, without 0x. */
void line_hex(uint64_t value, unsigned digits);

/** Appends a number in decimal. */
void line_decimal(uint64_t value);

/** Ends the line and writes it. */
void line_end(void);

/** A whole line of text. */
void line(const char *text);

/** Waits until the last byte has left the port: a power-off would throw it away. */
void report_drain(void);

#endif
