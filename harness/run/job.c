#include "run/job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/substitute.h"
#include "payload/volume.h"
#include "run/source.h"

static void add_variable(struct job *job, const char *name, char *value)
{
	if (job->variable_count == JOB_VARIABLES)
		abort();
	job->variables[job->variable_count++] = (struct variable){.name = name, .value = value};
}

/* The facts about a payload that a pattern may name. */
static void name_payload(struct job *job)
{
	const struct payload *payload = &job->payload;
	const struct part none = {.size = 0, .crc32 = 0};
	const struct part *initrd = payload->initrd ? payload->initrd : &none;
	size_t length = strlen(payload->cmdline);

	add_variable(job, "cmdline", copy_text(payload->cmdline));
	add_variable(job, "cmdline.size", format_text("%zu", length));
	add_variable(
		job, "cmdline.crc32", format_text("%08x", crc32_bytes(payload->cmdline, length)));
	add_variable(job, "initrd.size", format_text("%" PRIu64, initrd->size));
	add_variable(job, "initrd.crc32", format_text("%08x", initrd->crc32));
	add_variable(job, "blob.size", format_text("%" PRIu64, initrd->blob_size));
	add_variable(job, "blob.crc32", format_text("%08x", initrd->blob_crc32));
	add_variable(job, "kernel.crc32", format_text("%08x", payload->kernel->crc32));
	add_variable(job, "image.size", format_text("%" PRIu64, payload->image_size));
	add_variable(job, "image.crc32", format_text("%08x", payload->image_crc32));
	add_variable(job, "protocol", format_text("%04x", payload->protocol));
	add_variable(job, "memory", format_text("%" PRIu64, job->machine.memory));
	add_variable(job, "vcpus", format_text("%u", job->machine.vcpus));
}

/* Each axis by its own name gives the name of the cell's value, unless a fact above has that name.
 */
static void name_axes(struct job *job)
{
	static const enum axis_id named[] = {AXIS_ENGINE, AXIS_MACHINE, AXIS_FIRMWARE, AXIS_ROM,
		AXIS_VIA, AXIS_SOURCE, AXIS_CPU, AXIS_KERNEL, AXIS_INITRD, AXIS_ENTRY, AXIS_RESETS,
		AXIS_DEVICES};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		add_variable(
			job, axis_name(named[i]), copy_text(cell_value(job->cell, named[i])->name));
}

/* A ROM that has waited says of whom the payload is that it got. After a reset it finds one there,
 * and waits no more. */
static int expect_own_payload(struct job *job, struct error *error)
{
	struct expectation *own = &job->answer[0], *other = &job->answer[1];
	char name[2 * VOLUME_ID + 1];

	if (!job->forked)
		return 0;
	if (volume_name(job->payload.volume, name, error) < 0)
		return -1;
	*own = (struct expectation){.kind = EXPECT_UNORDERED,
		.once = true,
		.channel = CHANNEL_DEBUG,
		.pattern = format_text("^dkboot-rom: payload %s$", name)};
	*other = (struct expectation){.kind = EXPECT_FORBIDDEN,
		.channel = CHANNEL_DEBUG,
		.pattern = format_text("^dkboot-rom: payload (?!%s$)", name)};
	for (size_t i = 0; i < 2; i++)
		job->expected[job->expected_count++] = &job->answer[i];
	return 0;
}

static void pick_expectations(struct job *job)
{
	const struct test_case *from = job->cell->from;

	job->expected = calloc(from->expectation_count + 3, sizeof(*job->expected));
	for (size_t i = 0; i < from->expectation_count; i++)
		if (selector_fits(&from->expectations[i].when, job->cell))
			job->expected[job->expected_count++] = &from->expectations[i].expect;
}

/* Sources of payload bytes that a plain machine has; true = through fw_cfg's DMA interface. */
static int source_dma(const char *engine, const char *source, bool *dma, struct error *error)
{
	if (strcmp(engine, "qemu") != 0 && strcmp(source, "fwcfg-dma") == 0)
		return fail(error, "source fwcfg-dma: an HVM guest's fw_cfg has no DMA before QEMU "
				   "9.0, expected "
				   "fwcfg-pio");
	*dma = strcmp(source, "fwcfg-pio") != 0;
	return 0;
}

