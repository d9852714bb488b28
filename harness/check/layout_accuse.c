/* How the oracle words its accusations. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "check/layout_rule.h"

#define RULE_LIMIT 8 /* accusations by one rule: more say nothing more */

static void *grow(void *array, size_t count, size_t size)
{
	void *grown = realloc(array, (count + 1) * size);

	if (!grown)
		abort();
	return grown;
}

void accuse(struct layout_view *view, uint64_t start, uint64_t end, const char *format, ...)
{
	struct layout_verdict *verdict = view->verdict;
	size_t count = verdict->violation_count;
	struct violation *violation;
	char text[1024];
	struct buffer line = {0};
	va_list arguments;

	if (++view->rule_accusations > RULE_LIMIT)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	verdict->violations = grow(verdict->violations, count, sizeof(*violation));
	violation = &verdict->violations[verdict->violation_count++];
	add_printable(&line, text, strlen(text), sizeof(text));
	if (view->rule_accusations == RULE_LIMIT)
		buffer_add_text(&line, " (no more of these are named)");
	*violation = (struct violation){
		.rule = view->rule->id, .text = buffer_take(&line), .start = start, .end = end};
}

static const char *hex(const uint8_t *bytes, size_t size, char out[3 * SHOWN_BYTES + 1])
{
	out[0] = '\0';
	for (size_t i = 0; i < size; i++)
		snprintf(out + 3 * i, 4, "%02x ", bytes[i]);
	if (size)
		out[3 * size - 1] = '\0';
	return out;
}

void accuse_bytes(struct layout_view *view, uint64_t start, uint64_t end, const uint8_t *expected,
	const uint8_t *found, const char *what)
{
	size_t size = end - start < SHOWN_BYTES ? (size_t)(end - start) : SHOWN_BYTES;
	char left[3 * SHOWN_BYTES + 1], right[3 * SHOWN_BYTES + 1];

	accuse(view, start, end, "%s at 0x%llx: expected %s, found %s%s", what,
		(unsigned long long)start, hex(expected, size, left), hex(found, size, right),
		end - start > SHOWN_BYTES ? " ..." : "");
}

int layout_read(struct layout_view *view, uint64_t address, void *out, size_t size)
{
	const struct memory_reader *reader = &view->scene->memory;

	if (reader->read(reader->context, address, out, size, view->error))
		return fail_within(view->error, "%zu bytes of guest memory at 0x%llx", size,
			(unsigned long long)address);
	return 0;
}

static int read_part(
	struct layout_view *view, const struct part *part, uint64_t offset, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got =
			pread(part->fd, view->other + done, size - done, (off_t)(offset + done));

		if (got < 0)
			return fail_errno(view->error, "a part of the payload at 0x%llx",
				(unsigned long long)(offset + done));
		if (!got)
			return fail(view->error, "a part of the payload ends at 0x%llx",
				(unsigned long long)(offset + done));
		done += (size_t)got;
	}
	return 0;
}

int layout_compare_file(struct layout_view *view, const struct part *part, uint64_t offset,
	uint64_t size, uint64_t address, const char *what)
{
	const struct memory_reader *reader = &view->scene->memory;
	int status;
	char place[96];

	for (uint64_t done = 0; done < size;) {
		size_t step = size - done < CHUNK ? (size_t)(size - done) : CHUNK, at = 0;

		if (read_part(view, part, offset + done, step))
			return -1;
		status = reader->read(
			reader->context, address + done, view->chunk, step, view->error);
		if (status > 0) { /* the map may lie */
			accuse(view, address + done, address + size,
				"byte 0x%llx of %s: there is no memory at 0x%llx",
				(unsigned long long)done, what,
				(unsigned long long)(address + done));
			return 0;
		}
		if (status)
			return -1;
		if (!memcmp(view->chunk, view->other, step)) {
			done += step;
			continue;
		}
		while (view->chunk[at] == view->other[at])
			at++;
		snprintf(place, sizeof(place), "byte 0x%llx of %s", (unsigned long long)(done + at),
			what);
		accuse_bytes(view, address + done + at,
			address + done + at + (step - at < SHOWN_BYTES ? step - at : SHOWN_BYTES),
			view->other + at, view->chunk + at, place);
		return 0;
	}
	return 0;
}
