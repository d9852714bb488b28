#include "payload/volume.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "payload/part.h"

/* As in rom/source/README.md; the ROM has its own description of it. */
#define PADDING_SEED 121
#define SECTOR	     512u
#define PARTS_LIMIT  4
#define AT_VERSION   0x08
#define AT_PARTS     0x0a
#define AT_SUM	     0x0c
#define AT_SECTORS   0x10
#define AT_ID	     0x18
#define AT_TABLE     0x20
#define ENTRY	     16
#define VERSION	     1u
#define BYTES_LIMIT  0xfffffe00u
#define SOME_BIT     0x10
#define DISK_LEAST   (UINT64_C(1) << 20) /* bytes: two cylinders of 16 heads and 63 sectors */

static const unsigned char magic[8] = {0xe9, 0xfd, 0x00, 'D', 'K', 'V', 'O', 'L'};

static const char *const faults[VOLUME_FAULTS] = {[VOLUME_TRUNCATED] = "truncated",
	[VOLUME_VERSION] = "version",
	[VOLUME_FOREIGN] = "foreign",
	[VOLUME_HEADER] = "header",
	[VOLUME_KERNEL] = "kernel",
	[VOLUME_INITRD] = "initrd",
	[VOLUME_CMDLINE] = "cmdline",
	[VOLUME_LOADER] = "loader",
	[VOLUME_BARE] = "bare"};

const char *volume_fault_name(enum volume_fault fault)
{
	return (unsigned)fault < VOLUME_FAULTS ? faults[fault] : NULL;
}

/* A part as it goes onto the volume. */
struct content {
	unsigned kind;
	enum volume_fault fault; /* the one that is about it */
	const unsigned char *bytes;
	uint64_t size;
	uint32_t crc32, sector;
};

struct contents {
	const struct volume_start *start; /* NULL = it does not boot by itself */
	unsigned char id[VOLUME_ID];
	struct content list[PARTS_LIMIT];
	size_t count;
	uint64_t sectors;
};

static uint64_t sectors_of(uint64_t size)
{
	return (size + SECTOR - 1) / SECTOR;
}

