#include "engine/xen_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* Characters of a piece of a guest's line that goes on in the next. */
enum { PIECE = 199 };

/* The agent writes it to dom0's console: "dkboot: mark 7". */
#define MARK "dkboot: mark "

/* The last words of what carries the guest. The hypervisor's own come with "(XEN) ", dom0's
 * kernel's with a time. */
static const struct {
	const char *text;
	const char *who;
	bool ours;
} deaths[] = {
	{"(XEN) Xen BUG at", "Xen panicked", false},
	{"(XEN) FATAL TRAP", "Xen panicked", false},
	{"(XEN) Hardware Dom0 crashed", "dom0 crashed", false},
	{"(XEN) Hardware Dom0 halted", "dom0 halted", false},
	{"(XEN) Hardware Dom0 shutdown", "dom0 shut down", false},
	{"] Kernel panic - not syncing", "dom0's kernel panicked", false},
	{"dkboot: agent", "the agent in dom0 gave up", true},
	{"dkboot: init", "dom0's init gave up", true},
};

/* Behind this line the hypervisor says why. */
#define PANIC "(XEN) Panic on CPU"

static void name_death(
	struct xen_host *host, const char *who, bool ours, const char *line, size_t size)
{
	autobuffer struct buffer shown = {0};

	add_printable(&shown, line, size, 160);
	snprintf(host->death, sizeof(host->death), "%s: %s", who, shown.data ? shown.data : "");
	host->ours = ours;
}

static void look_for_death(struct xen_host *host, const char *line, size_t size)
{
	if (size > strlen(MARK) && !memcmp(line, MARK, strlen(MARK)))
		host->mark = (unsigned)strtoul(line + strlen(MARK), NULL, 10);
	if (host->death[0])
		return;
	if (host->panicking) {
		name_death(host, "Xen panicked", false, line, size);
		return;
	}
	host->panicking = memmem(line, size, PANIC, strlen(PANIC));
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		if (!memmem(line, size, deaths[i].text, strlen(deaths[i].text)))
			continue;
		name_death(host, deaths[i].who, deaths[i].ours, line, size);
		return;
	}
}

/* Skips "(XEN) " and "(dN) ". @return the guest's text, or NULL when the line is not a guest's */
static const char *guest_text(const char *line, const char *end)
{
	static const char mark[] = "(XEN) ";

	if ((size_t)(end - line) >= strlen(mark) && !memcmp(line, mark, strlen(mark)))
		line += strlen(mark);
	if (end - line < 3 || line[0] != '(' || line[1] != 'd' || line[2] == ')')
		return NULL;
	for (line += 2; line < end && *line >= '0' && *line <= '9'; line++)
		;
	return end - line >= 2 && line[0] == ')' && line[1] == ' ' ? line + 2 : NULL;
}

static void take_line(struct xen_host *host, host_debug debug, void *context)
{
	const char *line = host->line.data, *end = line + host->line.size;
	const char *text;

	while (end > line && (end[-1] == '\r' || end[-1] == '\n'))
		end--;
	text = guest_text(line, end);
	if (!text) {
		look_for_death(host, line, (size_t)(end - line));
		return;
	}
	debug(context, text, (size_t)(end - text));
	if (end - text != PIECE)
		debug(context, "\n", 1);
}

void host_feed(
	struct xen_host *host, const char *bytes, size_t size, host_debug debug, void *context)
{
	while (size > 0) {
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) + 1 : size;

		buffer_add(&host->line, bytes, length);
		if (newline) {
			take_line(host, debug, context);
			buffer_clear(&host->line);
		}
		bytes += length;
		size -= length;
	}
}

void host_close(struct xen_host *host)
{
	buffer_free(&host->line);
}
