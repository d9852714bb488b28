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
#include "payload/package.h"
#include "payload/part.h"
#include "payload/payload.h"
#include "payload/probe.h"
#include "payload/receipt.h"

/* A part that was made, and what is known about it as a kernel. */
struct jar {
	struct jar *next;
	char *key; /* the spec as text */
	struct part *part;
	uint32_t image_crc32;
	uint64_t image_size;
	unsigned protocol;
};

struct pantry {
	char *init;  /* what becomes /init */
	char *probe; /* the probes' template */
	char *mbr;   /* GRUB, for disks */
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

static struct part *part_of_probe(
	const struct pantry *pantry, const struct probe_spec *spec, struct error *error)
{
	autobuffer struct buffer image = {0};
	struct part_writer *writer;

	if (probe_image(pantry->probe, spec, &image, error))
		return NULL;
	writer = part_begin("probe", error);
	if (!writer)
		return NULL;
	if (part_write(writer, image.data, image.size, error)) {
		part_abandon(writer);
		return NULL;
	}
	return part_seal(writer, "", "probe", error);
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

static struct part *make_kernel(
	const struct pantry *pantry, const struct kernel_spec *spec, struct error *error)
{
	switch (spec->kind) {
	case KERNEL_CATALOGUE:
		return part_of_catalogue(pantry, spec->reference, true, error);
	case KERNEL_FILE:
		return part_of_file(spec->reference, spec->reference, error);
	case KERNEL_PROBE:
		return part_of_probe(pantry, &spec->probe, error);
	}
	fail(error, "unknown kind of kernel");
	return NULL;
}

static struct part *make_initrd(
	const struct pantry *pantry, const struct initrd_spec *spec, struct error *error)
{
	switch (spec->kind) {
	case INITRD_FILE:
		return part_of_file(spec->reference, spec->reference, error);
	case INITRD_CATALOGUE:
		return part_of_catalogue(pantry, spec->reference, false, error);
	case INITRD_RANDOM:
		return initrd_random(spec, error);
	case INITRD_ARCHIVE:
		return initrd_archives(spec, pantry->init, error);
	case INITRD_NONE:
		break;
	}
	fail(error, "unknown kind of initrd");
	return NULL;
}

/* What is no Linux image (multiboot, ELF, garbage) stays all zeros: that is no error here. */
static int study_kernel(struct jar *jar, struct error *error)
{
	struct linux_header header;
	unsigned char *bytes;

	if (!jar->part->size)
		return 0;
	bytes = mmap(NULL, jar->part->size, PROT_READ, MAP_PRIVATE, jar->part->fd, 0);
	if (bytes == MAP_FAILED)
		return fail_errno(error, "%s: cannot map it", jar->key);
	if (!linux_header_read(bytes, jar->part->size, &header, NULL)) {
		jar->protocol = (unsigned)header.version;
		jar->image_size = header.image_size;
		jar->image_crc32 =
			(uint32_t)crc32_z(0, bytes + header.image_offset, header.image_size);
	}
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
	if (!jar || !study_kernel(jar, error))
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

int pantry_payload(struct pantry *pantry, const struct kernel_spec *kernel,
	const struct initrd_spec *initrd, const struct cmdline_spec *cmdline, struct payload *out,
	struct error *error)
{
	struct jar *kernel_found = kernel_jar(pantry, kernel, error), *initrd_found = NULL;

	if (!kernel_found)
		return fail_within(error, "kernel");
	if (initrd->kind != INITRD_NONE && !(initrd_found = initrd_jar(pantry, initrd, error)))
		return fail_within(error, "initrd");
	*out = (struct payload){.kernel = kernel_found->part,
		.initrd = initrd_found ? initrd_found->part : NULL,
		.cmdline = cmdline_make(cmdline, error),
		.image_crc32 = kernel_found->image_crc32,
		.image_size = kernel_found->image_size,
		.protocol = kernel_found->protocol};
	return out->cmdline ? 0 : fail_within(error, "cmdline");
}

int pantry_disk(const struct pantry *pantry, enum disk_entry entry, struct payload *payload,
	struct error *error)
{
	struct disk_loader loader = {.mbr = pantry->mbr, .core = pantry->core};

	payload->disk = disk_image(payload, entry, &loader, error);
	return payload->disk ? 0 : fail_within(error, "disk");
}

void payload_free(struct payload *payload)
{
	part_free(payload->disk);
	part_free(payload->volume);
	free(payload->cmdline);
	*payload = (struct payload){0};
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
