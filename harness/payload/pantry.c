#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "payload/catalogue.h"
#include "payload/cmdline.h"
#include "payload/disk.h"
#include "payload/initrd.h"
#include "payload/key.h"
#include "payload/linux_header.h"
#include "payload/malformed.h"
#include "payload/package.h"
#include "payload/part.h"
#include "payload/payload.h"
#include "payload/probe.h"
#include "payload/receipt.h"
#include "payload/unpack.h"

/* A part that was made, and what is known about it as a kernel. */
struct jar {
	struct jar *next;
	char *key; /* the spec as text */
	struct part *part;
	uint32_t image_crc32;
	uint64_t image_size;
	unsigned protocol;
	enum boot_protocol boot;
	struct executable executable;
};

struct pantry {
	char *guests; /* folder of the built ones */
	char *init;   /* what becomes /init */
	char *probe;  /* the probes' template */
	char *mbr;    /* GRUB, for disks */
	char *core;
	char *cache;
	struct catalogue catalogue;
	struct jar *jars;
};

struct pantry *pantry_open(
	const char *guests, const char *catalogue, const char *cache, struct error *error)
{
	struct pantry *pantry = calloc(1, sizeof *pantry);

	if (!pantry) {
		fail(error, "out of memory");
		return NULL;
	}
	pantry->guests = copy_text(guests);
	pantry->init = format_text("%s/init", guests);
	pantry->probe = format_text("%s/probe-linux.bin", guests);
	pantry->mbr = format_text("%s/disk-mbr.img", guests);
	pantry->core = format_text("%s/disk-core.img", guests);
	pantry->cache = copy_text(cache);
	if (!catalogue_read(catalogue, &pantry->catalogue, error))
		return pantry;
	pantry_close(pantry);
	return NULL;
}

static void jar_free(struct jar *jar)
{
	part_free(jar->part);
	free(jar->key);
	free(jar);
}

void pantry_close(struct pantry *pantry)
{
	if (!pantry)
		return;
	for (struct jar *jar = pantry->jars, *next; jar; jar = next) {
		next = jar->next;
		jar_free(jar);
	}
	catalogue_free(&pantry->catalogue);
	free(pantry->guests);
	free(pantry->init);
	free(pantry->probe);
	free(pantry->mbr);
	free(pantry->core);
	free(pantry->cache);
	free(pantry);
}

static struct jar *find_jar(const struct pantry *pantry, const char *key)
{
	for (struct jar *jar = pantry->jars; jar; jar = jar->next)
		if (!strcmp(jar->key, key))
			return jar;
	return NULL;
}

/* Takes @part over; NULL stays NULL. */
static struct jar *add_jar(struct pantry *pantry, const char *key, struct part *part)
{
	struct jar *jar = part ? calloc(1, sizeof *jar) : NULL;

	if (!jar)
		return NULL;
	jar->key = copy_text(key);
	jar->part = part;
	jar->next = pantry->jars;
	pantry->jars = jar;
	return jar;
}

static struct part *part_of_file(const char *path, const char *origin, struct error *error)
{
	struct part_writer *writer = part_begin("payload", error);

	if (!writer)
		return NULL;
	if (part_copy(writer, path, error)) {
		part_abandon(writer);
		return NULL;
	}
	return part_seal(writer, path, origin, error);
}

static struct part *part_of_bytes(
	const struct buffer *bytes, const char *origin, struct error *error)
{
	struct part_writer *writer = part_begin(origin, error);

	if (!writer)
		return NULL;
	if (part_write(writer, bytes->data, bytes->size, error)) {
		part_abandon(writer);
		return NULL;
	}
	return part_seal(writer, "", origin, error);
}

static struct part *part_of_probe(
	const struct pantry *pantry, const struct probe_spec *spec, struct error *error)
{
	autobuffer struct buffer image = {0};

	if (probe_image(pantry->probe, spec, &image, error))
		return NULL;
	return part_of_bytes(&image, "probe", error);
}

static struct part *part_of_built(
	const struct pantry *pantry, const struct built_spec *spec, struct error *error)
{
	autofree char *path = format_text("%s/%s", pantry->guests, built_probes[spec->row].file);
	autobuffer struct buffer image = {0};

	if (probe_built(path, spec->act, &image, error) < 0)
		return NULL;
	return part_of_bytes(&image, "probe", error);
}

static struct part *part_of_malformed(
	const struct pantry *pantry, const struct malformed_spec *spec, struct error *error)
{
	autobuffer struct buffer image = {0};

	if (malformed_image(pantry->guests, spec, &image, error) < 0)
		return NULL;
	return part_of_bytes(&image, "malformed", error);
}

/* Cached files are digested on their way into the part anyway: a damaged one is noticed at no cost.
 */
