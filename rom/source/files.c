#include "source/files.h"

/* One string of strings, in the order of enum file_name: the modules are last. */
static const char names[] = "entry\0multiboot2\0cmdline\0module/";
static const char prefix[] = "opt/org.dkboot/";
static const char of_module[] = ".cmdline";

/* Behind what in s, or NULL when s begins in another way. */
static const char *behind(const char *s, const char *what)
{
	while (*what)
		if (*s++ != *what++)
			return 0;
	return s;
}

/* What the text behind "module/" names, FILES when it is nothing. Numbers have no leading zero. */
static uint32_t module_file(const char *s)
{
	uint32_t number = (uint32_t)(*s++ - '0');

	if (number > 9)
		return FILES;
	if (number == 1 && *s >= '0' && *s <= '5')
		number = 10 + (uint32_t)(*s++ - '0');
	if (!*s)
		return FILE_MODULE + number;
	s = behind(s, of_module);
	return s && !*s ? FILE_MODULE_CMDLINE + number : FILES;
}

static uint32_t file_of(const char *s)
{
	const char *name = names, *end;

	s = behind(s, prefix);
	for (uint32_t i = 0; s && i <= FILE_MODULE; i++) {
		end = behind(s, name);
		if (end && i == FILE_MODULE)
			return module_file(end);
		if (end && !*end)
			return i;
		while (*name++)
			;
	}
	return FILES;
}

void files_note(struct file *file, const struct file_entry *entry)
{
	const uint32_t i = file_of(entry->name);

	if (i == FILES)
		return;
	file[i].key = __builtin_bswap16(entry->select);
	file[i].size = __builtin_bswap32(entry->size);
}
