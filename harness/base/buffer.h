/* A byte buffer that grows, always with a NUL behind its last byte. */
#ifndef DKBOOT_BASE_BUFFER_H
#define DKBOOT_BASE_BUFFER_H

#include <stddef.h>

/** Zero-initialise: `struct buffer b = {0};`. @data is NULL only while nothing was ever added. */
struct buffer {
	char *data;  /* the bytes, NUL behind them */
	size_t size; /* bytes in use, the NUL not counted */
	size_t room; /* bytes allocated */
};

/** Appends bytes. Running out of memory ends the process: nothing useful could follow. */
void buffer_add(struct buffer *buffer, const void *bytes, size_t size);

/** Appends a C string. */
void buffer_add_text(struct buffer *buffer, const char *text);

/** Appends formatted text. */
void buffer_printf(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Appends @size bytes with the value @byte. */
void buffer_fill(struct buffer *buffer, int byte, size_t size);

/** Forgets the first @size bytes (all of them if there are fewer). */
void buffer_drop(struct buffer *buffer, size_t size);

/** Empties the buffer and keeps its room. */
void buffer_clear(struct buffer *buffer);

/** Hands the bytes over as a malloc'ed string (never NULL) and leaves an empty buffer. */
char *buffer_take(struct buffer *buffer);

/** Releases the room; the buffer is empty and usable again. */
void buffer_free(struct buffer *buffer);

#endif
