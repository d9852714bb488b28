#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t wanted = buffer->size + more + 1;
	size_t room = buffer->room ? buffer->room : 64;

	if (wanted <= buffer->room)
		return;
	while (room < wanted)
		room *= 2;
	buffer->data = realloc(buffer->data, room);
	if (!buffer->data)
		abort();
	buffer->room = room;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
	buffer_reserve(buffer, size);
	if (size)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	char probe[1];
	int size;

	va_start(args, format);
	size = vsnprintf(probe, sizeof(probe), format, args);
	va_end(args);
	if (size < 0)
		return;
	buffer_reserve(buffer, (size_t)size);
	va_start(args, format);
	vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, args);
	va_end(args);
	buffer->size += (size_t)size;
}

void buffer_fill(struct buffer *buffer, int byte, size_t size)
{
	buffer_reserve(buffer, size);
	memset(buffer->data + buffer->size, byte, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void buffer_drop(struct buffer *buffer, size_t size)
{
	if (size > buffer->size)
		size = buffer->size;
	if (!size)
		return;
	memmove(buffer->data, buffer->data + size, buffer->size - size + 1);
	buffer->size -= size;
}

void buffer_clear(struct buffer *buffer)
{
	buffer_drop(buffer, buffer->size);
}

char *buffer_take(struct buffer *buffer)
{
	char *data;

	buffer_reserve(buffer, 0);
	buffer->data[buffer->size] = '\0';
	data = buffer->data;
	*buffer = (struct buffer){0};
	return data;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}
