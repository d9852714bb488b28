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

void accuse(struct judge *judge, uint64_t start, uint64_t end, const char *format, ...)
{
	struct layout_verdict *verdict = judge->verdict;
	size_t count = verdict->violation_count;
	struct violation *violation;
	char text[1024];
	struct buffer line = {0};
	va_list arguments;

	if (++judge->rule_accusations > RULE_LIMIT)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	verdict->violations = grow(verdict->violations, count, sizeof(*violation));
	violation = &verdict->violations[verdict->violation_count++];
	add_printable(&line, text, strlen(text), sizeof(text));
	if (judge->rule_accusations == RULE_LIMIT)
		buffer_add_text(&line, " (no more of these are named)");
	*violation = (struct violation){judge->rule->id, buffer_take(&line)};
	judge->spots = grow(judge->spots, count, sizeof(*judge->spots));
	judge->spots[count] = (struct spot){start, end};
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

void accuse_bytes(struct judge *judge, uint64_t start, uint64_t end, const uint8_t *expected,
	const uint8_t *found, const char *what)
{
	size_t size = end - start < SHOWN_BYTES ? (size_t)(end - start) : SHOWN_BYTES;
	char left[3 * SHOWN_BYTES + 1], right[3 * SHOWN_BYTES + 1];

	accuse(judge, start, end, "%s at 0x%llx: expected %s, found %s%s", what,
		(unsigned long long)start, hex(expected, size, left), hex(found, size, right),
		end - start > SHOWN_BYTES ? " ..." : "");
}

int judge_read(struct judge *judge, uint64_t address, void *out, size_t size)
{
	const struct memory_reader *reader = &judge->scene->memory;

	if (reader->read(reader->context, address, out, size, judge->error))
		return fail_within(judge->error, "%zu bytes of guest memory at 0x%llx", size,
			(unsigned long long)address);
	return 0;
}

static int read_part(struct judge *judge, const struct part *part, uint64_t offset, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got =
			pread(part->fd, judge->other + done, size - done, (off_t)(offset + done));

		if (got < 0)
			return fail_errno(judge->error, "a part of the payload at 0x%llx",
				(unsigned long long)(offset + done));
		if (!got)
			return fail(judge->error, "a part of the payload ends at 0x%llx",
				(unsigned long long)(offset + done));
		done += (size_t)got;
	}
	return 0;
}

int judge_compare(struct judge *judge, const struct part *part, uint64_t offset, uint64_t size,
	uint64_t address, const char *what)
{
	char place[96];

	for (uint64_t done = 0; done < size;) {
		size_t step = size - done < CHUNK ? (size_t)(size - done) : CHUNK, at = 0;

		if (read_part(judge, part, offset + done, step) ||
			judge_read(judge, address + done, judge->chunk, step))
			return -1;
		if (!memcmp(judge->chunk, judge->other, step)) {
			done += step;
			continue;
		}
		while (judge->chunk[at] == judge->other[at])
			at++;
		snprintf(place, sizeof(place), "byte 0x%llx of %s", (unsigned long long)(done + at),
			what);
		accuse_bytes(judge, address + done + at,
			address + done + at + (step - at < SHOWN_BYTES ? step - at : SHOWN_BYTES),
			judge->other + at, judge->chunk + at, place);
		return 0;
	}
	return 0;
}
