#include "payload/probe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "payload/linux_header.h"
#include "../guests/probe/linux/params.h"

#define SECTOR		512
#define SECTS_DEFAULT	4 /* what setup_sects 0 means, and the least that old loaders know */
#define IMAGE_LEAST	16
#define IMAGE_MOST	0xf0000000u
#define ALIGNMENT	0x200000
#define ALIGNMENT_SHIFT 21
#define UNIT		4096

static const char *const act_names[PROBE_ACTS] = {
	[PROBE_POWEROFF] = "poweroff",
	[PROBE_HALT] = "halt",
	[PROBE_SPIN] = "spin",
	[PROBE_RESET] = "reset",
	[PROBE_TRIPLE] = "triple",
	[PROBE_PANIC] = "panic",
	[PROBE_CHATTER] = "chatter",
	[PROBE_BEAT] = "beat",
};

/* The boot protocol's names, as in linux_fields[]. */
static const char *const field_names[PROBE_FIELDS] = {
	[PROBE_SETUP_SECTS] = "setup_sects",
	[PROBE_LOADFLAGS] = "loadflags",
	[PROBE_HEAP_END_PTR] = "heap_end_ptr",
	[PROBE_INITRD_ADDR_MAX] = "initrd_addr_max",
	[PROBE_KERNEL_ALIGNMENT] = "kernel_alignment",
	[PROBE_RELOCATABLE] = "relocatable_kernel",
	[PROBE_MIN_ALIGNMENT] = "min_alignment",
	[PROBE_XLOADFLAGS] = "xloadflags",
	[PROBE_CMDLINE_SIZE] = "cmdline_size",
	[PROBE_PREF_ADDRESS] = "pref_address",
	[PROBE_INIT_SIZE] = "init_size",
	[PROBE_SYSSIZE] = "syssize",
	[PROBE_VID_MODE] = "vid_mode",
};

/* A kernel file in the making. */
struct plan {
	const struct probe_spec *spec;
	const uint8_t *template;
	struct probe_params params;
	uint32_t sects;		     /* raw value of the field */
	uint8_t setup[256 * SECTOR]; /* as much as setup_sects can say */
};

const char *probe_act_name(enum probe_act act)
{
	return (unsigned)act < PROBE_ACTS ? act_names[act] : NULL;
}

const char *probe_field_name(enum probe_field field)
{
	return (unsigned)field < PROBE_FIELDS ? field_names[field] : NULL;
}

int probe_protocol_parse(const char *text, unsigned *protocol)
{
	unsigned minor;

	*protocol = 0;
	if (!strcmp(text, "none"))
		return 0;
	if (strncmp(text, "2.", 2) || strspn(text + 2, "0123456789") != 2 || text[4])
		return -1;
	minor = (unsigned)(text[2] - '0') * 10 + (unsigned)(text[3] - '0');
	if (minor > (LINUX_PROTOCOL_LAST & 0xff))
		return -1;
	*protocol = 0x200 | minor;
	return 0;
}

static void protocol_text(unsigned protocol, char text[16])
{
	if (protocol)
		snprintf(text, 16, "%u.%02u", protocol >> 8 & 15, protocol & 255);
	else
		snprintf(text, 16, "none");
}

static bool is_given(const struct probe_spec *spec, enum probe_field field)
{
	return spec->given >> field & 1;
}

static int check_field(const struct probe_spec *spec, enum probe_field which, struct error *error)
{
	const struct linux_field *field = linux_field_find(field_names[which], spec->protocol);
	uint64_t value = spec->field[which];
	char version[16];

	protocol_text(spec->protocol, version);
	if (!field)
		return fail(error, "a probe of protocol %s has no field %s", version,
			field_names[which]);
	if (field->width < 8 && value >> (8 * field->width))
		return fail(error,
			"%s 0x%llx is wider than the field, which has %u bytes in protocol %s",
			field_names[which], (unsigned long long)value, field->width, version);
	return 0;
}

