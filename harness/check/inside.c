/* Reads what our guests report of themselves. */
#include "check/inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define LINE_LIMIT 1024 /* longer lines are texts, which are told by their checksum */

enum told { TOLD_TABLE, TOLD_PLACE, TOLD_INT12, TOLD_E801, TOLD_VECTORS, TOLD_XEN, TOLD_KERNEL };

/* What stands behind a word is read by one of these; false: it cannot be read. */
typedef bool (*reader)(struct inside_facts *facts, const char *text, int thing);

static bool read_begin(struct inside_facts *facts, const char *text, int guest)
{
	if (guest == INSIDE_PROBE && strncmp(text, " linux", 6) != 0)
		guest = INSIDE_FLAT;
	facts->guest = (enum inside_guest)guest;
	return true;
}

static bool read_end(struct inside_facts *facts, const char *text, int unused)
{
	(void)unused;
	facts->whole = !*text;
	return facts->whole;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1c0=80fb..." */
static bool read_bytes(struct inside_facts *facts, const char *text, int unused)
{
	unsigned at;
	int used = 0;

	(void)unused;
	if (sscanf(text, "%3x=%n", &at, &used) != 1 || !used)
		return false;
	for (text += used; *text; text += 2) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0 || at >= INSIDE_PAGE)
			return false;
		facts->page[at++] = (uint8_t)(high * 16 + low);
		facts->page_said++;
	}
	return true;
}

static bool read_e820(struct inside_facts *facts, const char *text, int unused)
{
	struct memory_map *map = &facts->map;
	unsigned long long start, size;
	unsigned type;
	int used = 0;

	(void)unused;
	if (sscanf(text, "%16llx %16llx %u%n", &start, &size, &type, &used) != 3 || text[used] ||
		map->count == MEMORY_MAP_LIMIT)
		return false;
	map->range[map->count++] = (struct memory_range){start, start + size, type};
	return true;
}

static bool read_ramdisk(struct inside_facts *facts, const char *text, int unused)
{
	unsigned long long first, last;
	int used = 0;

	(void)unused;
	if (sscanf(text, "%16llx %16llx%n", &first, &last, &used) != 2 || text[used])
		return false;
	facts->ramdisk_first = first;
	facts->ramdisk_last = last;
	return true;
}

/* What is no rule's business, but is compared between two boots. */
static bool read_named(struct inside_facts *facts, const char *text, int thing)
{
	return inside_tell_named(facts, thing == TOLD_TABLE ? "acpi" : "acpi-at", text);
}

static bool read_told(struct inside_facts *facts, const char *text, int thing)
{
	static const char *const names[] = {[TOLD_INT12] = "int12",
		[TOLD_E801] = "e801",
		[TOLD_VECTORS] = "vectors",
		[TOLD_XEN] = "xen",
		[TOLD_KERNEL] = "kernel"};

	return inside_tell(facts, names[thing], text);
}

/* "size=12 crc32=98c3105e", the probe puts "at=00020000 " in front; "none"; "text=..." is passed
 * over. */
static bool read_sum(struct inside_facts *facts, const char *text, int thing)
{
	struct inside_sum *sum = &facts->sum[thing];
	unsigned long long at = 0, size;
	unsigned crc;
	int placed = 0, used = 0;

	if (!strncmp(text, "text=", 5))
		return true;
	if (!strcmp(text, "none")) {
		*sum = (struct inside_sum){.said = true};
		return true;
	}
	if (sscanf(text, "at=%8llx %n", &at, &placed) != 1)
		placed = 0;
	if (sscanf(text + placed, "size=%llu crc32=%8x%n", &size, &crc, &used) != 2 ||
		text[placed + used])
		return false;
	*sum = (struct inside_sum){true, placed != 0, at, size, crc};
	return true;
}

/* "gdt=.../... idt=... int13=f000e3fe int15=... int19=... a20=1": the loader's tables are its own.
 */
static bool read_vectors(struct inside_facts *facts, const char *text, int thing)
{
	const char *vectors = strstr(text, "int13=");

	return vectors && read_told(facts, vectors, thing);
}

/* "cs selector=0010 base=00000000 limit=ffffffff access=9b flags=c", "tr selector=0000 none" */
static bool read_segment(struct inside_facts *facts, const char *text, int unused)
{
	struct inside_segment *segment = &facts->segment[facts->segment_count];
	int used = 0;

	(void)unused;
	if (facts->segment_count == INSIDE_SEGMENTS ||
		sscanf(text, "%2s selector=%*4x %n", segment->name, &used) != 1 || !used)
		return false;
	facts->segment_count++;
	if (!strcmp(text + used, "none"))
		return true;
	segment->there = true;
	return sscanf(text + used, "base=%8x limit=%8x access=%2x flags=%1x", &segment->base,
		       &segment->limit, &segment->access, &segment->flags) == 4;
}

