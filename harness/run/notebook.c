#include "run/notebook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

int notebook_open(struct notebook *notebook, const char *folder, struct error *error)
{
	*notebook = (struct notebook){.folder = copy_text(folder)};
	for (int i = 0; i < CHANNELS; i++)
		notebook->log[i] = notebook->timed[i].fd = -1;
	if (folder_remove(folder, error) < 0)
		return -1;
	return folder_make(folder, error);
}

static const char timed_cut[] = "\n[dkboot: no more is shown: see the log itself]\n";

/* The consoles of a guest. */
static const char *const timed_names[CHANNELS] = {[CHANNEL_SERIAL] = "serial.timed",
	[CHANNEL_PV] = "pv.timed",
	[CHANNEL_DEBUG] = "debug.timed"};

static int log_open(struct notebook *notebook, const char *name)
{
	autofree char *path = format_text("%s/%s", notebook->folder, name);

	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static void log_write(struct notebook *notebook, int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			snprintf(notebook->trouble, sizeof(notebook->trouble),
				"cannot write the log in %s: %s", notebook->folder,
				strerror(errno));
			return;
		}
		bytes += done;
		size -= (size_t)done;
	}
}

/* The readable twin of a console's log: seconds in front of each line, nothing that a terminal
 * would obey. It has a limit of its own: what is shown can be many times what was said. */
static void log_timed(struct notebook *notebook, enum channel channel, const char *bytes,
	size_t size, double seconds)
{
	struct timed_log *timed = &notebook->timed[channel];
	autobuffer struct buffer out = {0};

	if (timed->size >= NOTEBOOK_LOG_LIMIT)
		return;
	if (timed->fd < 0)
		timed->fd = log_open(notebook, timed_names[channel]);
	while (size > 0) {
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) : size;
		size_t shown = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;

		if (!timed->open)
			buffer_printf(&out, "[%10.6f] ", seconds);
		add_printable(&out, bytes, shown, shown);
		if (newline)
			buffer_add_text(&out, "\n");
		timed->open = !newline;
		bytes += length + (newline ? 1 : 0);
		size -= length + (newline ? 1 : 0);
	}
	timed->size += out.size;
	log_write(notebook, timed->fd, out.data, out.size);
	if (timed->size >= NOTEBOOK_LOG_LIMIT)
		log_write(notebook, timed->fd, timed_cut, strlen(timed_cut));
}

void notebook_log(struct notebook *notebook, enum channel channel, const char *bytes, size_t size,
	double seconds)
{
	uint64_t before = notebook->size[channel];
	size_t kept = before >= NOTEBOOK_LOG_LIMIT ? 0 : NOTEBOOK_LOG_LIMIT - (size_t)before;
	autofree char *name = NULL;

	notebook->size[channel] += size;
	if (kept > size)
		kept = size;
	if (kept == 0)
		return;
	if (notebook->log[channel] < 0) {
		name = format_text("%s.log", channel_name(channel));
		notebook->log[channel] = log_open(notebook, name);
	}
	log_write(notebook, notebook->log[channel], bytes, kept);
	if (timed_names[channel])
		log_timed(notebook, channel, bytes, kept, seconds);
}

void notebook_close(struct notebook *notebook)
{
	for (int i = 0; i < CHANNELS; i++) {
		if (notebook->size[i] > NOTEBOOK_LOG_LIMIT && notebook->log[i] >= 0) {
			autofree char *note = format_text(
				"\n[dkboot: %llu further bytes are not kept]\n",
				(unsigned long long)(notebook->size[i] - NOTEBOOK_LOG_LIMIT));

			log_write(notebook, notebook->log[i], note, strlen(note));
		}
		if (notebook->log[i] >= 0)
			close(notebook->log[i]);
		if (notebook->timed[i].fd >= 0)
			close(notebook->timed[i].fd);
		notebook->log[i] = notebook->timed[i].fd = -1;
	}
	free(notebook->folder);
	notebook->folder = NULL;
}
