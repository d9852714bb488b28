#include "boot/elf.h"

#define ELF_MAGIC      0x464c457fu
#define CLASS_32       1
#define CLASS_64       2
#define LITTLE_ENDIAN_ 1
#define MACHINE_386    3
#define MACHINE_X86_64 62
#define PT_LOAD	       1u
#define SHT_SYMTAB     2u
#define SHT_STRTAB     3u
#define SHF_ALLOC      2u
#define SECTIONS_MAX   256u

#define AT_CLASS   4
#define AT_DATA	   5
#define AT_MACHINE 18

/* Where a number is, by class; all else is computed. Bytes of it: 4, or 8 where the class has 64
 * bits. */
struct field {
	uint8_t at_32, at_64;
};

enum { E_ENTRY, E_PHOFF, E_SHOFF, E_PHENTSIZE, E_PHNUM, E_SHENTSIZE, E_SHNUM, E_SHSTRNDX };
static const struct field of_file[] = {
	[E_ENTRY] = {24, 24},
	[E_PHOFF] = {28, 32},
	[E_SHOFF] = {32, 40},
	[E_PHENTSIZE] = {42, 54},
	[E_PHNUM] = {44, 56},
	[E_SHENTSIZE] = {46, 58},
	[E_SHNUM] = {48, 60},
	[E_SHSTRNDX] = {50, 62},
};

enum { P_TYPE, P_OFFSET, P_VADDR, P_PADDR, P_FILESZ, P_MEMSZ };
static const struct field of_segment[] = {
	[P_TYPE] = {0, 0},
	[P_OFFSET] = {4, 8},
	[P_VADDR] = {8, 16},
	[P_PADDR] = {12, 24},
	[P_FILESZ] = {16, 32},
	[P_MEMSZ] = {20, 40},
};

enum { S_TYPE, S_FLAGS, S_ADDR, S_OFFSET, S_SIZE };
static const struct field of_section[] = {
	[S_TYPE] = {4, 4},
	[S_FLAGS] = {8, 8},
	[S_ADDR] = {12, 16},
	[S_OFFSET] = {16, 24},
	[S_SIZE] = {20, 32},
};

static uint32_t at_of(const struct elf *elf, const struct field *field)
{
	return elf->is_64 ? field->at_64 : field->at_32;
}