/* Devices name files of ours as ${guests}: who writes a case cannot know where they are built. */
static int name_arguments(struct job *job, const struct stage *stage, struct error *error)
{
	const struct value *devices = cell_value(job->cell, AXIS_DEVICES);
	const struct variable places[] = {{.name = "guests", .value = stage->parts.guests}};

	job->arguments = calloc(devices->list_count + 1, sizeof(*job->arguments));
	for (size_t i = 0; i < devices->list_count; i++) {
		struct buffer text = {0};

		if (substitute(devices->list[i], places, 1, QUOTE_NONE, &text, error) < 0) {
			buffer_free(&text);
			return fail_within(error, "devices %s", devices->name);
		}
		job->arguments[i] = buffer_take(&text);
	}
	job->machine.extra = (const char *const *)job->arguments;
	job->machine.extra_count = devices->list_count;
	return 0;
}

static bool is_probe(const struct value *kernel)
{
	return kernel->kernel.kind != KERNEL_CATALOGUE && kernel->kernel.kind != KERNEL_FILE;
}

/* Under Xen each byte on ttyS0 is a way to the device model and back: a probe is heard on port
 * 0xe9, which the hypervisor serves itself, a kernel on its paravirtual console. */
static enum channel reports_on(const struct job *job)
{
	if (!strcmp(job->engine->name, "qemu"))
		return CHANNEL_SERIAL;
	return is_probe(cell_value(job->cell, AXIS_KERNEL)) ? CHANNEL_DEBUG : CHANNEL_PV;
}

static int plan_move(struct job *job, struct error *error)
{
	const char *move = cell_value(job->cell, AXIS_MOVE)->text;

	job->move = strcmp(move, "none") ? move : NULL;
	if (job->move && !job->engine->move)
		return fail(
			error, "move %s: engine %s cannot move a guest", move, job->engine->name);
	return 0;
}

static int describe_machine(struct job *job, struct stage *stage, struct error *error)
{
	const char *stand_in = stage->choices.stand_in.rom;
	const char *rom = stand_in ? stand_in : cell_value(job->cell, AXIS_ROM)->text;
	const struct cell *cell = job->cell;
	const char *cpu = cell_value(cell, AXIS_CPU)->text;
	const char *firmware = stage->choices.stand_in.firmware
				       ? stage->choices.stand_in.firmware
				       : cell_value(cell, AXIS_FIRMWARE)->text;

	job->engine = engine_find(cell_value(cell, AXIS_ENGINE)->text);
	if (!job->engine)
		return fail(error, "engine %s: there is none of that name",
			cell_value(cell, AXIS_ENGINE)->text);
	job->machine = (struct machine){
		.emulator = stage->choices.emulator,
		.accel = stage->accelerator.name,
		.type = cell_value(cell, AXIS_MACHINE)->text,
		.cpu = strcmp(cpu, "default") == 0 ? NULL : cpu,
		.memory = cell_value(cell, AXIS_MEMORY)->number,
		.vcpus = (unsigned)cell_value(cell, AXIS_VCPUS)->number,
		.firmware = strcmp(firmware, "seabios") == 0 ? NULL : firmware,
		.stubdom = strcmp(job->engine->name, "stubdom") == 0,
	};
	if (job->machine.stubdom && strcmp(job->machine.type, "pvh") == 0)
		return fail(
			error, "machine pvh: such a guest has no device model for a stub domain");
	job->report = reports_on(job);
	if (source_dma(job->engine->name, cell_value(cell, AXIS_SOURCE)->text, &job->machine.dma,
		    error) < 0 ||
		name_arguments(job, stage, error) < 0)
		return -1;
	return stage_rom(stage, rom, &job->machine.rom_folder, error);
}

/* The other way in: no ROM, but firmware and a loader from a disk that holds the same payload. */
static int make_disk(struct job *job, struct stage *stage, struct error *error)
{
	const char *via = cell_value(job->cell, AXIS_VIA)->text;

	if (strcmp(via, "direct") == 0)
		return 0;
	return pantry_disk(stage->pantry,
		strcmp(via, "disk16") == 0 ? DISK_ENTRY_16 : DISK_ENTRY_32, &job->payload, error);
}

static int enter(struct job *job, struct error *error)
{
	const char *entry = cell_value(job->cell, AXIS_ENTRY)->text;

	return payload_enter(&job->payload, (unsigned)strtoul(entry, NULL, 10), error);
}

/* What stands in for a kernel is started as that one. */
static bool is_multiboot2(const struct kernel_spec *kernel)
{
	return kernel->multiboot2 ||
	       (kernel->kind == KERNEL_BUILT &&
		       built_probes[kernel->built.row].boot == BOOT_MULTIBOOT2);
}

