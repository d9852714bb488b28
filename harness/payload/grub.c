#include "payload/grub.h"

#include <string.h>

/* The serial terminal as a dumb one: the codes of another would stand in the guest's first line. */
static const char head[] = "serial --unit=0 --speed=115200\n"
			   "terminfo serial dumb\n"
			   "terminal_output serial\n";

/* Only reached when `boot` came back. */
static const char tail[] = "boot\n"
			   "echo 'dkboot-disk: refused: GRUB did not boot this, and said why'\n";

/* Linux' entry points: by `linux` GRUB does the work of the setup itself, by `linux16` the setup
 * runs. */
static const struct {
	const char *kernel, *initrd;
} commands[] = {
	[DISK_ENTRY_32] = {"linux", "initrd"},
	[DISK_ENTRY_16] = {"linux16", "initrd16"},
};

/* Every blank ends a word, so that blanks in a row are empty words: GRUB puts one blank behind
 * each word, and the kernel sees all of them again. */
static void add_words(struct buffer *out, const char *text)
{
	buffer_add_text(out, " '");
	for (; *text; text++)
		if (*text == ' ')
			buffer_add_text(out, "' '");
		else
			buffer_add(out, text, 1);
	buffer_add_text(out, "'");
}

int grub_config(const struct payload *payload, enum disk_entry entry, struct buffer *out,
	struct error *error)
{
	const char *cmdline = payload->cmdline;

	if (cmdline[strcspn(cmdline, "'\"\\\n")])
		return fail(error,
			"GRUB cannot hand a quote, backslash or newline over as it is: expected a "
			"command line without, found one at byte %zu",
			strcspn(cmdline, "'\"\\\n") + 1);
	buffer_printf(out, "%s%s /" GRUB_KERNEL, head, commands[entry].kernel);
	if (*cmdline)
		add_words(out, cmdline);
	if (payload->initrd)
		buffer_printf(out, "\n%s /" GRUB_INITRD, commands[entry].initrd);
	buffer_printf(out, "\n%s", tail);
	return 0;
}