enum { PART_BYTES, PART_STRING };

/* The string follows its module; "text=..." is passed over. */
static bool read_module(struct inside_facts *facts, const char *text, int part)
{
	struct inside_facts one = {0};
	struct inside_module *module;

	if (!strncmp(text, "text=", 5))
		return true;
	facts->module_count += part == PART_BYTES && facts->module_count < INSIDE_MODULES;
	if (!facts->module_count || !read_sum(&one, text, 0))
		return false;
	module = &facts->module[facts->module_count - 1];
	*(part == PART_BYTES ? &module->bytes : &module->string) = one.sum[0];
	return true;
}

/* "at=002015b0 size=4096 dirty=0" */
static bool read_zeros(struct inside_facts *facts, const char *text, int unused)
{
	unsigned long long dirty;

	(void)unused;
	if (sscanf(text, "at=%*8x size=%*u dirty=%llu", &dirty) != 1)
		return false;
	facts->dirty = dirty;
	return true;
}

static const struct {
	const char *start;
	reader read;
	int thing;
} words[] = {
	{"dkinit: begin", read_begin, INSIDE_LINUX},
	{"dkinit: zeropage ", read_bytes, 0},
	{"dkinit: e820 ", read_e820, 0},
	{"dkinit: ramdisk ", read_ramdisk, 0},
	{"dkinit: uname ", read_told, TOLD_KERNEL},
	{"dkinit: acpi-at ", read_named, TOLD_PLACE},
	{"dkinit: acpi ", read_named, TOLD_TABLE},
	{"dkinit: cmdline ", read_sum, INSIDE_CMDLINE},
	{"dkinit: initrd ", read_sum, INSIDE_INITRD},
	{"dkinit: blob ", read_sum, INSIDE_BLOB},
	{"dkinit: early ", read_sum, INSIDE_EARLY},
	{"dkinit: end", read_end, 0},
	{"dkprobe: begin", read_begin, INSIDE_PROBE},
	{"dkprobe: header ", read_bytes, 0},
	{"dkprobe: e820 ", read_e820, 0},
	{"dkprobe: int12 ", read_told, TOLD_INT12},
	{"dkprobe: e801 ", read_told, TOLD_E801},
	{"dkprobe: tables ", read_vectors, TOLD_VECTORS},
	{"dkprobe: xen ", read_told, TOLD_XEN},
	{"dkprobe: cmdline ", read_sum, INSIDE_CMDLINE},
	{"dkprobe: initrd ", read_sum, INSIDE_INITRD},
	{"dkprobe: image ", read_sum, INSIDE_IMAGE},
	{"dkprobe: segment ", read_segment, 0},
	{"dkprobe: module ", read_module, PART_BYTES},
	{"dkprobe: string ", read_module, PART_STRING},
	{"dkprobe: zeros ", read_zeros, 0},
	{"dkprobe: end", read_end, 0},
};

static void remember_garbled(struct inside_facts *facts, const struct line *line)
{
	autobuffer struct buffer shown = {0};

	if (facts->garbled[0])
		return;
	add_printable(&shown, line->bytes, line->size, sizeof(facts->garbled) / 5);
	snprintf(facts->garbled, sizeof(facts->garbled), "%s", shown.data);
}

static void take_line(void *context, const struct line *line)
{
	struct inside_facts *facts = context;
	char text[LINE_LIMIT + 1];
	size_t size = line->size < LINE_LIMIT ? line->size : LINE_LIMIT;

	memcpy(text, line->bytes, size);
	text[size] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].start);

		if (strncmp(text, words[i].start, length) != 0)
			continue;
		if (!words[i].read(facts, text + length, words[i].thing))
			remember_garbled(facts, line);
		return;
	}
}

void inside_feed(struct inside *inside, const char *bytes, size_t size)
{
	inside->reader.limit = LINE_LIMIT;
	lines_feed(&inside->reader, bytes, size, take_line, &inside->facts);
}

void inside_end(struct inside *inside)
{
	lines_end(&inside->reader, take_line, &inside->facts);
}

void inside_clear(struct inside *inside)
{
	lines_free(&inside->reader);
	buffer_free(&inside->facts.told);
	inside->facts = (struct inside_facts){0};
}
