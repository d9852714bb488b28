/* ELF: both classes, and numbers that lie. */
#include "tests/testing.h"

#include "boot/elf.h"
#include "tests/elves.h"

static uint8_t file[ELF_FILE];
static struct refusal why;
static struct elf elf;

static const struct test_segment two[] = {
	{PT_LOAD, 0x1000, 0xc0100000, 0x100000, 0x800, 0x1000},
	{PT_NOTE, 0xffff0000, 0, 0, 0xffffffff, 0xffffffff},
	{PT_LOAD, 0x1800, 0xc0200000, 0x200000, 0x10, 0x400},
};

static void make(bool is_64)
{
	memset(file, 0, sizeof(file));
	if (is_64)
		put_elf64(file, 0xc0100010, two, COUNT(two));
	else
		put_elf32(file, 0xc0100010, two, COUNT(two));
}

static void check_good(bool is_64)
{
	struct elf_segment segment;
	struct range span;

	make(is_64);
	assert_int_equal(elf_read(&elf, file, sizeof(file), sizeof(file), &why), 0);
	assert_int_equal(elf.is_64, is_64);
	assert_int_equal(elf_span(&elf, &span, &why), 0);
	assert_int_equal(span.start, 0x100000);
	assert_int_equal(span.end, 0x200400);
	assert_int_equal(elf_entry(&elf), 0x100010);
	assert_int_equal(elf_segment(&elf, 1, &segment, &why), 0);
	assert_int_equal(elf_segment(&elf, 2, &segment, &why), 1);
	assert_int_equal(segment.offset, 0x1800);
	assert_int_equal(segment.to, 0x200000);
	assert_int_equal(segment.bytes, 0x10);
	assert_int_equal(segment.size, 0x400);
}

static void test_good(void **state)
{
	(void)state;
	check_good(false);
	check_good(true);
}

/* Bytes of the file header that make it no ELF for us. */
struct change {
	const char *name;
	uint32_t at;
	uint8_t value;
};

static const struct change changes[] = {
	{"magic", 0, 0x7e},
	{"class", 4, 3},
	{"big endian", 5, 2},
	{"machine", 18, 40},
	{"program headers far away", 30, 1},
	{"program headers of 31 bytes", 42, 31},
	{"65283 program headers", 45, 0xff},
	{"sections of 39 bytes", 46, 39},
};

static void test_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		make(false);
		file[48] = 1; /* e_shnum */
		file[46] = 40;
		check_row("control", elf_read(&elf, file, sizeof(file), sizeof(file), &why), 0);
		file[changes[i].at] = changes[i].value;
		check_row(changes[i].name, elf_read(&elf, file, sizeof(file), sizeof(file), &why),
			-1);
		check_row(changes[i].name, why.code, REFUSE_ELF);
	}
	make(false);
	assert_int_equal(elf_read(&elf, file, 63, sizeof(file), &why), -1);
}

struct segment_row {
	const char *name;
	struct test_segment segment;
	int kind;
};

static const struct segment_row segment_rows[] = {
	{"whole file", {PT_LOAD, 0, 0, 0x100000, ELF_FILE, ELF_FILE}, 1},
	{"a byte more", {PT_LOAD, 0, 0, 0x100000, ELF_FILE + 1, ELF_FILE + 1}, -1},
	{"zeros only, at its end", {PT_LOAD, ELF_FILE, 0, 0x100000, 0, 1}, 1},
	{"zeros only, behind it", {PT_LOAD, ELF_FILE + 1, 0, 0x100000, 0, 1}, -1},
	{"larger in the file", {PT_LOAD, 0, 0, 0x100000, 2, 1}, -1},
	{"nothing", {PT_LOAD, 0, 0, 0x100000, 0, 0}, 0},
	{"up to 4 GiB", {PT_LOAD, 0, 0, 0xfffff000, 1, 0x1000}, -1},
	{"over 4 GiB", {PT_LOAD, 0, 0, 0xfffff000, 1, 0x1001}, -1},
	{"above 4 GiB", {PT_LOAD, 0, 0, 0x100000000, 1, 1}, -1},
	{"offset wraps", {PT_LOAD, UINT64_MAX, 0, 0x100000, 2, 2}, -1},
	{"address wraps", {PT_LOAD, 0, 0, UINT64_MAX, 2, 2}, -1},
	{"size of 16 EiB", {PT_LOAD, 0, 0, 0x100000, 1, UINT64_MAX}, -1},
};

static void test_segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(segment_rows); i++) {
		const struct segment_row *row = &segment_rows[i];
		struct elf_segment segment;
		struct range span;

		memset(file, 0, sizeof(file));
		put_elf64(file, 0, &row->segment, 1);
		check_row(row->name, elf_read(&elf, file, sizeof(file), sizeof(file), &why), 0);
		check_row(row->name, elf_segment(&elf, 0, &segment, &why), row->kind);
		check_row(row->name, elf_span(&elf, &span, &why), row->kind == 1 ? 0 : -1);
	}
}

static void test_sections(void **state)
{
	uint8_t table[3 * 40] = {0};
	struct elf_section section;
	Elf32_Shdr *header = (Elf32_Shdr *)table;

	(void)state;
	make(false);
	file[48] = 3;
	file[46] = 40;
	file[32] = 0x80;
	assert_int_equal(elf_read(&elf, file, sizeof(file), sizeof(file), &why), 0);
	assert_int_equal(elf.shoff, 0x80);
	header[1] = (Elf32_Shdr){.sh_type = SHT_SYMTAB, .sh_offset = 0x100, .sh_size = 0x40};
	header[2] = (Elf32_Shdr){.sh_type = SHT_STRTAB, .sh_offset = ELF_FILE, .sh_size = 1};
	assert_int_equal(elf_section(&elf, table, 0, &section, &why), 0);
	assert_false(section.wanted);
	assert_int_equal(elf_section(&elf, table, 1, &section, &why), 0);
	assert_true(section.wanted);
	assert_int_equal(section.offset, 0x100);
	assert_int_equal(section.size, 0x40);
	elf_section_set(&elf, table, 1, 0x12345678);
	assert_int_equal(header[1].sh_addr, 0x12345678);
	assert_int_equal(elf_section(&elf, table, 2, &section, &why), -1);
	header[2].sh_flags = SHF_ALLOC;
	assert_int_equal(elf_section(&elf, table, 2, &section, &why), 0);
	assert_false(section.wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests_name("rom/elf", tests, NULL, NULL);
}
