#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "kernellog.h"
#include "report.h"

/* Actions of syslog(2); musl has no names for them. */
#define READ_ALL    3
#define CONSOLE_OFF 6
#define CONSOLE_ON  7
#define SIZE_BUFFER 10

void kernel_log_quiet(void)
{
	klogctl(CONSOLE_OFF, NULL, 0);
}

void kernel_log_loud(void)
{
	klogctl(CONSOLE_ON, NULL, 0);
}

/* Behind "<6>[    0.001234] ": a command line that the log repeats must not look like a message. */
static const char *message_of(const char *row)
{
	const char *end;

	if (*row == '<' && (end = strchr(row, '>')))
		row = end + 1;
	if (*row == '[' && (end = strstr(row, "] ")))
		row = end + 2;
	return row;
}

static void report_range(const char *range)
{
	char *end;
	uint64_t first = strtoull(range, &end, 0);
	uint64_t last = *end == '-' ? strtoull(end + 1, NULL, 0) : 0;

	line_begin();
	line_text("ramdisk ");
	line_hex(first, 16);
	line_text(" ");
	line_hex(last, 16);
	line_end();
}

/* "RAMDISK: [mem 0x1fee0000-0x1fffffff]" */
static void look_for_ramdisk(const char *message, bool *reported)
{
	static const char wanted[] = "RAMDISK: [mem ";

	if (*reported || strncmp(message, wanted, sizeof wanted - 1))
		return;
	*reported = true;
	report_range(message + sizeof wanted - 1);
}

/* "ACPI: FACP 0x000000001FFE1D2A 000074 (v01 ...": a table and where it lies. */
static void look_for_table(const char *message)
{
	static const char wanted[] = "ACPI: ", at[] = " 0x";
	const char *name = message + sizeof wanted - 1;

	if (strncmp(message, wanted, sizeof wanted - 1) || strcspn(name, " ") != 4 ||
		strncmp(name + 4, at, sizeof at - 1))
		return;
	line_begin();
	line_text("acpi-at ");
	line_bytes(name, 4);
	line_text(" ");
	line_hex(strtoull(name + 5, NULL, 0), 16);
	line_end();
}

static void look_through(char *log)
{
	bool ramdisk = false;
	char *rest;

	for (char *row = strtok_r(log, "\n", &rest); row; row = strtok_r(NULL, "\n", &rest)) {
		look_for_ramdisk(message_of(row), &ramdisk);
		look_for_table(message_of(row));
	}
}

void report_log(void)
{
	int room = klogctl(SIZE_BUFFER, NULL, 0);
	char *log = room > 0 ? malloc((size_t)room + 1) : NULL;
	int size = log ? klogctl(READ_ALL, log, room) : -1;

	if (size >= 0) {
		log[size] = 0;
		look_through(log);
	}
	free(log);
}