static int check_spec(const struct probe_spec *spec, struct error *error)
{
	if (spec->protocol && (spec->protocol < 0x200 || spec->protocol > LINUX_PROTOCOL_LAST))
		return fail(error, "protocol 0x%x: expected 0 (none) or 0x200 to 0x%x",
			spec->protocol, LINUX_PROTOCOL_LAST);
	if (!probe_act_name(spec->act))
		return fail(error, "probe act %u: expected less than %u", (unsigned)spec->act,
			(unsigned)PROBE_ACTS);
	if (spec->image_size > IMAGE_MOST)
		return fail(error, "an image of %llu bytes: expected at most %u",
			(unsigned long long)spec->image_size, IMAGE_MOST);
	for (unsigned which = 0; which < PROBE_FIELDS; which++)
		if (is_given(spec, which) && check_field(spec, which, error))
			return -1;
	if (is_given(spec, PROBE_LOADFLAGS) &&
		!(spec->field[PROBE_LOADFLAGS] & LINUX_LOADED_HIGH) != spec->low)
		return fail(error, "loadflags 0x%llx: a %s has LOADED_HIGH (bit 0) %s",
			(unsigned long long)spec->field[PROBE_LOADFLAGS],
			spec->low ? "zImage" : "bzImage", spec->low ? "clear" : "set");
	return 0;
}

static int check_template(const void *template, size_t size, struct plan *plan, struct error *error)
{
	struct probe_params *params = &plan->params;

	if (size < HEADER_END)
		return fail(error, "a probe template of %zu bytes: expected more than %d", size,
			HEADER_END);
	memcpy(params, (const char *)template + PARAMS_AT, sizeof(*params));
	if (memcmp(params->magic, PARAMS_MAGIC, sizeof(params->magic)))
		return fail(error, "no probe template: %s is not at offset 0x%x", PARAMS_MAGIC,
			PARAMS_AT);
	if (params->setup16_size < HEADER_END || params->setup16_size + params->code32_size != size)
		return fail(error, "a probe template of %zu bytes that says it has %u + %u", size,
			params->setup16_size, params->code32_size);
	plan->template = template;
	return 0;
}

/* The smallest setup that holds @bytes, as setup_sects. */
static uint32_t sects_for(uint32_t bytes)
{
	uint32_t sects = (bytes + SECTOR - 1) / SECTOR - 1;

	return sects < SECTS_DEFAULT ? SECTS_DEFAULT : sects;
}

/* Decides how big setup and image are, and which of them has the 32-bit code. */
static int plan_sizes(struct plan *plan, struct error *error)
{
	const struct probe_spec *spec = plan->spec;
	struct probe_params *params = &plan->params;
	uint32_t whole = params->setup16_size + params->code32_size, least;

	plan->sects = is_given(spec, PROBE_SETUP_SECTS) ? (uint32_t)spec->field[PROBE_SETUP_SECTS]
							: sects_for(whole);
	params->setup_size = ((plan->sects ? plan->sects : SECTS_DEFAULT) + 1) * SECTOR;
	if (params->setup_size < params->setup16_size)
		return fail(error, "setup_sects %u makes a setup of %u bytes: the probe's has %u",
			plan->sects, params->setup_size, params->setup16_size);
	if (!spec->protocol || spec->low)
		params->flags |= PARAMS_LOW;
	if (params->setup_size < whole)
		params->flags |= PARAMS_IN_IMAGE;
	params->code32_at = params->flags & PARAMS_IN_IMAGE ? 0 : params->setup16_size;
	least = params->flags & PARAMS_IN_IMAGE ? params->code32_size : 1;
	params->image_size = (uint32_t)spec->image_size;
	if (!spec->image_size)
		params->image_size = least < IMAGE_LEAST ? IMAGE_LEAST : least;
	if (params->image_size < least)
		return fail(error,
			"an image of %u bytes: the probe's code has %u; with setup_sects %u or "
			"more it "
			"goes into the setup",
			params->image_size, least, sects_for(whole));
	return 0;
}

static void put(struct plan *plan, const char *name, uint64_t value)
{
	const struct linux_field *field = linux_field_find(name, plan->spec->protocol);

	for (unsigned i = 0; field && i < field->width; i++)
		plan->setup[field->offset + i] = (uint8_t)(value >> (8 * i));
}

static bool is_field(unsigned at, unsigned version)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, version) && at >= field->offset &&
			at < field->offset + field->width)
			return true;
	return false;
}

/* Zero where this version has a field, filler elsewhere. The jump at the entry is code. */
static void put_blank_header(struct plan *plan)
{
	for (unsigned at = HEADER_FIRST; at < HEADER_END; at++) {
		unsigned bit = at - HEADER_FIRST;

		if (at == 0x200 || at == 0x201)
			continue;
		if (is_field(at, plan->spec->protocol)) {
			plan->setup[at] = 0;
			continue;
		}
		plan->setup[at] = probe_filler(at);
		plan->params.filler[bit / 8] |= 1 << bit % 8;
	}
}