static struct part *part_of_receipt(const struct pantry *pantry,
	const struct catalogue_entry *entry, const struct receipt *receipt, struct error *error)
{
	autofree char *path = receipt_path(pantry->cache, receipt);
	autofree char *origin = format_text(
		"%s %s sha256=%s", receipt->package, receipt->version, receipt->file_sha256);
	const char *expected = entry->sha256 ? entry->sha256 : receipt->file_sha256;
	struct part *part = part_of_file(path, origin, error);

	if (!part || !strcmp(part->sha256.hex, expected))
		return part;
	fail(error, "%s: has SHA-256 %s, expected %s: fetch it again with `dkboot fetch %s`", path,
		part->sha256.hex, expected, entry->name);
	part_free(part);
	return NULL;
}

static struct part *part_of_catalogue(
	const struct pantry *pantry, const char *name, bool kernel, struct error *error)
{
	const struct catalogue_entry *entry = catalogue_find(&pantry->catalogue, name, error);
	struct receipt receipt = {0};
	struct part *part = NULL;

	if (!entry)
		return NULL;
	if (kernel != (entry->kind == CATALOGUE_KERNEL)) {
		fail(error, "%s:%u: %s is %s kernel, expected %s", pantry->catalogue.path,
			entry->line, name, kernel ? "no" : "a",
			kernel ? "one" : "an initrd or disk");
		return NULL;
	}
	switch (receipt_read(pantry->cache, entry, &receipt, error)) {
	case 1:
		part = part_of_receipt(pantry, entry, &receipt, error);
		break;
	case 0:
		fail(error, "%s: not in the cache %s yet: fetch it with `dkboot fetch %s`", name,
			pantry->cache, name);
		break;
	}
	receipt_free(&receipt);
	return part;
}

static struct part *make_packed(
	const struct pantry *pantry, const struct kernel_spec *spec, struct error *error)
{
	switch (spec->kind) {
	case KERNEL_CATALOGUE:
		return part_of_catalogue(pantry, spec->reference, true, error);
	case KERNEL_FILE:
		return part_of_file(spec->reference, spec->reference, error);
	case KERNEL_PROBE:
		return part_of_probe(pantry, &spec->probe, error);
	case KERNEL_BUILT:
		return part_of_built(pantry, &spec->built, error);
	case KERNEL_MALFORMED:
		return part_of_malformed(pantry, &spec->malformed, error);
	}
	fail(error, "unknown kind of kernel");
	return NULL;
}

static struct part *make_kernel(
	const struct pantry *pantry, const struct kernel_spec *spec, struct error *error)
{
	struct part *packed = make_packed(pantry, spec, error), *part;

	if (!packed || !spec->unpack)
		return packed;
	part = part_unpack(packed, error);
	part_free(packed);
	return part;
}

static struct part *make_initrd(
	const struct pantry *pantry, const struct initrd_spec *spec, struct error *error)
{
	switch (spec->kind) {
	case INITRD_FILE:
		return part_of_file(spec->reference, spec->reference, error);
	case INITRD_CATALOGUE:
		return part_of_catalogue(pantry, spec->reference, false, error);
	case INITRD_KERNEL:
		return part_of_catalogue(pantry, spec->reference, true, error);
	case INITRD_RANDOM:
		return initrd_random(spec, error);
	case INITRD_ARCHIVE:
		return initrd_archives(spec, pantry->init, error);
	case INITRD_NONE:
	case INITRD_MODULES:
		break;
	}
	fail(error, "unknown kind of initrd");
	return NULL;
}

/* By which protocol it is started, and what is known of it. What is no kernel at all (garbage)
 * stays all zeros: that is no error here. */
static void study_bytes(struct jar *jar, const struct kernel_spec *spec, const uint8_t *bytes)
{
	struct executable *executable = &jar->executable;
	struct linux_header header;

	jar->boot =
		spec->multiboot2 ? BOOT_MULTIBOOT2 : executable_protocol(bytes, jar->part->size);
	if (spec->kind == KERNEL_BUILT)
		jar->boot = built_probes[spec->built.row].boot;
	if (spec->kind == KERNEL_MALFORMED)
		jar->boot = malformed_protocol(&spec->malformed);
	if (jar->boot == BOOT_LINUX) {
		if (linux_header_read(bytes, jar->part->size, &header, NULL))
			return;
		jar->protocol = (unsigned)header.version;
		jar->image_size = header.image_size;
		jar->image_crc32 =
			(uint32_t)crc32_z(0, bytes + header.image_offset, header.image_size);
	} else if (!executable_read(bytes, jar->part->size, jar->boot, executable, NULL)) {
		jar->image_size = executable->segment[0].size;
		jar->image_crc32 = (uint32_t)crc32_z(
			0, bytes + executable->segment[0].offset, jar->image_size);
	} else {
		executable->segment_count = 0;
	}
}

static int study_kernel(struct jar *jar, const struct kernel_spec *spec, struct error *error)
{
	unsigned char *bytes;

	if (!jar->part->size)
		return 0;
	bytes = mmap(NULL, jar->part->size, PROT_READ, MAP_PRIVATE, jar->part->fd, 0);
	if (bytes == MAP_FAILED)
		return fail_errno(error, "%s: cannot map it", jar->key);
	study_bytes(jar, spec, bytes);
	munmap(bytes, jar->part->size);
	return 0;
}