/* "stream", or "stream-FAULT" */
static int make_stream(struct job *job, struct error *error)
{
	static const char stream[] = "stream";
	const char *source = cell_value(job->cell, AXIS_SOURCE)->text;
	const char *behind = source + strlen(stream);

	if (strncmp(source, stream, strlen(stream)) != 0)
		return 0;
	if (job->payload.boot != BOOT_LINUX)
		return fail(error, "source stream: only a Linux kernel is booted from one");
	if (!job->machine.rom_folder)
		return fail(error, "source stream: no stock ROM asks for one");
	if (strcmp(job->engine->name, "xen") == 0)
		return fail(error, "source stream: engine xen has nobody who sends one");
	if (strcmp(job->engine->name, "qemu") != 0 && *behind)
		return fail(error, "source %s: faults are planted under engine qemu only", source);
	job->payload.stream = true;
	job->payload.stream_fault = *behind ? behind + 1 : behind;
	return 0;
}

/* Modules of an earlier run, each with the arguments that the case gives it. */
static void stand_in_modules(const struct stand_in *stand_in, struct initrd_spec *initrd,
	struct module_spec modules[PAYLOAD_MODULES])
{
	for (size_t i = 0; i < initrd->module_count && i < PAYLOAD_MODULES; i++) {
		modules[i] = initrd->modules[i];
		if (stand_in->modules[i])
			modules[i].bytes = (struct initrd_spec){
				.kind = INITRD_FILE, .reference = stand_in->modules[i]};
	}
	if (initrd->module_count && initrd->module_count <= PAYLOAD_MODULES)
		initrd->modules = modules;
	else if (initrd->kind != INITRD_NONE && stand_in->modules[0])
		*initrd = (struct initrd_spec){
			.kind = INITRD_FILE, .reference = stand_in->modules[0]};
}

static int make_payload(struct job *job, struct stage *stage, struct error *error)
{
	const struct stand_in *stand_in = &stage->choices.stand_in;
	struct kernel_spec kernel = cell_value(job->cell, AXIS_KERNEL)->kernel;
	struct initrd_spec initrd = cell_value(job->cell, AXIS_INITRD)->initrd;
	struct module_spec modules[PAYLOAD_MODULES];

	stand_in_modules(stand_in, &initrd, modules);
	if (stand_in->kernel)
		kernel = (struct kernel_spec){.kind = KERNEL_FILE,
			.reference = stand_in->kernel,
			.multiboot2 = is_multiboot2(&kernel)};
	if (stand_in->initrd)
		initrd = (struct initrd_spec){.kind = INITRD_FILE, .reference = stand_in->initrd};
	if (pantry_payload(stage->pantry, &kernel, &initrd,
		    &cell_value(job->cell, AXIS_CMDLINE)->cmdline, &job->payload, error) < 0)
		return -1;
	if (enter(job, error) < 0)
		return -1;
	if (make_disk(job, stage, error) < 0 ||
		source_make(cell_value(job->cell, AXIS_SOURCE)->text, &job->machine, &job->payload,
			error) < 0)
		return -1;
	return make_stream(job, error);
}

int job_prepare(struct job *job, struct stage *stage, const struct cell *cell, struct error *error)
{
	*job = (struct job){.cell = cell};
	job->resets = (unsigned)cell_value(cell, AXIS_RESETS)->number;
	job->scale = stage_scale(stage);
	if (describe_machine(job, stage, error) < 0 || plan_move(job, error) < 0 ||
		make_payload(job, stage, error) < 0)
		return -1;
	/* A moved guest is not the frozen one any more. */
	job->forked = strcmp(job->engine->name, "xen") == 0 && !job->move;
	if (strcmp(job->engine->name, "qemu") != 0 &&
		stage_xen(stage, &job->machine, &job->payload, &job->frozen, &job->forked, error) <
			0)
		return -1;
	name_payload(job);
	name_axes(job);
	pick_expectations(job);
	return expect_own_payload(job, error);
}

void job_free(struct job *job)
{
	for (size_t i = 0; i < job->variable_count; i++)
		free((char *)job->variables[i].value);
	for (char **at = job->arguments; at && *at; at++)
		free(*at);
	free(job->arguments);
	free(job->frozen);
	free(job->answer[0].pattern);
	free(job->answer[1].pattern);
	free(job->expected);
	payload_free(&job->payload);
	*job = (struct job){0};
}
