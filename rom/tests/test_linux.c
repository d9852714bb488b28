/* The setup header by version: what is read from it, what is written into it, and nothing else. */
#include "tests/testing.h"

#include "boot/linux.h"

/* A setup full of a pattern, so that every field that is looked at without right shows. */
static struct linux_setup make_setup(uint16_t version)
{
	struct linux_setup setup;

	memset(&setup, 0xc3, sizeof(setup));
	setup.header.setup_sects = 4;
	setup.header.boot_flag = BOOT_FLAG;
	setup.header.header_magic = version ? HEADER_MAGIC : 0;
	setup.header.version = version;
	setup.header.loadflags = LOADFLAG_HIGH;
	setup.header.initrd_addr_max = 0x7fffffff;
	setup.header.kernel_alignment = 0x200000;
	setup.header.relocatable = 1;
	setup.header.xloadflags = XLOADFLAG_ABOVE_4G;
	setup.header.cmdline_size = 2047;
	setup.header.setup_data = 0x123450;
	setup.header.pref_address = 0x1000000;
	setup.header.init_size = 0x3000000;
	return setup;
}

static struct linux linux_of(uint32_t setup_size)
{
	struct linux linux;

	memset(&linux, 0xa5, sizeof(linux));
	linux.size[ITEM_SETUP] = setup_size;
	return linux;
}

struct version_row {
	uint16_t written, version;
	bool high, relocatable, above_4g;
	uint32_t cmdline_max, initrd_max, alignment, pref_address, init_size, setup_data;
};

#define OLD 0x37ffffff
#define NEW 0x7fffffff
static const struct version_row versions[] = {
	{0x000, LINUX_OLD, false, false, false, 255, OLD, 1, 0, 0, 0},
	{0x200, 0x200, true, false, false, 255, OLD, 1, 0, 0, 0},
	{0x201, 0x201, true, false, false, 255, OLD, 1, 0, 0, 0},
	{0x202, 0x202, true, false, false, 255, OLD, 1, 0, 0, 0},
	{0x203, 0x203, true, false, false, 255, NEW, 1, 0, 0, 0},
	{0x204, 0x204, true, false, false, 255, NEW, 1, 0, 0, 0},
	{0x205, 0x205, true, true, false, 255, NEW, 0x200000, 0, 0, 0},
	{0x206, 0x206, true, true, false, 2047, NEW, 0x200000, 0, 0, 0},
	{0x207, 0x207, true, true, false, 2047, NEW, 0x200000, 0, 0, 0},
	{0x208, 0x208, true, true, false, 2047, NEW, 0x200000, 0, 0, 0},
	{0x209, 0x209, true, true, false, 2047, NEW, 0x200000, 0, 0, 0x123450},
	{0x20a, 0x20a, true, true, false, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x20b, 0x20b, true, true, false, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x20c, 0x20c, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x20d, 0x20d, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x20e, 0x20d, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x20f, 0x20f, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0x210, 0x20f, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
	{0xffff, 0x20f, true, true, true, 2047, NEW, 0x200000, 0x1000000, 0x3000000, 0x123450},
};

static void test_read_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		const struct version_row *row = &versions[i];
		const struct linux_setup setup = make_setup(row->written);
		struct linux linux = linux_of(2560);
		struct refusal why;
		char name[16];

		snprintf(name, sizeof(name), "%x", row->written);
		check_row(name, linux_read(&linux, &setup.header, &why), 0);
		check_row(name, linux.version, row->version);
		check_row(name, linux.loaded_high, row->high);
		check_row(name, linux.relocatable, row->relocatable);
		check_row(name, linux.above_4g, row->above_4g);
		check_row(name, linux.cmdline_max, row->cmdline_max);
		check_row(name, linux.initrd_max, row->initrd_max);
		check_row(name, linux.alignment, row->alignment);
		check_row(name, linux.pref_address, row->pref_address);
		check_row(name, linux.init_size, row->init_size);
		check_row(name, linux.setup_data, row->setup_data);
	}
}

/* Values of fields that have a meaning of their own. */
static void test_read_values(void **state)
{
	struct linux_setup setup = make_setup(0x20f);
	struct linux linux = linux_of(2560);
	struct refusal why;

	(void)state;
	setup.header.cmdline_size = 0;
	setup.header.kernel_alignment = 0;
	setup.header.loadflags = 0xfe;
	setup.header.xloadflags = 0xfffd;
	setup.header.pref_address = 0x100000000;
	setup.header.setup_data = 0xffffffff00000000;
	assert_int_equal(linux_read(&linux, &setup.header, &why), 0);
	assert_int_equal(linux.cmdline_max, 0);
	assert_int_equal(linux.alignment, 1);
	assert_false(linux.loaded_high);
	assert_false(linux.above_4g);
	assert_int_equal(linux.pref_address, ADDRESS_END);
	assert_int_equal(linux.setup_data, ADDRESS_END);
	setup.header.kernel_alignment = 3;
	setup.header.relocatable = 0;
	assert_int_equal(linux_read(&linux, &setup.header, &why), 0);
	assert_int_equal(linux.alignment, 1);
}

