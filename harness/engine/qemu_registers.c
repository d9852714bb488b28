#include "engine/qemu_registers.h"

#include <stdlib.h>
#include <string.h>

enum { EFLAGS_IF = 1 << 9 };

/* One processor's flags line: "EIP=... EFL=00000002 [...] ... HLT=1", or RFL in long mode. */
static bool processor_halted(const char *section, const char *end)
{
	const char *flags = strstr(section, "FL=");
	const char *halt = strstr(section, "HLT=");

	if (!flags || !halt || flags > end || halt > end)
		return false;
	return halt[4] == '1' && !(strtoull(flags + 3, NULL, 16) & EFLAGS_IF);
}

bool registers_halted(const char *text)
{
	const char *section = strstr(text, "CPU#");

	if (!section)
		return false;
	while (section) {
		const char *next = strstr(section + 1, "CPU#");
		const char *end = next ? next : section + strlen(section);

		if (!processor_halted(section, end))
			return false;
		section = next;
	}
	return true;
}
