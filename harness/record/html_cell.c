/* What the folder of a cell holds, for the page. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "record/html.h"
#include "record/html_text.h"
#include "record/map.h"

const char *const html_file_names[] = {"serial.timed", "serial.log", "pv.timed", "pv.log",
	"debug.timed", "debug.log", "emulator.log", "host.log", "layout.svg", "layout.txt",
	"layout.json", "report.json", "repro.sh", "verdict.json", NULL};

/* Logs that are embedded, the first of a row that is there. */
static const char *const logs[][2] = {{"serial.timed", "serial.log"}, {"pv.timed", "pv.log"},
	{"debug.timed", "debug.log"}, {"emulator.log", NULL}, {"host.log", NULL}};

/* Of a log that is too long its end says most, its beginning something. */
#define HEAD (HTML_PIECE_LIMIT / 8)
#define TAIL (HTML_PIECE_LIMIT - HEAD)

unsigned html_files(const char *run_folder, const char *cell_folder)
{
	autofree char *path = format_text("%s/%s", run_folder, cell_folder);
	autodir DIR *folder = opendir(path);
	struct dirent *entry;
	unsigned found = 0;

	while (folder && (entry = readdir(folder)))
		for (unsigned i = 0; html_file_names[i]; i++)
			if (strcmp(entry->d_name, html_file_names[i]) == 0)
				found |= 1u << i;
	return found;
}

/* Reads @size bytes from @from on, as many as there are. */
static void read_range(int fd, uint64_t from, size_t size, struct buffer *out)
{
	char bytes[4096];

	while (size) {
		ssize_t got =
			pread(fd, bytes, size < sizeof(bytes) ? size : sizeof(bytes), (off_t)from);

		if (got <= 0)
			return;
		buffer_add(out, bytes, (size_t)got);
		from += (uint64_t)got;
		size -= (size_t)got;
	}
}

/* A file of the cell, whole or its head and its tail. @return 0, or -1 when there is no such file
 */
static int read_excerpt(const char *path, struct buffer *head, struct buffer *tail, uint64_t *left)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat stat;

	*left = 0;
	if (fd < 0 || fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) || !stat.st_size)
		return -1;
	if ((uint64_t)stat.st_size <= HTML_PIECE_LIMIT) {
		read_range(fd, 0, (size_t)stat.st_size, head);
		return 0;
	}
	read_range(fd, 0, HEAD, head);
	read_range(fd, (uint64_t)stat.st_size - TAIL, TAIL, tail);
	*left = (uint64_t)stat.st_size - HTML_PIECE_LIMIT;
	return 0;
}

/* {"name":..,"text":..}; of a long one also how many bytes are left out, and the tail behind them.
 */
static bool add_log(struct buffer *out, const char *folder, const char *name, bool more)
{
	autofree char *path = format_text("%s/%s", folder, name);
	autobuffer struct buffer head = {0}, tail = {0};
	uint64_t left;

	if (read_excerpt(path, &head, &tail, &left) < 0)
		return false;
	buffer_printf(out, "%s{\"name\":\"%s\",\"text\":", more ? "," : "", name);
	add_json_lines(out, head.data, head.size);
	if (left) {
		buffer_printf(out, ",\"left\":%llu,\"tail\":", (unsigned long long)left);
		add_json_lines(out, tail.data, tail.size);
	}
	buffer_add_text(out, "}");
	return true;
}

static void add_logs(struct buffer *out, const char *folder)
{
	bool more = false;

	buffer_add_text(out, "\"logs\":[");
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		for (size_t j = 0; j < 2 && logs[i][j]; j++)
			if (add_log(out, folder, logs[i][j], more)) {
				more = true;
				break;
			}
	buffer_add_text(out, "]");
}

/* What repro.sh does, without what it says of itself. */
static void add_command(struct buffer *out, const char *folder)
{
	autofree char *path = format_text("%s/repro.sh", folder);
	autobuffer struct buffer script = {0}, rest = {0};
	uint64_t left;

	if (read_excerpt(path, &script, &rest, &left) < 0 || left)
		return;
	buffer_add_text(out, ",\"script\":");
	add_json_lines(out, script.data, script.size);
}

static void add_violations(struct buffer *out, const struct layout_verdict *verdict)
{
	buffer_printf(out, ",\"checked\":%u,\"violations\":[", verdict->rules_checked);
	for (size_t i = 0; i < verdict->violation_count; i++) {
		buffer_add_text(out, i ? ",[" : "[");
		add_json_text(out, verdict->violations[i].rule);
		buffer_add_text(out, ",");
		add_json_text(out, verdict->violations[i].text);
		buffer_add_text(out, "]");
	}
	buffer_add_text(out, "]");
}

/* Violations into the data, the picture behind it. */
static void add_map(struct buffer *data, struct buffer *picture, const char *folder)
{
	autofree char *path = format_text("%s/layout.json", folder);
	autobuffer struct buffer json = {0}, rest = {0};
	struct map map;
	uint64_t left;

	if (read_excerpt(path, &json, &rest, &left) < 0 || left)
		return;
	if (map_read(&json, path, &map, NULL) < 0)
		return;
	add_violations(data, &map.verdict);
	map_svg(&map.verdict, picture);
	map_free(&map);
	if (picture->size > HTML_PIECE_LIMIT)
		buffer_clear(picture);
}

size_t html_add_cell(const struct journal *journal, const struct html_source *source, size_t index,
	struct buffer *out)
{
	const char *inside = journal->results[index].folder;
	autofree char *folder = NULL;
	autobuffer struct buffer picture = {0};
	size_t before = out->size;

	if (!inside || !is_inside(inside))
		return 0;
	folder = format_text("%s/%s", source->folder, inside);
	if (access(folder, R_OK | X_OK) < 0)
		return 0;
	buffer_printf(out, "<script type=\"application/json\" id=\"d%zu\">{", index);
	add_logs(out, folder);
	add_command(out, folder);
	add_map(out, &picture, folder);
	buffer_add_text(out, "}</script>\n");
	if (picture.size)
		buffer_printf(out, "<template id=\"m%zu\">%s</template>\n", index, picture.data);
	return out->size - before;
}