struct bad_row {
	const char *name;
	uint16_t version, boot_flag;
	uint8_t sects;
	uint32_t magic, alignment, size;
	int refused; /* -1: not */
};

static const struct bad_row bad_rows[] = {
	{"good", 0x20f, 0xaa55, 4, HEADER_MAGIC, 1, 2560, -1},
	{"boot flag counts only without HdrS", 0x20f, 0, 4, HEADER_MAGIC, 1, 2560, -1},
	{"old", 0, 0xaa55, 4, 0, 1, 2560, -1},
	{"neither", 0, 0x55aa, 4, 0, 1, 2560, REFUSE_NOT_LINUX},
	{"hdrs", 0x20f, 0, 4, 0x73726448, 1, 2560, REFUSE_NOT_LINUX},
	{"1.ff", 0x1ff, 0xaa55, 4, HEADER_MAGIC, 1, 2560, REFUSE_VERSION},
	{"0", 0, 0xaa55, 4, HEADER_MAGIC, 1, 2560, REFUSE_VERSION},
	{"0 sectors are 4", 0x20f, 0xaa55, 0, HEADER_MAGIC, 1, 2560, -1},
	{"0 sectors are 4, short", 0x20f, 0xaa55, 0, HEADER_MAGIC, 1, 2559, REFUSE_SETUP_SIZE},
	{"1 sector", 0x20f, 0xaa55, 1, HEADER_MAGIC, 1, 1024, -1},
	{"short by a byte", 0x20f, 0xaa55, 4, HEADER_MAGIC, 1, 2559, REFUSE_SETUP_SIZE},
	{"63 sectors", 0x20f, 0xaa55, 63, HEADER_MAGIC, 1, 0x8000, -1},
	{"64 sectors", 0x20f, 0xaa55, 64, HEADER_MAGIC, 1, 0x8200, REFUSE_SETUP_SIZE},
	{"255 sectors", 0x20f, 0xaa55, 255, HEADER_MAGIC, 1, 0x20000, REFUSE_SETUP_SIZE},
	{"alignment 3", 0x20f, 0xaa55, 4, HEADER_MAGIC, 3, 2560, REFUSE_ALIGNMENT},
	{"alignment 3, before 2.05", 0x204, 0xaa55, 4, HEADER_MAGIC, 3, 2560, -1},
	{"largest alignment", 0x20f, 0xaa55, 4, HEADER_MAGIC, 0x80000000, 2560, -1},
};

static void test_read_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		struct linux_setup setup = make_setup(row->version);
		struct linux linux = linux_of(row->size);
		struct refusal why;

		setup.header.boot_flag = row->boot_flag;
		setup.header.setup_sects = row->sects;
		setup.header.header_magic = row->magic;
		setup.header.kernel_alignment = row->alignment;
		check_row(row->name, linux_read(&linux, &setup.header, &why),
			row->refused < 0 ? 0 : -1);
		if (row->refused >= 0)
			check_row(row->name, why.code, row->refused);
	}
}

/* The bytes that may differ from the file, by version: the whole list, as boot.rst has it. */
struct field {
	uint16_t from, below, offset, bytes;
	uint32_t value;
};

static const struct field fields[] = {
	{0x000, 0x202, 0x020, 2, 0xa33f},
	{0x000, 0x202, 0x022, 2, 0x9ef0},
	{0x200, 0xfff, 0x210, 1, 0xff},
	{0x201, 0xfff, 0x211, 1, 0x81},
	{0x200, 0xfff, 0x218, 4, 0x7000000},
	{0x200, 0xfff, 0x21c, 4, 0x12345},
	{0x201, 0xfff, 0x224, 2, 0x9cf0},
	{0x202, 0xfff, 0x228, 4, 0x99ef0},
};

static void write_bytes(uint8_t *to, const struct field *field)
{
	for (unsigned int i = 0; i < field->bytes; i++)
		to[field->offset + i] = (uint8_t)(field->value >> 8 * i);
}

