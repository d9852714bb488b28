/* What the ROM finds beside kernel and initrd: files of fw_cfg (rom/README.md), modules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "payload/part.h"
#include "payload/payload.h"

static void attach(struct payload *payload, const char *name, const char *arguments,
	struct part *part, bool own)
{
	payload->attached[payload->attached_count++] =
		(struct attachment){copy_text(name), copy_text(arguments), part, own};
}

static int attach_text(
	struct payload *payload, const char *name, const char *text, struct error *error)
{
	struct part_writer *writer = part_begin("text", error);
	struct part *part;

	if (!writer)
		return -1;
	if (part_write(writer, text, strlen(text), error) < 0) {
		part_abandon(writer);
		return -1;
	}
	part = part_seal(writer, "", name, error);
	if (!part)
		return -1;
	attach(payload, name, "", part, true);
	return 0;
}

static int attach_files(struct payload *payload, struct error *error)
{
	char name[64];

	attach(payload, PAYLOAD_FILES "multiboot2", "", payload->kernel, false);
	if (*payload->cmdline &&
		attach_text(payload, PAYLOAD_FILES "cmdline", payload->cmdline, error) < 0)
		return -1;
	for (size_t i = 0; i < payload->module_count; i++) {
		const struct payload_module *module = &payload->modules[i];

		snprintf(name, sizeof(name), PAYLOAD_FILES "module/%zu", i);
		attach(payload, name, "", (struct part *)module->part, false);
		strncat(name, ".cmdline", sizeof(name) - strlen(name) - 1);
		if (*module->arguments && attach_text(payload, name, module->arguments, error) < 0)
			return -1;
	}
	return 0;
}

int payload_attach(struct payload *payload, struct error *error)
{
	if (payload->boot == BOOT_MULTIBOOT2)
		return attach_files(payload, error);
	for (size_t i = 0; i < payload->module_count && payload->boot == BOOT_MULTIBOOT; i++)
		attach(payload, NULL, payload->modules[i].arguments,
			(struct part *)payload->modules[i].part, false);
	return 0;
}

int payload_enter(struct payload *payload, unsigned bits, struct error *error)
{
	if (bits == 16)
		return 0;
	if (payload->boot != BOOT_LINUX)
		return fail(error, "entry %u: only a Linux has it", bits);
	payload->entry = bits;
	return attach_text(payload, PAYLOAD_FILES "entry", bits == 32 ? "32" : "64", error);
}

void payload_free(struct payload *payload)
{
	for (size_t i = 0; i < payload->attached_count; i++) {
		struct attachment *attached = &payload->attached[i];

		free(attached->name);
		free(attached->arguments);
		if (attached->own)
			part_free(attached->part);
	}
	part_free(payload->disk);
	part_free(payload->volume);
	free(payload->cmdline);
	*payload = (struct payload){0};
}
