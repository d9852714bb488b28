#include <dirent.h>
#include <string.h>

#include "acpi.h"
#include "files.h"
#include "report.h"

#define FOLDER "/sys/firmware/acpi/tables"

static void report_table(const char *name)
{
	char path[sizeof FOLDER + 1 + 256];
	uint64_t size;
	uint32_t crc;

	strcpy(path, FOLDER "/");
	strncat(path, name, 255);
	if (file_sum(path, &size, &crc))
		return; /* a folder: of tables that drivers loaded */
	line_begin();
	line_text("acpi ");
	line_text(name);
	line_text(" size=");
	line_decimal(size);
	line_text(" crc32=");
	line_hex(crc, 8);
	line_end();
}

void report_acpi(void)
{
	struct dirent **list;
	int count = scandir(FOLDER, &list, NULL, alphasort);

	for (int index = 0; index < count; index++)
		if (list[index]->d_name[0] != '.')
			report_table(list[index]->d_name);
}
