/* What a Multiboot 2 kernel is given (specification 2.0, 3.6), line by line: guests/README.md. */
#include "say.h"

#define TAGS_MOST 256u

enum {
	END,
	CMDLINE,
	LOADER,
	MODULE,
	MEMORY,
	MMAP = 6,
	SECTIONS = 9,
	RSDP_OLD = 14,
	RSDP_NEW,
	BASE = 21
};

struct tag {
	uint32_t type, size;
	uint32_t word[];
};

struct memory {
	uint64_t base, length;
	uint32_t type, reserved;
};

static uint32_t at_of(const void *pointer)
{
	return (uint32_t)pointer;
}

static void say_memory(struct out *out, const struct tag *tag)
{
	out_begin(out, "memory");
	out_decimal(out, " lower=", tag->word[0]);
	out_decimal(out, " upper=", tag->word[1]);
	out_end(out);
}

static void say_map(struct out *out, const struct tag *tag)
{
	const uint32_t step = tag->word[0];
	uint32_t left = tag->size - 16, at = at_of(&tag->word[2]);

	for (; step >= sizeof(struct memory) && left >= step; left -= step, at += step) {
		const struct memory *memory = (const struct memory *)at;

		say_e820(out, memory->base, memory->length, memory->type);
	}
}

/* Section headers of 32 or 64 bits; the symbols and strings that they say are in memory. */
static void say_sections(struct say *say, const struct tag *tag)
{
	const uint32_t entry = tag->word[1];
	uint32_t left = tag->size - 20, at = at_of(&tag->word[3]);

	out_begin(&say->out, "sections");
	out_decimal(&say->out, " num=", tag->word[0]);
	out_decimal(&say->out, " entsize=", entry);
	out_decimal(&say->out, " shndx=", tag->word[2]);
	out_end(&say->out);
	for (; entry >= 40 && left >= entry; left -= entry, at += entry) {
		const uint32_t *header = (const uint32_t *)at;

		if (header[1] == 2 || header[1] == 3)
			say_range(say, header[1] == 2 ? "symbols" : "strings",
				header[entry == 64 ? 4 : 3], header[entry == 64 ? 8 : 5]);
	}
}

static void say_module(struct say *say, const struct tag *tag)
{
	say_range(say, "module", tag->word[0], tag->word[1] - tag->word[0]);
	say_string(say, "string", at_of(&tag->word[2]));
}

static void say_base(struct out *out, const struct tag *tag)
{
	out_begin(out, "base");
	out_hex(out, " at=", tag->word[0], 8);
	out_end(out);
}

static void say_tag(struct say *say, const struct tag *tag)
{
	out_begin(&say->out, "tag");
	out_decimal(&say->out, " type=", tag->type);
	out_decimal(&say->out, " size=", tag->size);
	out_end(&say->out);
	if (tag->type == CMDLINE)
		say_string(say, "cmdline", at_of(tag->word));
	if (tag->type == LOADER)
		say_string(say, "loader", at_of(tag->word));
	if (tag->type == MODULE)
		say_module(say, tag);
	if (tag->type == MEMORY)
		say_memory(&say->out, tag);
	if (tag->type == MMAP)
		say_map(&say->out, tag);
	if (tag->type == SECTIONS)
		say_sections(say, tag);
	if (tag->type == RSDP_OLD || tag->type == RSDP_NEW)
		say_rsdp(&say->out, at_of(tag->word));
	if (tag->type == BASE)
		say_base(&say->out, tag);
}

static void say_info(struct say *say, uint32_t info)
{
	const uint32_t *head = (const uint32_t *)info;
	uint32_t offset = 8;

	out_begin(&say->out, "info");
	out_hex(&say->out, " at=", info, 8);
	out_decimal(&say->out, " size=", head[0]);
	out_hex(&say->out, " reserved=", head[1], 8);
	out_end(&say->out);
	for (uint32_t i = 0; i < TAGS_MOST && offset + 8 <= head[0]; i++) {
		const struct tag *tag = (const struct tag *)(info + offset);

		say_tag(say, tag);
		if (tag->type == END || tag->size < 8)
			break;
		offset += (tag->size + 7) & ~7u;
	}
}

static void say_all(struct say *say, const void *context)
{
	const struct machine *machine = context;

	out_begin(&say->out, "begin multiboot2");
	out_end(&say->out);
	say_machine(&say->out, machine);
	if (machine->eax == 0x36d76289)
		say_info(say, machine->ebx);
	say_itself(say);
}

void probe(const struct machine *machine)
{
	say_report(say_all, machine);
}
