#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "files.h"
#include "report.h"

static char buffer[16384];
static size_t used;
static int device = 1;

/* With an empty command line the console is the screen, which nobody reads: the serial port then.
 */
static int serial_is_console(void)
{
	char active[256];
	ssize_t size = read_whole("/sys/class/tty/console/active", active, sizeof active - 1);

	if (size <= 0)
		return 1;
	active[size] = 0;
	return strstr(active, "ttyS") || strstr(active, "hvc");
}

void report_open(void)
{
	int fd = open(serial_is_console() ? "/dev/console" : "/dev/ttyS0", O_WRONLY | O_NOCTTY);

	if (fd >= 0)
		device = fd;
}

void line_bytes(const void *bytes, size_t size)
{
	size_t room = sizeof buffer - 1 - used; /* the newline always fits */

	if (size > room)
		size = room;
	memcpy(buffer + used, bytes, size);
	used += size;
}

void line_text(const char *text)
{
	line_bytes(text, strlen(text));
}

void line_begin(void)
{
	used = 0;
	line_text("dkinit: ");
}

void line_hex(uint64_t value, unsigned digits)
{
	char text[16];
	unsigned at = sizeof text;

	do {
		text[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (at && (value || sizeof text - at < digits));
	line_bytes(text + at, sizeof text - at);
}

void line_decimal(uint64_t value)
{
	char text[20];
	unsigned at = sizeof text;

	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	line_bytes(text + at, sizeof text - at);
}

void line_end(void)
{
	size_t done = 0;
	ssize_t wrote;

	buffer[used++] = '\n';
	do {
		wrote = write(device, buffer + done, used - done);
		done += wrote > 0 ? (size_t)wrote : 0;
	} while (wrote > 0 && done < used);
	used = 0;
}

void line(const char *text)
{
	line_begin();
	line_text(text);
	line_end();
}

void report_drain(void)
{
	ioctl(device, TCSBRK, 1); /* tcdrain(3) */
}
