#include "boot/multiboot2.h"

#include "boot/multiboot2_info.h"

#define HEADER_MAGIC   0xe85250d6u
#define ARCHITECTURE   0u /* i386 */
#define HEADER_BYTES   16u
#define TAG_BYTES      8u
#define OPTIONAL       1u
#define TAG_END	       0u
#define WHOLE_FILE     0xffffffffu /* of load_addr */
#define PREFER_HIGHEST 2u

struct header {
	uint32_t magic, architecture, length, checksum;
} __attribute__((packed));

struct tag {
	uint16_t type, flags;
	uint32_t size;
	uint32_t word[];
} __attribute__((packed));

/* The least that a tag of a type has, in bytes; 0: the type is unknown. Section 3.1.3 to 3.1.14. */
static const uint8_t least[MULTIBOOT2_HEADER_TAGS + 1] = {8, 8, 24, 12, 12, 20, 8, 8, 12, 12, 24};

bool multiboot2_has(const struct multiboot2 *kernel, uint32_t type)
{
	return kernel->given >> type & 1;
}

static const struct header *find_header(const uint8_t *head, uint32_t bytes)
{
	for (uint32_t at = 0; at + HEADER_BYTES <= bytes; at += 8) {
		const struct header *header = (const struct header *)(head + at);

		if (header->magic == HEADER_MAGIC &&
			!(header->magic + header->architecture + header->length + header->checksum))
			return header;
	}
	return 0;
}

/* Every information that is asked for, not as an option, has to be one that we give. */
static int check_request(const struct tag *tag, struct refusal *why)
{
	const uint32_t count = (tag->size - TAG_BYTES) / sizeof(uint32_t);

	for (uint32_t i = 0; i < count; i++)
		if (!multiboot2_gives(tag->word[i]))
			return refuse(why, REFUSE_INFO, tag->word[i], 0, 0);
	return 0;
}

/*
 * Screen, EFI and alignment of modules ask for nothing that would have to be done: our modules are
 * aligned to pages always, a mode of the screen is a wish, and the EFI entries count on EFI only.
 */
static int read_tag(struct multiboot2 *kernel, const struct tag *tag, struct refusal *why)
{
	kernel->given |= 1u << tag->type;
	if (tag->type == MULTIBOOT2_TAG_REQUEST && !(tag->flags & OPTIONAL))
		return check_request(tag, why);
	if (tag->type == MULTIBOOT2_TAG_ADDRESS) {
		kernel->flat.header_addr = tag->word[0];
		kernel->flat.load_addr = tag->word[1];
		kernel->flat.load_end_addr = tag->word[2];
		kernel->flat.bss_end_addr = tag->word[3];
	}
	if (tag->type == MULTIBOOT2_TAG_ENTRY)
		kernel->entry = tag->word[0];
	if (tag->type == MULTIBOOT2_TAG_RELOCATABLE) {
		kernel->window.first = tag->word[0] > ONE_MIB ? tag->word[0] : ONE_MIB;
		kernel->window.last = tag->word[1];
		kernel->window.align = tag->word[2] ? tag->word[2] : 1;
		kernel->window.highest = tag->word[3] == PREFER_HIGHEST;
		if (kernel->window.align & (kernel->window.align - 1))
			return refuse(
				why, REFUSE_RELOCATE, tag->word[0], tag->word[1], tag->word[2]);
	}
	return 0;
}

/* left: bytes of the header from the first tag on. Tags begin at multiples of 8. */
static int read_tags(
	struct multiboot2 *kernel, const uint8_t *at, uint32_t left, struct refusal *why)
{
	uint32_t offset = 0, step;

	for (;; offset += step) {
		const struct tag *tag = (const struct tag *)(at + offset);
		const uint32_t room = left - offset;

		if (offset >= left || room < TAG_BYTES || tag->size < TAG_BYTES || tag->size > room)
			return refuse(why, REFUSE_TAG, room < TAG_BYTES ? 0 : tag->type,
				room < TAG_BYTES ? 0 : tag->size, offset);
		if (tag->type == TAG_END)
			return 0;
		step = (tag->size + 7) & ~7u;
		if (tag->type > MULTIBOOT2_HEADER_TAGS) {
			if (!(tag->flags & OPTIONAL))
				return refuse(why, REFUSE_TAG_UNKNOWN, tag->type, offset, 0);
			continue;
		}
		if (tag->size < least[tag->type])
			return refuse(why, REFUSE_TAG, tag->type, tag->size, offset);
		if (read_tag(kernel, tag, why) < 0)
			return -1;
	}
}