static void test_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct linux_setup setup = make_setup(versions[i].written), wanted = setup;
		struct linux linux = linux_of(2560);
		char name[16];

		linux.version = versions[i].version;
		linux.at[ITEM_SETUP] = 0x90000;
		linux.at[ITEM_CMDLINE] = 0x99ef0;
		linux.at[ITEM_INITRD] = 0x7000000;
		linux.size[ITEM_INITRD] = 0x12345;
		linux.window = 0x9ef0;
		linux.setup_data_size = 0;
		linux.options = (struct cmdline_options){0};
		for (size_t f = 0; f < COUNT(fields); f++)
			if (linux.version >= fields[f].from && linux.version < fields[f].below)
				write_bytes((uint8_t *)&wanted, &fields[f]);
		linux_write(&linux, &setup);
		snprintf(name, sizeof(name), "%x", versions[i].written);
		for (size_t b = 0; b < sizeof(setup); b++)
			if (((uint8_t *)&setup)[b] != ((uint8_t *)&wanted)[b])
				fail_msg("%s: byte 0x%zx is 0x%x, not 0x%x", name, b,
					((uint8_t *)&setup)[b], ((uint8_t *)&wanted)[b]);
	}
}

static void test_write_optional(void **state)
{
	struct linux_setup setup = make_setup(0x20f);
	struct linux linux = linux_of(2560);

	(void)state;
	linux.version = 0x20f;
	linux.window = 0x10000;
	linux.setup_data_size = 0x30;
	linux.setup_data_to = 0x6fff000;
	linux.options = (struct cmdline_options){.vga_seen = true, .vga = 0x317};
	linux_write(&linux, &setup);
	assert_int_equal(setup.header.setup_data, 0x6fff000);
	assert_int_equal(setup.header.vid_mode, 0x317);
	assert_int_equal(setup.header.heap_end_ptr, 0xfe00);
}

/* A list of nodes, each {offset of the next one or -1 for the end, length}. */
struct list_row {
	const char *name;
	uint32_t size;
	struct {
		uint32_t at, length;
		int64_t next;
	} node[3];
	bool good;
};

static const struct list_row list_rows[] = {
	{"one", 32, {{0, 16, -1}}, true},
	{"one, empty", 16, {{0, 0, -1}}, true},
	{"two", 64, {{0, 16, 32}, {32, 16, -1}}, true},
	{"three", 64, {{0, 0, 16}, {16, 8, 48}, {48, 0, -1}}, true},
	{"too long by a byte", 31, {{0, 16, -1}}, false},
	{"header cut short", 15, {{0, 0, -1}}, false},
	{"length of 4 GiB", 32, {{0, 0xffffffff, -1}}, false},
	{"next is outside", 64, {{0, 16, 64}}, false},
	{"next is cut short", 64, {{0, 16, 49}}, false},
	{"next is far outside", 64, {{0, 16, 0x123400000000}}, false},
	{"next is before the list", 64, {{0, 16, -32}}, false},
	{"itself", 64, {{0, 16, 0}}, false},
	{"back", 64, {{0, 16, 32}, {32, 16, 0}}, false},
	{"inside the one before", 64, {{0, 16, 24}}, false},
};

#define LIST_FROM 0x500000u
#define LIST_TO	  0x7000000u

static void test_setup_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list_rows); i++) {
		const struct list_row *row = &list_rows[i];
		uint8_t bytes[96] = {0};
		struct linux linux = linux_of(2560);
		struct refusal why;

		linux.setup_data = LIST_FROM;
		linux.setup_data_to = LIST_TO;
		linux.setup_data_size = row->size;
		for (size_t n = 0; n < 3 && (!n || row->node[n].at); n++) {
			struct linux_setup_data node = {0, 9, row->node[n].length};

			if (row->node[n].next != -1)
				node.next = (uint64_t)(row->node[n].next + LIST_FROM);
			memcpy(bytes + row->node[n].at, &node, sizeof(node));
		}
		check_row(
			row->name, linux_move_setup_data(&linux, bytes, &why), row->good ? 0 : -1);
		if (!row->good)
			check_row(row->name, why.code, REFUSE_SETUP_DATA);
		for (size_t n = 0; row->good && n < 3 && (!n || row->node[n].at); n++) {
			struct linux_setup_data node;
			const int64_t next = row->node[n].next;

			memcpy(&node, bytes + row->node[n].at, sizeof(node));
			check_row(row->name, node.next, next == -1 ? 0 : next + LIST_TO);
			check_row(row->name, node.length, row->node[n].length);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_versions),
		cmocka_unit_test(test_read_values),
		cmocka_unit_test(test_read_refuses),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_optional),
		cmocka_unit_test(test_setup_data),
	};

	return cmocka_run_group_tests_name("rom/linux", tests, NULL, NULL);
}
