/* The rules of the second view: guest and oracle tell the same. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/inside.h"
#include "payload/linux_header.h"

#define LINUX	   (INSIDE_LINUX | INSIDE_PROBE)
#define PROBES	   (INSIDE_PROBE | INSIDE_FLAT)
#define ANYBODY	   (LINUX | INSIDE_FLAT)
#define PAGE_SIZE  4096u /* the kernel's */
#define KASLR_FLAG 0x02u /* loadflags: kernel internal */
#define E820_MOST  128	 /* entries that the zero page has room for; the probe says as many */

typedef unsigned long long huge;

void inside_differ(struct inside_view *view, const char *format, ...)
{
	struct layout_verdict *verdict = view->verdict;
	struct violation *grown =
		realloc(verdict->violations, (verdict->violation_count + 1) * sizeof(*grown));
	char text[512];
	va_list arguments;

	if (!grown)
		abort();
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	verdict->violations = grown;
	grown[verdict->violation_count++] = (struct violation){
		.rule = view->rule->id, .text = format_text("seen from inside: %s", text)};
}

const char *inside_seen(const struct inside_view *view, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = view->outside->facts; *line; line += strcspn(line, "\n") + 1) {
		if (!strncmp(line, name, length) && line[length] == ' ')
			return line + length + 1;
		if (!line[strcspn(line, "\n")])
			break;
	}
	return NULL;
}

/* A field of the header as the oracle saw it: a line "name hexadecimal" of its facts. */
static bool seen_outside(const struct inside_view *view, const char *name, uint64_t *value)
{
	const char *seen = inside_seen(view, name);

	if (seen)
		*value = strtoull(seen, NULL, 16);
	return seen;
}

static uint64_t on_page(const struct inside_view *view, unsigned offset, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | view->facts->page[offset + width];
	return value;
}

static void rule_whole(struct inside_view *view)
{
	const struct inside_facts *facts = view->facts;

	if (facts->garbled[0])
		inside_differ(view, "a line of the report cannot be read: %s", facts->garbled);
	if (!facts->whole)
		inside_differ(view, "the report ended before its last line");
	else if (!facts->page_said && facts->guest != INSIDE_FLAT)
		inside_differ(view, "the report does not show the %s",
			facts->guest == INSIDE_LINUX ? "zero page" : "setup header");
	else if (!facts->sum[INSIDE_CMDLINE].said)
		inside_differ(view, "the report does not tell of the command line");
}

/* What the kernel itself may have changed of a field until it is reported. */
static uint64_t kernels_own(const struct inside_view *view, const char *name)
{
	if (view->facts->guest != INSIDE_LINUX)
		return 0;
	if (!strcmp(name, "vid_mode"))
		return UINT64_MAX; /* the mode that was set: a menu may have asked */
	return !strcmp(name, "loadflags") ? KASLR_FLAG : 0;
}

static void rule_header(struct inside_view *view)
{
	for (const struct linux_field *field = linux_fields; field->name && view->facts->page_said;
		field++) {
		uint64_t expected, found, own = kernels_own(view, field->name);

		if (!linux_field_valid(field, view->outside->payload->protocol) ||
			!seen_outside(view, field->name, &expected))
			continue;
		found = on_page(view, field->offset, field->width);
		if ((found & ~own) != (expected & ~own))
			inside_differ(view, "%s: expected 0x%llx, found 0x%llx", field->name,
				(huge)expected, (huge)found);
	}
}

