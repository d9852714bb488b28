#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fail(struct error *error, const char *format, ...)
{
	va_list args;

	if (!error)
		return -1;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -1;
}

int fail_errno(struct error *error, const char *format, ...)
{
	int number = errno;
	size_t used;
	va_list args;

	if (!error)
		return -1;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	used = strlen(error->text);
	snprintf(error->text + used, sizeof(error->text) - used, ": %s", strerror(number));
	return -1;
}

int fail_within(struct error *error, const char *format, ...)
{
	struct error inner;
	size_t used;
	va_list args;

	if (!error)
		return -1;
	inner = *error;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	used = strlen(error->text);
	snprintf(error->text + used, sizeof(error->text) - used, ": %.*s",
		(int)(sizeof(error->text) - used), inner.text);
	return -1;
}
