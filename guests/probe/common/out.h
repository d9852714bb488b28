/* Text to COM1 and to port 0xe9. Under Xen a byte to COM1 is a way to the device model and back, a
 * millisecond: there it hears the first and the last line only. */
#ifndef DKBOOT_PROBE_COMMON_OUT_H
#define DKBOOT_PROBE_COMMON_OUT_H

#include <stdint.h>

/** Where text goes. Lives on the stack: the probe has no data of its own. */
struct out {
	uint32_t used;
	uint32_t burst;	   /* bytes that the transmitter takes at once: 16, or 1 without a FIFO */
	uint32_t patience; /* polls of the port before it is given up */
	uint32_t lines;	   /* sent so far */
	uint32_t aloud;	   /* COM1 hears it, too */
	char text[240];
};

/** From now on COM1 hears every line again. */
void out_aloud(struct out *out);

/** Sets COM1 to 115200 8n1 and empties the buffer. */
void out_open(struct out *out);

/** Begins a line: "dkprobe: " and @text. */
void out_begin(struct out *out, const char *text);

/** Appends text. */
void out_text(struct out *out, const char *text);

/** Appends @label and the lowest @digits hexadecimal digits of @value. */
void out_hex(struct out *out, const char *label, uint64_t value, uint32_t digits);

/** Appends @label and @value in decimal. */
void out_decimal(struct out *out, const char *label, uint32_t value);

/** Appends one byte of untrusted text: control bytes become \xNN. */
void out_shown(struct out *out, uint8_t byte);

/** Ends the line and sends it. */
void out_end(struct out *out);

/** Waits until the last byte has left the port: a machine that ends takes what is left with it. */
void out_drain(struct out *out);

#endif