static uint64_t little(const uint8_t *from, uint32_t bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

static uint32_t half(const struct elf *elf, const uint8_t *from, const struct field *field)
{
	return (uint32_t)little(from + at_of(elf, field), 2);
}

static uint32_t word(const struct elf *elf, const uint8_t *from, const struct field *field)
{
	return (uint32_t)little(from + at_of(elf, field), 4);
}

static uint64_t wide(const struct elf *elf, const uint8_t *from, const struct field *field)
{
	return little(from + at_of(elf, field), elf->is_64 ? 8 : 4);
}

static int broken(const struct elf *elf, uint64_t offset, uint64_t size, struct refusal *why)
{
	return refuse(why, REFUSE_ELF, address_clip(size), address_clip(offset), elf->file_size);
}

/* Does [offset, offset + size) lie in the first bytes of something? */
static bool inside(uint64_t offset, uint64_t size, uint32_t bytes)
{
	return offset <= bytes && size <= bytes - offset;
}

static int check_identity(struct elf *elf, uint32_t head_bytes, struct refusal *why)
{
	const uint8_t *head = elf->head;

	if (head_bytes < 64 || little(head, 4) != ELF_MAGIC ||
		(head[AT_CLASS] != CLASS_32 && head[AT_CLASS] != CLASS_64) ||
		head[AT_DATA] != LITTLE_ENDIAN_)
		return broken(elf, 0, head_bytes, why);
	elf->is_64 = head[AT_CLASS] == CLASS_64;
	if (head[AT_MACHINE] != MACHINE_386 && head[AT_MACHINE] != MACHINE_X86_64)
		return broken(elf, AT_MACHINE, head[AT_MACHINE], why);
	return 0;
}

static int check_tables(struct elf *elf, uint32_t head_bytes, struct refusal *why)
{
	const uint64_t phoff = wide(elf, elf->head, &of_file[E_PHOFF]);
	const uint64_t shoff = wide(elf, elf->head, &of_file[E_SHOFF]);

	if (elf->phentsize < (elf->is_64 ? 56 : 32) ||
		!inside(phoff, elf->phnum * elf->phentsize, head_bytes))
		return broken(elf, phoff, elf->phnum * elf->phentsize, why);
	elf->phoff = (uint32_t)phoff;
	if (!elf->shnum)
		return 0;
	if (elf->shentsize < (elf->is_64 ? 64 : 40) || elf->shentsize > SECTIONS_MAX ||
		elf->shnum > SECTIONS_MAX ||
		!inside(shoff, elf->shnum * elf->shentsize, elf->file_size))
		return broken(elf, shoff, elf->shnum * elf->shentsize, why);
	elf->shoff = (uint32_t)shoff;
	return 0;
}

int elf_read(struct elf *elf, const uint8_t *head, uint32_t head_bytes, uint32_t file_size,
	struct refusal *why)
{
	elf->head = head;
	elf->file_size = file_size;
	if (check_identity(elf, head_bytes, why) < 0)
		return -1;
	elf->entry = wide(elf, head, &of_file[E_ENTRY]);
	elf->phentsize = half(elf, head, &of_file[E_PHENTSIZE]);
	elf->phnum = half(elf, head, &of_file[E_PHNUM]);
	elf->shentsize = half(elf, head, &of_file[E_SHENTSIZE]);
	elf->shnum = half(elf, head, &of_file[E_SHNUM]);
	elf->shstrndx = half(elf, head, &of_file[E_SHSTRNDX]);
	return check_tables(elf, head_bytes, why);
}

int elf_segment(const struct elf *elf, uint32_t i, struct elf_segment *segment, struct refusal *why)
{
	const uint8_t *header = elf->head + elf->phoff + i * elf->phentsize;
	const uint64_t offset = wide(elf, header, &of_segment[P_OFFSET]);
	const uint64_t to = wide(elf, header, &of_segment[P_PADDR]);
	const uint64_t bytes = wide(elf, header, &of_segment[P_FILESZ]);
	const uint64_t size = wide(elf, header, &of_segment[P_MEMSZ]);

	if (word(elf, header, &of_segment[P_TYPE]) != PT_LOAD || !size)
		return 0;
	if (bytes > size || !inside(offset, bytes, elf->file_size) ||
		!inside(to, size, ADDRESS_END - 1))
		return broken(elf, offset, bytes, why);
	segment->offset = (uint32_t)offset;
	segment->to = (uint32_t)to;
	segment->bytes = (uint32_t)bytes;
	segment->size = (uint32_t)size;
	segment->virtual_to = wide(elf, header, &of_segment[P_VADDR]);
	return 1;
}

int elf_span(const struct elf *elf, struct range *span, struct refusal *why)
{
	struct elf_segment segment;

	*span = (struct range){ADDRESS_END, 0};
	for (uint32_t i = 0; i < elf->phnum; i++) {
		const int kind = elf_segment(elf, i, &segment, why);

		if (kind < 0)
			return -1;
		if (!kind)
			continue;
		if (segment.to < span->start)
			span->start = segment.to;
		if (segment.to + segment.size > span->end)
			span->end = segment.to + segment.size;
	}
	return span->end ? 0 : broken(elf, elf->phoff, elf->phnum * elf->phentsize, why);
}

uint32_t elf_entry(const struct elf *elf)
{
	struct elf_segment segment;
	struct refusal why;

	for (uint32_t i = 0; i < elf->phnum; i++)
		if (elf_segment(elf, i, &segment, &why) == 1 && elf->entry >= segment.virtual_to &&
			elf->entry - segment.virtual_to < segment.size)
			return segment.to + (uint32_t)(elf->entry - segment.virtual_to);
	return address_clip(elf->entry);
}

int elf_section(const struct elf *elf, const uint8_t *table, uint32_t i,
	struct elf_section *section, struct refusal *why)
{
	const uint8_t *header = table + i * elf->shentsize;
	const uint32_t type = word(elf, header, &of_section[S_TYPE]);
	const uint64_t offset = wide(elf, header, &of_section[S_OFFSET]);
	const uint64_t size = wide(elf, header, &of_section[S_SIZE]);

	section->offset = address_clip(offset);
	section->size = address_clip(size);
	section->wanted = (type == SHT_SYMTAB || type == SHT_STRTAB) && size &&
			  !(word(elf, header, &of_section[S_FLAGS]) & SHF_ALLOC);
	if (section->wanted && !inside(offset, size, elf->file_size))
		return broken(elf, offset, size, why);
	return 0;
}

void elf_section_set(const struct elf *elf, uint8_t *table, uint32_t i, uint32_t address)
{
	uint8_t *to = table + i * elf->shentsize + at_of(elf, &of_section[S_ADDR]);
	const uint32_t bytes = elf->is_64 ? 8 : 4;

	for (uint32_t b = 0; b < bytes; b++)
		to[b] = b < 4 ? (uint8_t)(address >> 8 * b) : 0;
}