static void rule_extended(struct inside_view *view)
{
	static const struct {
		const char *name;
		unsigned offset;
	} fields[] = {{"ext_ramdisk_image", 0x0c0}, {"ext_ramdisk_size", 0x0c4},
		{"ext_cmd_line_ptr", 0x0c8}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (on_page(view, fields[i].offset, 4))
			inside_differ(view, "%s: expected 0x0, found 0x%llx", fields[i].name,
				(huge)on_page(view, fields[i].offset, 4));
}

static bool same_range(const struct memory_range *left, const struct memory_range *right)
{
	return left->start == right->start && left->end == right->end && left->type == right->type;
}

/* Linux adds a range to the map that PVH gives it (arch/x86/platform/pvh/enlighten.c): from 640 KiB
 * to 1 MiB. */
static bool adds_video(const struct inside_view *view, const struct memory_map *told, size_t count)
{
	static const struct memory_range video = {0xa0000, 0x100000, 2};

	return view->facts->guest == INSIDE_LINUX && view->outside->payload->boot == BOOT_PVH &&
	       told->count == count + 1 && same_range(&told->range[count], &video);
}

static void rule_map(struct inside_view *view)
{
	const struct memory_map *seen = view->outside->map, *told = &view->facts->map;
	size_t count = seen->count < E820_MOST ? seen->count : E820_MOST;
	bool more = adds_video(view, told, count);

	if (told->count != count + more) {
		inside_differ(view, "e820: expected %zu entries, found %zu", count, told->count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct memory_range *left = &seen->range[i], *right = &told->range[i];

		if (same_range(left, right))
			continue;
		inside_differ(view,
			"e820 entry %zu: expected 0x%llx-0x%llx type %u, found 0x%llx-0x%llx "
			"type %u",
			i, (huge)left->start, (huge)left->end - 1, left->type, (huge)right->start,
			(huge)right->end - 1, right->type);
		return;
	}
}

/* boot.rst, cmdline_size: what is longer may be cut there, by loader and kernel. */
static size_t cmdline_least(const struct inside_view *view, size_t asked)
{
	uint64_t limit = LINUX_CMDLINE_SIZE_2_00;

	seen_outside(view, "cmdline_size", &limit);
	return asked < limit ? asked : (size_t)limit;
}

/* Of Multiboot it has the name of the file in front, which is known to who saw it. */
static void compare_cmdline(struct inside_view *view, const struct inside_sum *told)
{
	const char *seen = inside_seen(view, "cmdline");
	autofree char *found = format_text("%llu %08x", (huge)told->size, told->crc32);

	if (seen && strncmp(seen, found, strlen(found)) != 0)
		inside_differ(view, "command line: expected %.*s, found %s",
			(int)strcspn(seen, "\n"), seen, found);
}

static void rule_cmdline(struct inside_view *view)
{
	const char *asked = view->outside->payload->cmdline;
	const struct inside_sum *told = &view->facts->sum[INSIDE_CMDLINE];
	size_t size = strlen(asked);
	uint64_t at;

	if (!told->said)
		return;
	if (view->outside->payload->boot == BOOT_MULTIBOOT) {
		compare_cmdline(view, told);
		return;
	}
	if (told->size > size || told->size < cmdline_least(view, size) ||
		told->crc32 != crc32_bytes(asked, (size_t)told->size))
		inside_differ(view,
			"command line: expected %zu bytes with CRC-32 %08x, found %llu with %08x",
			size, crc32_bytes(asked, size), (huge)told->size, told->crc32);
	if (told->placed && seen_outside(view, "cmd_line_ptr", &at) && told->at != at)
		inside_differ(view, "command line: expected at 0x%llx, found at 0x%llx", (huge)at,
			(huge)told->at);
}

static void check_ramdisk(struct inside_view *view, uint64_t at, uint64_t size)
{
	const struct inside_facts *facts = view->facts;
	uint64_t end = (at + size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;

	if (size && (facts->ramdisk_first != at || facts->ramdisk_last != end - 1))
		inside_differ(view, "RAMDISK: expected 0x%llx-0x%llx, found 0x%llx-0x%llx",
			(huge)at, (huge)end - 1, (huge)facts->ramdisk_first,
			(huge)facts->ramdisk_last);
	else if (!size && facts->ramdisk_last)
		inside_differ(view, "RAMDISK: expected none, found 0x%llx-0x%llx",
			(huge)facts->ramdisk_first, (huge)facts->ramdisk_last);
}

static void rule_initrd_place(struct inside_view *view)
{
	const struct inside_sum *told = &view->facts->sum[INSIDE_INITRD];
	uint64_t at, size;

	if (!seen_outside(view, "ramdisk_image", &at) || !seen_outside(view, "ramdisk_size", &size))
		return;
	if (view->facts->guest == INSIDE_LINUX)
		check_ramdisk(view, at, size);
	else if (!told->said || told->at != at || told->size != size)
		inside_differ(view, "initrd: expected %llu bytes at 0x%llx, found %llu at 0x%llx",
			(huge)size, (huge)at, (huge)told->size, (huge)told->at);
}

/* Only what a report tells is compared: which kernel shows what is not the loader's matter. */
static void check_sum(struct inside_view *view, enum inside_thing thing, const char *name,
	uint64_t size, uint32_t crc)
{
	const struct inside_sum *told = &view->facts->sum[thing];

	if (told->said && (told->size != size || told->crc32 != crc))
		inside_differ(view,
			"%s: expected %llu bytes with CRC-32 %08x, found %llu with %08x", name,
			(huge)size, crc, (huge)told->size, told->crc32);
}

static void rule_initrd_bytes(struct inside_view *view)
{
	const struct part *initrd = view->outside->payload->initrd;

	check_sum(view, INSIDE_INITRD, "initrd", initrd ? initrd->size : 0,
		initrd ? initrd->crc32 : 0);
	if (initrd && initrd->blob_size)
		check_sum(view, INSIDE_BLOB, "the blob in the initrd", initrd->blob_size,
			initrd->blob_crc32);
	if (initrd && initrd->early_size)
		check_sum(view, INSIDE_EARLY, "the file in the initrd's early part",
			initrd->early_size, initrd->early_crc32);
}

/* An image that is longer than its header says need not have been loaded to its end. */
static void rule_image(struct inside_view *view)
{
	const struct payload *payload = view->outside->payload;
	uint64_t paragraphs = 0;

	if (payload->boot != BOOT_LINUX) {
		check_sum(view, INSIDE_IMAGE, "kernel image", payload->image_size,
			payload->image_crc32);
		return;
	}
	if (payload->protocol >= 0x204 && seen_outside(view, "syssize", &paragraphs) &&
		paragraphs * 16 >= payload->image_size)
		check_sum(view, INSIDE_IMAGE, "protected-mode image", payload->image_size,
			payload->image_crc32);
}

const struct inside_rule inside_rules[] = {
	{"J1", "a report that was begun is whole, when the guest then switches itself off",
		"guests/README.md, The report; guests/initrd/README.md, The report", ANYBODY,
		rule_whole, false},
	{"J2",
		"the header's fields are those that the oracle saw (of Linux: vid_mode and "
		"KASLR_FLAG excepted)",
		"Linux, arch/x86/boot/main.c: the header is copied to the zero page", LINUX,
		rule_header, false},
	{"J3", "no upper half of an address or size was made up", "zero-page.rst: ext_*",
		INSIDE_LINUX, rule_extended, false},
	{"J4", "the e820 table is the firmware's map as the oracle saw it, entry by entry",
		"Linux, arch/x86/boot/memory.c: answers of int 15h/E820 as they come", ANYBODY,
		rule_map, false},
	{"J5", "the command line is what was asked for, up to the kernel's limit",
		"boot.rst, The Kernel Command Line", ANYBODY, rule_cmdline, false},
	{"J6", "the initrd is where the oracle saw it: RAMDISK is its pages",
		"Linux, arch/x86/kernel/setup.c, reserve_initrd()", LINUX, rule_initrd_place,
		false},
	{"J7", "the initrd, and the files unpacked from it, are what was asked for, byte for byte",
		"boot.rst, Details of Header Fields (ramdisk_image)", LINUX, rule_initrd_bytes,
		false},
	{"J8", "the kernel image is what was asked for, byte for byte",
		"boot.rst, Loading The Rest of The Kernel", PROBES, rule_image, false},
	{"J9", "the descriptors of cs, ds, es and ss are flat, of cs code, of the others data",
		"Multiboot 0.6.96, 3.2; Multiboot 2.0, 3.2; boot.rst, 32-bit Boot Protocol; Xen, "
		"docs/misc/pvh.pandoc",
		PROBES, inside_segments, true},
	{"J10", "at a PVH entry tr is an active 32-bit TSS with base 0 and limit 0x67",
		"Xen, docs/misc/pvh.pandoc", INSIDE_FLAT, inside_task, true},
	{"J11", "memory behind the image that the file says is zero is zero",
		"Multiboot 0.6.96, 3.1.3; Multiboot 2.0, 3.1.5; ELF", INSIDE_FLAT, inside_zeros,
		true},
	{"J12", "modules and their strings are those that the oracle saw, and what was asked for",
		"Multiboot 0.6.96, 3.3; Multiboot 2.0, 3.6.6; Xen, arch-x86/hvm/start_info.h",
		INSIDE_FLAT, inside_modules, true},
	{0},
};

static bool entered_flat(const struct payload *payload)
{
	return payload->boot != BOOT_LINUX || payload->entry == 32 || payload->entry == 64;
}

static bool concerns(const struct inside_view *view)
{
	return (view->rule->guests & view->facts->guest) &&
	       (!view->rule->flat || entered_flat(view->outside->payload));
}

void inside_judge(const struct inside_facts *facts, const struct outside *outside,
	struct layout_verdict *verdict)
{
	struct inside_view view = {.facts = facts, .outside = outside, .verdict = verdict};

	if (!facts->guest || (!facts->whole && !outside->powered_off))
		return;
	for (view.rule = inside_rules; view.rule->id; view.rule++) {
		if (!concerns(&view))
			continue;
		verdict->rules_checked++;
		view.rule->check(&view);
		if (!facts->whole)
			return; /* J1 has said it: what is not there is not wrong too */
	}
}

void inside_rules_text(struct buffer *out)
{
	static const char *const guests[] = {"", "init under Linux", "probe of Linux", "Linux",
		"other probes", "", "probes", "all"};

	buffer_add_text(out, "Seen from inside, for guests that report:\n\n"
			     "| Id | Rule | Source | Guests |\n|---|---|---|---|\n");
	for (const struct inside_rule *rule = inside_rules; rule->id; rule++)
		buffer_printf(out, "| %s | %s | %s | %s%s |\n", rule->id, rule->sentence,
			rule->source, guests[rule->guests],
			rule->flat && rule->guests & INSIDE_PROBE ? " entered in protected mode"
								  : "");
}
