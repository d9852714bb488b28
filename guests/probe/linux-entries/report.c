/* What Linux is given at its 32-bit or 64-bit entry, line by line: guests/README.md. */
#include "say.h"
#include "../linux/header.h"

#define PAGE_SIZE    0x1000u
#define PROTOCOL     0x20f
#define E820_ENTRIES 0x1e8u
#define E820_TABLE   0x2d0u
#define SCREEN_END   0x40u
#define HEADER_START 0x1f1u
#define HEADER_JUMP  0x201u
#define PAGE_PRESENT 1u
#define PAGE_LARGE   0x80u
#define ADDRESS_MASK 0xfffff000u

struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

static void say_screen(struct out *out, const uint8_t *page)
{
	out_begin(out, "screen");
	out_decimal(out, " x=", page[0]);
	out_decimal(out, " y=", page[1]);
	out_decimal(out, " mode=", page[6]);
	out_decimal(out, " cols=", page[7]);
	out_decimal(out, " lines=", page[0xe]);
	out_decimal(out, " vga=", page[0xf]);
	out_decimal(out, " points=", header_word(page, 0x10, 2));
	out_end(out);
}

/* Has the boot protocol a field there, or the zero page one of what a loader fills? */
static uint32_t is_known(const uint8_t *page, uint32_t at)
{
	return at < SCREEN_END || at == E820_ENTRIES ||
	       (at >= HEADER_START && at < HEADER_JUMP + 1u + page[HEADER_JUMP]) ||
	       (at >= E820_TABLE &&
		       at < E820_TABLE + page[E820_ENTRIES] * sizeof(struct e820_entry));
}

/* "All other fields should be zero": how many bytes are not, and where the first one is. */
static void say_page(struct out *out, const uint8_t *page)
{
	uint32_t first = 0, bytes = 0;

	for (uint32_t at = 0; at < PAGE_SIZE; at++)
		if (page[at] && !is_known(page, at) && !bytes++)
			first = at;
	out_begin(out, "page");
	out_hex(out, " at=", (uint32_t)page, 8);
	out_decimal(out, " stray=", bytes);
	if (bytes)
		out_hex(out, " first=", first, 3);
	out_end(out);
}

static void say_map(struct out *out, const uint8_t *page)
{
	const struct e820_entry *entry = (const struct e820_entry *)(page + E820_TABLE);

	for (uint32_t i = 0; i < page[E820_ENTRIES] && i < 128; i++)
		say_e820(out, entry[i].base, entry[i].size, entry[i].type);
}

/* Entry i of a table, 0 when it is not there or above 4 GiB. */
static uint32_t entry_of(uint32_t table, uint32_t i)
{
	const uint32_t *entry = (const uint32_t *)((table & ADDRESS_MASK) + i * 8);

	return entry[0] & PAGE_PRESENT && !(entry[1] & 0xfffff) ? entry[0] : 0;
}

/* Is a page of 2 MiB mapped to itself? Smaller pages are not looked for. */
static uint32_t is_identity(uint32_t top, uint32_t at)
{
	const uint32_t pointers = entry_of(top, 0);
	uint32_t directory, page;

	if (!pointers)
		return 0;
	directory = entry_of(pointers, at >> 30);
	if (!directory)
		return 0;
	if (directory & PAGE_LARGE)
		return (directory & 0xc0000000) == (at & 0xc0000000);
	page = entry_of(directory, at >> 21 & 511);
	return page & PAGE_LARGE && (page & 0xffe00000) == at;
}

/* How far memory is mapped one to one from 0 on, at most to 4 GiB, in MiB. */
static void say_identity(struct out *out, uint32_t top)
{
	uint32_t pages = 0;

	while (pages < 2048 && is_identity(top, pages << 21))
		pages++;
	out_begin(out, "identity");
	out_decimal(out, " mib=", pages * 2);
	out_end(out);
}

static void say_all(struct say *say, const void *context)
{
	const struct machine *machine = context;
	const uint8_t *page = (const uint8_t *)machine->esi;
	struct out *out = &say->out;

	out_begin(out, machine->bits == 64 ? "begin linux64" : "begin linux32");
	out_hex(out, " protocol=", PROTOCOL, 4);
	out_end(out);
	say_machine(out, machine);
	say_header(out, page);
	say_fields(out, page, PROTOCOL);
	say_page(out, page);
	say_screen(out, page);
	say_map(out, page);
	say_string(say, "cmdline", header_word(page, 0x228, 4));
	say_range(say, "initrd", header_word(page, 0x218, 4), header_word(page, 0x21c, 4));
	if (machine->bits == 64)
		say_identity(out, machine->cr3);
	say_itself(say);
}

void probe(const struct machine *machine)
{
	say_report(say_all, machine);
}
