/* I2, I8, I9, I10: the setup and its header (boot.rst, Details of Header Fields). */
#include <stdio.h>
#include <string.h>

#include "check/layout_rule.h"

#define LOADFLAGS_AT	0x211
#define QUIET_FLAG	0x20
#define KEEP_SEGMENTS	0x40
#define MODE_NORMAL	0xffff
#define LOADER_BOOTSECT 2
#define LOADER_UNKNOWN	6
#define LOADER_SPECIAL	0xf

/* The fields that boot.rst lets a loader write ("write" and "modify"). loadflags and
 * hardware_subarch have rules of their own. */
static const struct {
	const char *name;
	uint16_t since, till;
} writable[] = {
	{"root_flags", 0, RULE_ANY},
	{"vid_mode", 0, RULE_ANY},
	{"root_dev", 0, RULE_ANY},
	{"realmode_swtch", 0x200, RULE_ANY},
	{"type_of_loader", 0x200, RULE_ANY},
	{"loadflags", 0x200, RULE_ANY},
	{"setup_move_size", 0x200, 0x201},
	{"code32_start", 0x200, RULE_ANY},
	{"ramdisk_image", 0x200, RULE_ANY},
	{"ramdisk_size", 0x200, RULE_ANY},
	{"heap_end_ptr", 0x201, RULE_ANY},
	{"ext_loader_ver", 0x202, RULE_ANY},
	{"ext_loader_type", 0x202, RULE_ANY},
	{"cmd_line_ptr", 0x202, RULE_ANY},
	{"kernel_alignment", 0x20a, RULE_ANY},
	{"hardware_subarch", 0x207, RULE_ANY},
	{"setup_data", 0x209, RULE_ANY},
};

enum byte_kind { BYTE_LAWFUL, BYTE_LACKING, BYTE_FIXED };

static bool may_write(const char *name, unsigned version)
{
	for (size_t i = 0; i < sizeof(writable) / sizeof(writable[0]); i++)
		if (!strcmp(writable[i].name, name))
			return version >= writable[i].since && version <= writable[i].till;
	return false;
}

/* The field that byte @at of the setup is part of; NULL if the version has none there. */
static const struct linux_field *field_at(size_t at, unsigned version)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, version) && at >= field->offset &&
			at < (size_t)field->offset + field->width)
			return field;
	return NULL;
}

/* Words 0x20 and 0x22 belong to the command line of protocols before 2.02. */
static bool is_cmdline_word(size_t at, unsigned version)
{
	return version < 0x202 && at >= 0x20 && at < 0x24;
}

static enum byte_kind kind_of(const struct layout_view *view, size_t at)
{
	const struct linux_field *field;

	if (view->entered_flat &&
		(at < LINUX_HEADER_FIRST || at >= 0x202u + view->setup_file[0x201]))
		return BYTE_LAWFUL; /* of boot_params: another rule */
	if (is_cmdline_word(at, view->version))
		return BYTE_LAWFUL;
	if (at < LINUX_HEADER_FIRST || at >= LINUX_HEADER_END)
		return BYTE_FIXED;
	field = field_at(at, view->version);
	if (!field)
		return BYTE_LACKING;
	return may_write(field->name, view->version) ? BYTE_LAWFUL : BYTE_FIXED;
}

static void accuse_run(struct layout_view *view, size_t start, size_t end)
{
	const struct linux_field *field = field_at(start, view->version);
	char what[64];

	if (field)
		snprintf(what, sizeof(what), "setup+0x%zx (%s)", start, field->name);
	else
		snprintf(what, sizeof(what), "setup+0x%zx", start);
	accuse_bytes(view, view->real + start, view->real + end, view->setup_file + start,
		view->setup_guest + start, what);
}

/* Accuses every run of bytes of one kind that differ from the file. */
static int accuse_kind(struct layout_view *view, enum byte_kind kind)
{
	size_t start = 0;

	for (size_t at = 0; at <= view->setup_seen; at++) {
		bool wrong = at < view->setup_seen &&
			     view->setup_file[at] != view->setup_guest[at] &&
			     kind_of(view, at) == kind;

		if (wrong)
			continue;
		if (at > start)
			accuse_run(view, start, at);
		start = at + 1;
	}
	return 0;
}

int rule_setup_code(struct layout_view *view)
{
	return accuse_kind(view, BYTE_FIXED);
}

int rule_fields_lacking(struct layout_view *view)
{
	return accuse_kind(view, BYTE_LACKING);
}