int multiboot2_read(struct multiboot2 *kernel, const uint8_t *head, uint32_t head_bytes,
	uint32_t file_size, struct refusal *why)
{
	const uint32_t bytes = head_bytes < MULTIBOOT2_HEAD ? head_bytes : MULTIBOOT2_HEAD;
	const struct header *header = find_header(head, bytes);

	if (!header || header->architecture != ARCHITECTURE)
		return refuse(why, REFUSE_NOT_MULTIBOOT2, bytes, 0, 0);
	kernel->file_size = file_size;
	kernel->header = (uint32_t)((const uint8_t *)header - head);
	kernel->given = 0;
	if (header->length < HEADER_BYTES || header->length > bytes - kernel->header)
		return refuse(why, REFUSE_TAG, 0, header->length, kernel->header);
	if (read_tags(kernel, (const uint8_t *)(header + 1), header->length - HEADER_BYTES, why) <
		0)
		return -1;
	if (multiboot2_has(kernel, MULTIBOOT2_TAG_ADDRESS))
		return 0;
	return elf_read(&kernel->elf, head, bytes, file_size, why);
}

/* Section 3.1.5. The header's place in the file and its address say where the file's bytes go. */
static int read_flat(struct multiboot2 *kernel, struct refusal *why)
{
	const struct multiboot2_flat *flat = &kernel->flat;
	struct elf_segment *whole = &kernel->whole;
	uint32_t before = flat->header_addr - flat->load_addr, load_end, end;

	if (flat->load_addr == WHOLE_FILE)
		before = kernel->header;
	whole->to = flat->header_addr - before;
	whole->offset = kernel->header - before;
	load_end = flat->load_end_addr ? flat->load_end_addr
				       : whole->to + (kernel->file_size - whole->offset);
	end = flat->bss_end_addr ? flat->bss_end_addr : load_end;
	if (before > kernel->header || before > flat->header_addr || load_end <= whole->to ||
		end < load_end || load_end - whole->to > kernel->file_size - whole->offset)
		return refuse(why, REFUSE_TAG, MULTIBOOT2_TAG_ADDRESS, load_end - whole->to,
			kernel->header);
	whole->bytes = load_end - whole->to;
	whole->size = end - whole->to;
	kernel->linked = (struct range){whole->to, end};
	return 0;
}

/* A relocated kernel's entry, and everything else of it, keeps its distance to where it was linked.
 */
static int place_kernel(struct multiboot2 *kernel, struct place *place)
{
	const uint32_t size = kernel->linked.end - kernel->linked.start;

	kernel->base = kernel->linked.start;
	if (!multiboot2_has(kernel, MULTIBOOT2_TAG_RELOCATABLE))
		return place_at(place, ITEM_KERNEL, kernel->base, size);
	kernel->base = place_window(place, ITEM_KERNEL, size, &kernel->window);
	return kernel->base ? 0 : -1;
}

int multiboot2_plan(struct multiboot2 *kernel, struct place *place)
{
	const bool flat = multiboot2_has(kernel, MULTIBOOT2_TAG_ADDRESS);

	if (flat ? read_flat(kernel, place->why) < 0
		 : elf_span(&kernel->elf, &kernel->linked, place->why) < 0)
		return -1;
	if (!multiboot2_has(kernel, MULTIBOOT2_TAG_ENTRY))
		kernel->entry = flat ? kernel->linked.start : elf_entry(&kernel->elf);
	if (kernel->entry < kernel->linked.start || kernel->entry >= kernel->linked.end)
		return refuse(place->why, REFUSE_ENTRY_OUTSIDE, kernel->entry, kernel->linked.start,
			kernel->linked.end);
	if (place_kernel(kernel, place) < 0)
		return -1;
	kernel->entry += kernel->base - kernel->linked.start;
	return 0;
}

int multiboot2_piece(const struct multiboot2 *kernel, uint32_t i, struct elf_segment *piece)
{
	const bool flat = multiboot2_has(kernel, MULTIBOOT2_TAG_ADDRESS);
	struct refusal why;
	int kind = 1;

	if (i >= (flat ? 1 : kernel->elf.phnum))
		return -1;
	if (flat)
		*piece = kernel->whole;
	else
		kind = elf_segment(&kernel->elf, i, piece, &why);
	if (kind == 1)
		piece->to += kernel->base - kernel->linked.start;
	return kind;
}
