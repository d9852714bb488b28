#include "words.h"

#include <stdio.h>
#include <string.h>

bool sender_fault_named(const char *name, enum sender_fault *fault)
{
	static const char *const names[] = {
		"", "die", "stall", "once", "always", "lie", "short", "long"};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name)) {
			*fault = (enum sender_fault)i;
			return true;
		}
	return false;
}

const char *stream_part_name(uint32_t part, char *name)
{
	static const char *const names[] = {"table", "kernel", "initrd", "command line"};

	if (part < sizeof(names) / sizeof(names[0]))
		snprintf(name, 32, "%s", names[part]);
	else if (part < STREAM_NAMES)
		snprintf(name, 32, "module %u", part - STREAM_MODULES);
	else if (part == STREAM_NAMES)
		snprintf(name, 32, "names of files");
	else
		snprintf(name, 32, "file %u", part - STREAM_FILES);
	return name;
}

const char *stream_code_words(uint32_t code)
{
	static const char *const words[] = {"for no reason", "nothing came any more",
		"its SHA-256 is not the table's", "the table is not understood", "no room for it",
		"the sender refused", "the version is not known", "refused"};

	return words[code < sizeof(words) / sizeof(words[0]) ? code : 0];
}
