#include "payload/executable.h"

#include <elf.h>
#include <string.h>

#define HDRS_AT	       0x202
#define HDRS	       0x53726448u
#define MULTIBOOT      0x1badb002u
#define MULTIBOOT_ROOM 8192u
#define ADDRESSES      0x10000u /* flag 16 */
#define MULTIBOOT2     0xe85250d6u
#define TWO_ROOM       32768u
#define TWO_HEADER     16u
#define PVH_NOTE       18u
#define NONE	       SIZE_MAX

enum { TAG_END = 0, TAG_ADDRESS = 2, TAG_ENTRY = 3, TAG_RELOCATABLE = 10 };

struct file {
	const uint8_t *bytes;
	size_t size;
	struct error *error;
};

static uint64_t number(const struct file *file, uint64_t at, unsigned width)
{
	uint64_t value = 0;

	if (at > file->size || width > file->size - at)
		return 0;
	while (width--)
		value = value << 8 | file->bytes[at + width];
	return value;
}

static uint32_t word(const struct file *file, uint64_t at)
{
	return (uint32_t)number(file, at, 4);
}

/* The first header whose @words words add up to 0, or NONE. */
static size_t find_header(
	const struct file *file, uint32_t magic, unsigned step, unsigned words, size_t room)
{
	for (size_t at = 0; at + 4 * words <= file->size && at + 4 * words <= room; at += step) {
		uint32_t sum = 0;

		if (word(file, at) != magic)
			continue;
		for (unsigned i = 0; i < words; i++)
			sum += word(file, at + 4 * i);
		if (!sum)
			return at;
	}
	return NONE;
}

static size_t multiboot_header(const struct file *file)
{
	return find_header(file, MULTIBOOT, 4, 3, MULTIBOOT_ROOM);
}

/* ---- ELF ---- */

struct program {
	uint32_t type;
	uint64_t offset, virtual, physical, size, memory;
};

static bool is_elf(const struct file *file)
{
	return file->size > sizeof(Elf64_Ehdr) && !memcmp(file->bytes, ELFMAG, SELFMAG);
}

static bool is_wide(const struct file *file)
{
	return file->bytes[EI_CLASS] == ELFCLASS64;
}

static unsigned program_count(const struct file *file)
{
	return is_elf(file) ? (unsigned)number(file, is_wide(file) ? 56 : 44, 2) : 0;
}

