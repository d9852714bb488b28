/* vga= and mem= as words of a kernel command line. */
#include "tests/testing.h"

#include "boot/cmdline.h"

#define ANY UINT32_MAX
#define MIB 0x100000u

struct row {
	const char *line;
	uint32_t mem_last;
	uint16_t vga;
	bool vga_seen;
};

static const struct row rows[] = {
	{"", ANY, 0xffff, false},
	{"quiet", ANY, 0xffff, false},
	/* vga= */
	{"vga=792", ANY, 792, true},
	{"vga=0x317", ANY, 0x317, true},
	{"vga=0X317 quiet", ANY, 0x317, true},
	{"vga=01417", ANY, 01417, true},
	{"vga=0", ANY, 0, true},
	{"vga=65535", ANY, 65535, true},
	{"vga=65536", ANY, 0xffff, true},
	{"vga=99999999999", ANY, 0xffff, true},
	{"vga=normal", ANY, 0xffff, true},
	{"vga=ext", ANY, 0xfffe, true},
	{"vga=ask", ANY, 0xfffd, true},
	{"vga=asking", ANY, 0xffff, true},
	{"vga=as", ANY, 0xffff, true},
	{"vga=792 quiet", ANY, 792, true},
	{"quiet vga=792", ANY, 792, true},
	{"quiet\tvga=792\n", ANY, 792, true},
	{"  vga=792  ", ANY, 792, true},
	{"vga=792,5", ANY, 0xffff, true},
	{"vga=0x", ANY, 0xffff, true},
	{"vga=08", ANY, 0xffff, true},
	{"vga=-1", ANY, 0xffff, true},
	{"vga=", ANY, 0xffff, true},
	{"vga= 792", ANY, 0xffff, true},
	{"foo_vga=5", ANY, 0xffff, true},
	{"nvga=5 vga=6", ANY, 6, true},
	{"vga=6 nvga=5", ANY, 6, true},
	{"vga=5 vga=6", ANY, 6, true},
	{"vga=5 vga=x", ANY, 5, true},
	{"\"vga=5\"", ANY, 5, true},
	{"vga=\"5\"", ANY, 5, true},
	{"a=\"b vga=5\"", ANY, 0xffff, true},
	{"a=\"b\" vga=5", ANY, 5, true},
	{"-- vga=5", ANY, 0xffff, true},
	{"vga=5 -- vga=6", ANY, 5, true},
	{"--- vga=5", ANY, 5, true},
	{"--x vga=5", ANY, 5, true},
	{"vga", ANY, 0xffff, false},
	{"VGA=5", ANY, 0xffff, false},
	/* mem= */
	{"mem=64M", 64 * MIB - 1, 0xffff, false},
	{"mem=64m", 64 * MIB - 1, 0xffff, false},
	{"mem=65536K", 64 * MIB - 1, 0xffff, false},
	{"mem=1G", 1024 * MIB - 1, 0xffff, false},
	{"mem=67108864", 64 * MIB - 1, 0xffff, false},
	{"mem=0x4000000", 64 * MIB - 1, 0xffff, false},
	{"mem=0x40m", 64 * MIB - 1, 0xffff, false},
	{"mem=0100M", 64 * MIB - 1, 0xffff, false},
	{"mem=1", 0, 0xffff, false},
	{"mem=4G", UINT32_MAX - 1, 0xffff, false},
	{"mem=5G", UINT32_MAX - 1, 0xffff, false},
	{"mem=4095M", 0xffefffff, 0xffff, false},
	{"mem=1T", UINT32_MAX - 1, 0xffff, false},
	{"mem=99999999999999999999", UINT32_MAX - 1, 0xffff, false},
	{"mem=0", ANY, 0xffff, false},
	{"mem=", ANY, 0xffff, false},
	{"mem=nopentium", ANY, 0xffff, false},
	{"mem=64M@16M", 64 * MIB - 1, 0xffff, false},
	{"mem=32M mem=64M", 32 * MIB - 1, 0xffff, false},
	{"mem=64M mem=32M", 32 * MIB - 1, 0xffff, false},
	{"xmem=64M", ANY, 0xffff, false},
	{"memmap=64M", ANY, 0xffff, false},
	{"a=\"mem=64M mem=32M\"", ANY, 0xffff, false},
	{"\"mem=64M\" quiet", 64 * MIB - 1, 0xffff, false},
	{"mem=\"64M\"", 64 * MIB - 1, 0xffff, false},
	{"quiet -- mem=64M", ANY, 0xffff, false},
	{"quiet --", ANY, 0xffff, false},
	{"\xff\xfe mem=64M \xc3\xbc", 64 * MIB - 1, 0xffff, false},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cmdline_options got;

		cmdline_scan(rows[i].line, &got);
		check_row(rows[i].line, got.mem_last, rows[i].mem_last);
		check_row(rows[i].line, got.vga, rows[i].vga);
		check_row(rows[i].line, got.vga_seen, rows[i].vga_seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests_name("rom/cmdline", tests, NULL, NULL);
}