static void put(unsigned char *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static void add(struct contents *contents, unsigned kind, enum volume_fault fault,
	const unsigned char *bytes, uint64_t size)
{
	struct content *content = &contents->list[contents->count];

	if (!size)
		return;
	*content = (struct content){kind, fault, bytes, size, (uint32_t)crc32_z(0, bytes, size),
		(uint32_t)contents->sectors};
	contents->count++;
	contents->sectors += sectors_of(size);
}

/* The first sector. Its checksum is right unless a fault comes behind it. */
static void make_header(
	const struct contents *contents, enum volume_fault fault, unsigned char *sector)
{
	memset(sector, 0, SECTOR);
	if (contents->start)
		memcpy(sector, contents->start->sector.data, SECTOR);
	memcpy(sector, magic, sizeof(magic));
	put(sector + AT_VERSION, VERSION + (fault == VOLUME_VERSION), 2);
	put(sector + AT_PARTS, contents->count, 2);
	put(sector + AT_SECTORS, contents->sectors, 4);
	memcpy(sector + AT_ID, contents->id, VOLUME_ID);
	for (size_t i = 0; i < contents->count; i++) {
		const struct content *content = &contents->list[i];
		unsigned char *entry = sector + AT_TABLE + i * ENTRY;

		put(entry, content->kind, 4);
		put(entry + 4, content->sector, 4);
		put(entry + 8, content->size, 4);
		put(entry + 12, content->crc32, 4);
	}
	put(sector + AT_SUM, crc32_z(0, sector, SECTOR), 4);
	if (fault == VOLUME_HEADER)
		sector[AT_TABLE + 5] ^= SOME_BIT;
	if (fault == VOLUME_FOREIGN)
		memcpy(sector, "foreign", sizeof(magic));
}

static int write_content(struct part_writer *out, const struct content *content,
	enum volume_fault fault, struct error *error)
{
	uint64_t middle = content->size / 2;
	unsigned char byte = content->bytes[middle];

	if (fault != VOLUME_SOUND && fault == content->fault)
		byte ^= SOME_BIT;
	if (part_write(out, content->bytes, middle, error) || part_write(out, &byte, 1, error))
		return -1;
	return part_write(out, content->bytes + middle + 1, content->size - middle - 1, error);
}

/* Firmware counts a boot disk in cylinders, and does not read one that has none. */
static int fill_cylinder(struct part_writer *out, struct error *error)
{
	uint64_t size = part_offset(out);

	return size < DISK_LEAST ? part_zero(out, DISK_LEAST - size, error) : 0;
}

/* Not with zeros, which memory has anyway: who takes them for bytes of the part is to be seen. */
static int fill_sector(struct part_writer *out, struct error *error)
{
	uint64_t used = part_offset(out) % SECTOR;

	return used ? part_random(out, PADDING_SEED, SECTOR - used, error) : 0;
}

static int fill(struct part_writer *out, const struct contents *contents, enum volume_fault fault,
	struct error *error)
{
	uint64_t end = contents->sectors - (fault == VOLUME_TRUNCATED);
	unsigned char sector[SECTOR];

	make_header(contents, fault, sector);
	if (part_write(out, sector, SECTOR, error))
		return -1;
	for (size_t i = 0; i < contents->count; i++) {
		struct content last = contents->list[i];
		uint64_t room = (end - last.sector) * SECTOR;

		if (last.size > room)
			last.size = room;
		if (last.size && write_content(out, &last, fault, error))
			return -1;
		if (fill_sector(out, error))
			return -1;
	}
	return contents->start ? fill_cylinder(out, error) : 0;
}

static int check(const struct contents *contents, enum volume_fault fault, struct error *error)
{
	bool found = fault < VOLUME_KERNEL || (fault == VOLUME_BARE && contents->start);

	for (size_t i = 0; i < contents->count; i++) {
		found = found || contents->list[i].fault == fault;
		if (contents->list[i].size > BYTES_LIMIT)
			return fail(error, "a part of more than %u bytes", BYTES_LIMIT);
	}
	if (contents->sectors > UINT32_MAX)
		return fail(error, "more sectors than a volume can have");
	if (!found)
		return fail(error, "there is nothing to damage: no %s", volume_fault_name(fault));
	return 0;
}

static const unsigned char *map_part(const struct part *part, struct error *error)
{
	void *bytes;

	if (!part || !part->size)
		return NULL;
	bytes = mmap(NULL, part->size, PROT_READ, MAP_PRIVATE, part->fd, 0);
	if (bytes != MAP_FAILED)
		return bytes;
	fail_errno(error, "cannot map %s", part->origin);
	return NULL;
}

static void unmap_part(const struct part *part, const unsigned char *bytes)
{
	if (bytes)
		munmap((void *)(uintptr_t)bytes, part->size);
}

static struct part *image_of(
	const struct contents *contents, enum volume_fault fault, struct error *error)
{
	struct part_writer *writer;

	if (check(contents, fault, error) || !(writer = part_begin("volume", error)))
		return NULL;
	if (!fill(writer, contents, fault, error))
		return part_seal(writer, "", "volume", error);
	part_abandon(writer);
	return NULL;
}

/* Of whom a volume is: the same for the same payload, and for no other. */
static void name_contents(struct contents *contents, const struct payload *payload)
{
	autobuffer struct buffer text = {0};
	struct sha256 sha256;

	buffer_printf(&text, "%s\n%s\n%s", payload->kernel->sha256.hex,
		payload->initrd ? payload->initrd->sha256.hex : "", payload->cmdline);
	sha256 = sha256_bytes(text.data, text.size);
	for (size_t i = 0; i < VOLUME_ID; i++) {
		char digits[3] = {sha256.hex[2 * i], sha256.hex[2 * i + 1], 0};

		contents->id[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
}

/* The boot sector looks for its loader in the first part. */
static void add_all(struct contents *contents, const struct payload *payload,
	const unsigned char *kernel, const unsigned char *initrd, enum volume_fault fault)
{
	const struct volume_start *start = contents->start;

	if (start && fault != VOLUME_BARE)
		add(contents, 4, VOLUME_LOADER, (const unsigned char *)start->loader.data,
			start->loader.size);
	add(contents, 1, VOLUME_KERNEL, kernel, payload->kernel->size);
	add(contents, 2, VOLUME_INITRD, initrd, payload->initrd ? payload->initrd->size : 0);
	add(contents, 3, VOLUME_CMDLINE, (const unsigned char *)payload->cmdline,
		strlen(payload->cmdline));
}

struct part *volume_image(const struct payload *payload, const struct volume_start *start,
	enum volume_fault fault, struct error *error)
{
	const unsigned char *kernel = map_part(payload->kernel, error);
	const unsigned char *initrd = map_part(payload->initrd, error);
	struct contents contents = {.start = start, .sectors = 1};
	struct part *image = NULL;

	if (kernel && (initrd || !payload->initrd || !payload->initrd->size)) {
		name_contents(&contents, payload);
		add_all(&contents, payload, kernel, initrd, fault);
		image = image_of(&contents, fault, error);
	} else if (!payload->kernel->size) {
		fail(error, "the kernel is empty");
	}
	unmap_part(payload->kernel, kernel);
	unmap_part(payload->initrd, initrd);
	return image;
}