int accuse_other_writes(struct layout_view *view, const char *const *written)
{
	for (const struct linux_field *field = linux_fields; field->name; field++) {
		const char *const *name = written;

		if (!may_write(field->name, view->version) ||
			!linux_field_valid(field, view->version) ||
			!memcmp(view->setup_file + field->offset, view->setup_guest + field->offset,
				field->width))
			continue;
		while (*name && strcmp(*name, field->name))
			name++;
		if (!*name)
			accuse_run(view, field->offset, field->offset + field->width);
	}
	return 0;
}

int rule_loadflags(struct layout_view *view)
{
	unsigned lawful = QUIET_FLAG | LINUX_CAN_USE_HEAP; /* CAN_USE_HEAP: rule_can_use_heap() */
	unsigned found = (unsigned)layout_field(view, "loadflags");
	unsigned expected = (unsigned)view->file.loadflags;

	if (view->version >= 0x207)
		lawful |= KEEP_SEGMENTS;
	if ((found ^ expected) & ~lawful)
		accuse(view, view->real + LOADFLAGS_AT, view->real + LOADFLAGS_AT + 1,
			"loadflags 0x%02x, the file has 0x%02x: expected to differ in 0x%02x at "
			"most",
			found, expected, lawful);
	return 0;
}

int rule_vid_mode(struct layout_view *view)
{
	uint64_t found = layout_field(view, "vid_mode"), file = view->file.vid_mode;
	struct video_options options;

	options_video(view->scene->payload->cmdline, found, &options);
	if (options.lawful || (!options.asked && (found == file || found == MODE_NORMAL)))
		return 0;
	accuse(view, view->real + 0x1fa, view->real + 0x1fc,
		"vid_mode 0x%04llx: expected 0x%04llx %s", (unsigned long long)found,
		options.asked ? (unsigned long long)options.last : (unsigned long long)file,
		options.asked ? "as vga= says" : "as in the file: there is no vga= to obey");
	return 0;
}

int rule_subarch(struct layout_view *view)
{
	uint64_t found = layout_field(view, "hardware_subarch");

	if (found && found != view->file.hardware_subarch)
		accuse(view, view->real + 0x23c, view->real + 0x240,
			"hardware_subarch %llu, expected 0, a PC", (unsigned long long)found);
	return 0;
}

int rule_no_initrd(struct layout_view *view)
{
	if (!view->scene->payload->initrd && (view->initrd || view->initrd_size))
		accuse(view, view->real + 0x218, view->real + 0x220,
			"ramdisk_image 0x%llx, ramdisk_size 0x%llx: expected 0 and 0, there is no "
			"initrd",
			(unsigned long long)view->initrd, (unsigned long long)view->initrd_size);
	return 0;
}

int rule_loader_type(struct layout_view *view)
{
	unsigned found = (unsigned)layout_field(view, "type_of_loader"), kind = found >> 4;

	if (!found || kind == LOADER_UNKNOWN || (kind == LOADER_BOOTSECT && found != 0x20) ||
		(kind == LOADER_SPECIAL && found != 0xff))
		accuse(view, view->real + 0x210, view->real + 0x211,
			"type_of_loader 0x%02x: expected an assigned id or 0xff", found);
	return 0;
}

int rule_can_use_heap(struct layout_view *view)
{
	unsigned found = (unsigned)layout_field(view, "loadflags");

	if ((found ^ view->file.loadflags) & LINUX_CAN_USE_HEAP)
		accuse(view, view->real + LOADFLAGS_AT, view->real + LOADFLAGS_AT + 1,
			"loadflags 0x%02x, the file has 0x%02x: expected CAN_USE_HEAP (0x80) as it "
			"was, 2.00 has no heap_end_ptr",
			found, (unsigned)view->file.loadflags);
	return 0;
}

int rule_heap_end(struct layout_view *view)
{
	unsigned long long end = view->heap_end, most = 0x10000;

	if (view->real == OLD_SETUP)
		most = OLD_CEILING - OLD_SETUP;
	if (!(layout_field(view, "loadflags") & LINUX_CAN_USE_HEAP))
		return 0;
	if (end <= view->file.setup_size || end > most)
		accuse(view, view->real + 0x224, view->real + 0x226,
			"heap_end_ptr 0x%04llx, so the heap ends at 0x%llx: expected behind the "
			"setup (0x%llx) and at most 0x%llx",
			end - 0x200, end, (unsigned long long)view->file.setup_size, most);
	return 0;
}