static struct jar *kernel_jar(
	struct pantry *pantry, const struct kernel_spec *spec, struct error *error)
{
	autofree char *key = kernel_key(spec);
	struct jar *jar = find_jar(pantry, key);

	if (jar)
		return jar;
	jar = add_jar(pantry, key, make_kernel(pantry, spec, error));
	if (!jar || !study_kernel(jar, spec, error))
		return jar;
	pantry->jars = jar->next;
	jar_free(jar);
	return NULL;
}

static struct jar *initrd_jar(
	struct pantry *pantry, const struct initrd_spec *spec, struct error *error)
{
	autofree char *key = initrd_key(spec);
	struct jar *jar = find_jar(pantry, key);

	return jar ? jar : add_jar(pantry, key, make_initrd(pantry, spec, error));
}

static int add_module(struct pantry *pantry, const struct module_spec *spec, struct payload *out,
	struct error *error)
{
	struct jar *jar = initrd_jar(pantry, &spec->bytes, error);

	if (!jar)
		return fail_within(error, "module %zu", out->module_count);
	if (out->module_count == PAYLOAD_MODULES)
		return fail(error, "more than %d modules", PAYLOAD_MODULES);
	out->modules[out->module_count++] =
		(struct payload_module){jar->part, spec->arguments ? spec->arguments : ""};
	return 0;
}

/* An initrd is the only module where modules are known. */
static int add_initrd(struct pantry *pantry, const struct initrd_spec *initrd, struct payload *out,
	struct error *error)
{
	const struct module_spec only = {.bytes = *initrd};

	if (initrd->kind == INITRD_MODULES && (out->boot == BOOT_LINUX || out->boot == BOOT_PVH))
		return fail(error, "modules, which only a Multiboot kernel knows");
	for (size_t i = 0; i < initrd->module_count; i++)
		if (add_module(pantry, &initrd->modules[i], out, error) < 0)
			return -1;
	if (initrd->kind == INITRD_NONE || initrd->kind == INITRD_MODULES)
		return 0;
	if (add_module(pantry, &only, out, error) < 0)
		return -1;
	if (out->boot == BOOT_LINUX || out->boot == BOOT_PVH)
		out->initrd = (struct part *)out->modules[0].part;
	return 0;
}

int pantry_payload(struct pantry *pantry, const struct kernel_spec *kernel,
	const struct initrd_spec *initrd, const struct cmdline_spec *cmdline, struct payload *out,
	struct error *error)
{
	struct jar *found = kernel_jar(pantry, kernel, error);

	if (!found)
		return fail_within(error, "kernel");
	*out = (struct payload){.kernel = found->part,
		.image_crc32 = found->image_crc32,
		.image_size = found->image_size,
		.protocol = found->protocol,
		.boot = found->boot,
		.executable = found->executable};
	if (add_initrd(pantry, initrd, out, error) < 0)
		return fail_within(error, "initrd");
	out->cmdline = cmdline_make(cmdline, error);
	if (!out->cmdline)
		return fail_within(error, "cmdline");
	return payload_attach(out, error);
}

int pantry_disk(const struct pantry *pantry, enum disk_entry entry, struct payload *payload,
	struct error *error)
{
	struct disk_loader loader = {.mbr = pantry->mbr, .core = pantry->core};

	payload->disk = disk_image(payload, entry, &loader, error);
	return payload->disk ? 0 : fail_within(error, "disk");
}

int catalogue_fetch(struct pantry *pantry, const char *name, void (*progress)(const char *line),
	struct error *error)
{
	const struct catalogue_entry *entry = catalogue_find(&pantry->catalogue, name, error);

	return entry ? package_fetch(pantry->cache, &pantry->catalogue, entry, progress, error)
		     : -1;
}

const char *catalogue_name(const struct pantry *pantry, size_t index, int *lean)
{
	if (index >= pantry->catalogue.count)
		return NULL;
	if (lean)
		*lean = pantry->catalogue.entries[index].lean;
	return pantry->catalogue.entries[index].name;
}

const char *catalogue_metapackage(
	const struct pantry *pantry, const char *name, struct error *error)
{
	const struct catalogue_entry *entry = catalogue_find(&pantry->catalogue, name, error);

	if (entry && !entry->metapackage)
		fail(error, "%s:%u: %s has no metapackage, so that it has one version only",
			pantry->catalogue.path, entry->line, name);
	return entry ? entry->metapackage : NULL;
}

void catalogue_offer(struct pantry *pantry, const char *name, const char *package)
{
	struct catalogue *catalogue = &pantry->catalogue;

	catalogue->entries =
		reallocarray(catalogue->entries, catalogue->count + 1, sizeof(*catalogue->entries));
	if (!catalogue->entries)
		abort();
	catalogue->entries[catalogue->count++] = (struct catalogue_entry){.name = copy_text(name),
		.package = copy_text(package),
		.file = copy_text("boot/vmlinuz-*"),
		.why = copy_text("a version of a kernel"),
		.kind = CATALOGUE_KERNEL};
}