#define FIELD(bits, name)                                                                          \
	number(file, at + offsetof(Elf##bits##_Phdr, name), sizeof(((Elf##bits##_Phdr *)0)->name))

static struct program program_at(const struct file *file, unsigned index)
{
	uint64_t table = is_wide(file) ? number(file, 32, 8) : number(file, 28, 4);
	uint64_t at = table + index * number(file, is_wide(file) ? 54 : 42, 2);

	if (is_wide(file))
		return (struct program){(uint32_t)FIELD(64, p_type), FIELD(64, p_offset),
			FIELD(64, p_vaddr), FIELD(64, p_paddr), FIELD(64, p_filesz),
			FIELD(64, p_memsz)};
	return (struct program){(uint32_t)FIELD(32, p_type), FIELD(32, p_offset),
		FIELD(32, p_vaddr), FIELD(32, p_paddr), FIELD(32, p_filesz), FIELD(32, p_memsz)};
}

static int add_segment(
	const struct file *file, struct executable *out, const struct segment *segment)
{
	if (out->segment_count == EXECUTABLE_SEGMENTS)
		return fail(file->error, "more than %d segments", EXECUTABLE_SEGMENTS);
	if (segment->offset > file->size || segment->size > file->size - segment->offset ||
		segment->memory < segment->size || segment->address > UINT32_MAX ||
		segment->memory > UINT32_MAX - segment->address)
		return fail(file->error,
			"a segment of 0x%llx bytes at 0x%llx of a file of 0x%zx, for 0x%llx",
			(unsigned long long)segment->size, (unsigned long long)segment->offset,
			file->size, (unsigned long long)segment->address);
	out->segment[out->segment_count++] = *segment;
	return 0;
}

static int read_elf(const struct file *file, struct executable *out)
{
	if (!is_elf(file))
		return fail(file->error, "neither an ELF file nor addresses in its header");
	out->entry = is_wide(file) ? number(file, 24, 8) : number(file, 24, 4);
	for (unsigned i = 0; i < program_count(file); i++) {
		struct program program = program_at(file, i);

		if (program.type != PT_LOAD || !program.memory)
			continue;
		if (add_segment(file, out,
			    &(struct segment){program.physical, program.offset, program.size,
				    program.memory}) < 0)
			return -1;
	}
	return out->segment_count ? 0 : fail(file->error, "nothing of it is to be loaded");
}

/* The value of the PVH note among the notes of a segment; 0 when there is none. */
static uint64_t pvh_among(const struct file *file, const struct program *notes)
{
	uint64_t at = notes->offset, end = at + notes->size;

	while (at + 12 <= end && end <= file->size) {
		uint32_t name = word(file, at), size = word(file, at + 4);
		uint64_t value = at + 12 + (name + 3ull) / 4 * 4;

		if (word(file, at + 8) == PVH_NOTE && name == 4 && value + size <= end &&
			!memcmp(file->bytes + at + 12, "Xen", 4))
			return number(file, value, size < 8 ? 4 : 8);
		at = value + (size + 3ull) / 4 * 4;
	}
	return 0;
}

static uint64_t pvh_entry(const struct file *file)
{
	uint64_t entry = 0;

	for (unsigned i = 0; i < program_count(file) && !entry; i++) {
		struct program program = program_at(file, i);

		if (program.type == PT_NOTE)
			entry = pvh_among(file, &program);
	}
	return entry;
}

/* ---- flat files ---- */

/* load_end 0: to the end of the file; zeroed_end 0: no zeros behind it. */
static int read_flat(const struct file *file, struct executable *out, size_t header_offset,
	const uint32_t address[4])
{
	uint32_t header = address[0], load = address[1], load_end = address[2];
	uint64_t offset = header_offset - (uint64_t)(header - load), size, memory;

	if (load > header || header - load > header_offset)
		return fail(
			file->error, "its header is at 0x%x and it begins at 0x%x", header, load);
	size = load_end ? load_end - (uint64_t)load : file->size - offset;
	memory = address[3] ? address[3] - (uint64_t)load : size;
	return add_segment(file, out, &(struct segment){load, offset, size, memory});
}

static int read_multiboot(const struct file *file, struct executable *out)
{
	size_t header = multiboot_header(file);
	uint32_t address[4];

	if (header == NONE)
		return fail(
			file->error, "no Multiboot header in its first %u bytes", MULTIBOOT_ROOM);
	if (!(word(file, header + 4) & ADDRESSES))
		return read_elf(file, out);
	for (unsigned i = 0; i < 4; i++)
		address[i] = word(file, header + 12 + 4 * i);
	out->entry = word(file, header + 28);
	return read_flat(file, out, header, address);
}

static void read_relocatable(const struct file *file, uint64_t tag, struct executable *out)
{
	out->relocatable = true;
	out->min = word(file, tag + 8);
	out->max = word(file, tag + 12);
	out->align = word(file, tag + 16);
	out->low = word(file, tag + 20) == 1;
}

static int read_multiboot2(const struct file *file, struct executable *out)
{
	size_t header = find_header(file, MULTIBOOT2, 8, 4, TWO_ROOM);
	uint64_t tag = header + TWO_HEADER, address = 0, entry = 0, end;
	uint32_t words[4];

	if (header == NONE)
		return fail(file->error, "no Multiboot 2 header in its first %u bytes", TWO_ROOM);
	end = header + word(file, header + 8);
	for (; tag + 8 <= end; tag += (word(file, tag + 4) + 7ull) / 8 * 8) {
		uint64_t type = number(file, tag, 2);

		if (type == TAG_END || word(file, tag + 4) < 8)
			break;
		address = type == TAG_ADDRESS ? tag : address;
		entry = type == TAG_ENTRY ? tag : entry;
		if (type == TAG_RELOCATABLE)
			read_relocatable(file, tag, out);
	}
	for (unsigned i = 0; i < 4; i++)
		words[i] = word(file, address + 8 + 4 * i);
	if (address ? read_flat(file, out, header, words) : read_elf(file, out))
		return -1;
	out->entry = entry ? word(file, entry + 8) : out->entry;
	return 0;
}

static int read_pvh(const struct file *file, struct executable *out)
{
	if (read_elf(file, out) < 0)
		return -1;
	out->entry = pvh_entry(file);
	return out->entry ? 0 : fail(file->error, "an ELF file without the PVH note");
}

enum boot_protocol executable_protocol(const uint8_t *bytes, size_t size)
{
	const struct file file = {bytes, size, NULL};

	if (word(&file, HDRS_AT) == HDRS)
		return BOOT_LINUX;
	if (multiboot_header(&file) != NONE)
		return BOOT_MULTIBOOT;
	return pvh_entry(&file) ? BOOT_PVH : BOOT_LINUX;
}

int executable_read(const uint8_t *bytes, size_t size, enum boot_protocol boot,
	struct executable *out, struct error *error)
{
	static int (*const readers[BOOT_PROTOCOLS])(const struct file *, struct executable *) = {
		[BOOT_MULTIBOOT] = read_multiboot,
		[BOOT_MULTIBOOT2] = read_multiboot2,
		[BOOT_PVH] = read_pvh};
	const struct file file = {bytes, size, error};

	*out = (struct executable){.boot = boot};
	return readers[boot] ? readers[boot](&file, out)
			     : fail(error, "a Linux image is no executable");
}

void executable_span(const struct executable *executable, uint64_t *start, uint64_t *end)
{
	*start = UINT64_MAX;
	*end = 0;
	for (size_t i = 0; i < executable->segment_count; i++) {
		const struct segment *segment = &executable->segment[i];

		if (segment->address < *start)
			*start = segment->address;
		if (segment->address + segment->memory > *end)
			*end = segment->address + segment->memory;
	}
}