/* What a Linux of that version has; a field that the version lacks is not written. */
static void put_defaults(struct plan *plan)
{
	const struct probe_params *params = &plan->params;
	bool low = params->flags & PARAMS_LOW, old_limit = plan->spec->protocol < 0x20c;

	put(plan, "setup_sects", plan->sects);
	put(plan, "root_flags", 1);
	put(plan, "syssize", ((uint64_t)params->image_size + 15) / 16);
	put(plan, "vid_mode", 0xffff);
	put(plan, "boot_flag", 0xaa55);
	put(plan, "header", 0x53726448);
	put(plan, "version", plan->spec->protocol);
	put(plan, "start_sys_seg", 0x1000);
	put(plan, "kernel_version", plan->template[0x20e] | plan->template[0x20f] << 8);
	put(plan, "loadflags", low ? 0 : LINUX_LOADED_HIGH);
	put(plan, "setup_move_size", 0x8000);
	put(plan, "code32_start", low ? 0x1000 : 0x100000);
	put(plan, "heap_end_ptr", params->setup_size);
	put(plan, "initrd_addr_max", old_limit ? LINUX_INITRD_ADDR_MAX_2_00 : 0x7fffffff);
	put(plan, "kernel_alignment", ALIGNMENT);
	put(plan, "relocatable_kernel", !low);
	put(plan, "min_alignment", ALIGNMENT_SHIFT);
	put(plan, "cmdline_size", 2047);
	put(plan, "pref_address", 0x1000000);
	put(plan, "init_size", ((uint64_t)params->image_size + UNIT - 1) / UNIT * UNIT);
}

static void put_setup(struct plan *plan)
{
	const struct probe_params *params = &plan->params;
	uint32_t used = params->setup16_size;

	if (!(params->flags & PARAMS_IN_IMAGE))
		used += params->code32_size;
	assert(plan->template);
	memcpy(plan->setup, plan->template, used);
	for (uint32_t at = used; at < params->setup_size; at++)
		plan->setup[at] = probe_filler(at);
	put_blank_header(plan);
	put_defaults(plan);
	for (unsigned which = 0; which < PROBE_FIELDS; which++)
		if (is_given(plan->spec, which))
			put(plan, field_names[which], plan->spec->field[which]);
	memcpy(plan->setup + PARAMS_AT, params, sizeof(*params));
}

/* A multiplicative hash of the place, so that what is moved, swapped or left out changes the
 * checksum. */
static void add_image(const struct plan *plan, struct buffer *out)
{
	const struct probe_params *params = &plan->params;
	size_t start = out->size;
	uint32_t at = 0;

	buffer_fill(out, 0, params->image_size);
	for (uint8_t *image = (uint8_t *)out->data + start; at < params->image_size; at++)
		image[at] = (uint8_t)((at / 4 + 1) * 2654435761u >> (8 * (at % 4)));
	if (params->flags & PARAMS_IN_IMAGE)
		memcpy(out->data + start, plan->template + params->setup16_size,
			params->code32_size);
}

int probe_image_from(const void *template, size_t size, const struct probe_spec *spec,
	struct buffer *out, struct error *error)
{
	autofree struct plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return fail(error, "out of memory");
	plan->spec = spec;
	if (check_spec(spec, error) || check_template(template, size, plan, error))
		return -1;
	plan->params.protocol = (uint16_t)spec->protocol;
	plan->params.act = (uint8_t)spec->act;
	if (plan_sizes(plan, error))
		return -1;
	put_setup(plan);
	buffer_add(out, plan->setup, plan->params.setup_size);
	add_image(plan, out);
	return 0;
}

int probe_image(const char *template_path, const struct probe_spec *spec, struct buffer *out,
	struct error *error)
{
	autobuffer struct buffer template = {0};

	if (file_read(template_path, &template, error))
		return -1;
	return probe_image_from(template.data, template.size, spec, out, error);
}

int probe_built(const char *path, enum probe_act act, struct buffer *out, struct error *error)
{
	static const char mark[] = "DKPROBE2";
	size_t length = sizeof(mark) - 1;
	char *at;

	if (file_read(path, out, error) < 0)
		return -1;
	at = memmem(out->data, out->size, mark, length);
	if (!at || (size_t)(at - out->data) + length >= out->size)
		return fail(error, "%s: no probe", path);
	at[length] = (char)act;
	return 0;
}
