#include <string.h>

#include "files.h"
#include "report.h"
#include "zeropage.h"

#define PAGE	     4096
#define ROW	     64
#define E820_ENTRIES 0x1e8
#define E820_TABLE   0x2d0
#define E820_MOST    128
#define E820_ENTRY   20

/* Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header", and zero-page.rst. */
static const struct {
	const char *name;
	unsigned offset, size;
} fields[] = {
	{"ramdisk_image", 0x218, 4},
	{"ramdisk_size", 0x21c, 4},
	{"ext_ramdisk_image", 0x0c0, 4},
	{"ext_ramdisk_size", 0x0c4, 4},
	{"cmd_line_ptr", 0x228, 4},
	{"ext_cmd_line_ptr", 0x0c8, 4},
	{"type_of_loader", 0x210, 1},
	{"loadflags", 0x211, 1},
	{"heap_end_ptr", 0x224, 2},
	{"code32_start", 0x214, 4},
	{"setup_data", 0x250, 8},
	{"vid_mode", 0x1fa, 2},
	{"protocol", 0x206, 2},
};

static unsigned char page[PAGE];

static uint64_t number(unsigned offset, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, page + offset, size);
	return value;
}

static void report_row(unsigned offset)
{
	static const unsigned char zero[ROW];

	if (!memcmp(page + offset, zero, ROW))
		return;
	line_begin();
	line_text("zeropage ");
	line_hex(offset, 3);
	line_text("=");
	for (unsigned at = offset; at < offset + ROW; at++)
		line_hex(page[at], 2);
	line_end();
}

static void report_fields(void)
{
	line_begin();
	line_text("field");
	for (unsigned index = 0; index < sizeof fields / sizeof *fields; index++) {
		line_text(" ");
		line_text(fields[index].name);
		line_text("=0x");
		line_hex(number(fields[index].offset, fields[index].size), 1);
	}
	line_end();
}

static void report_e820(void)
{
	unsigned count = page[E820_ENTRIES];

	for (unsigned index = 0; index < count && index < E820_MOST; index++) {
		unsigned at = E820_TABLE + index * E820_ENTRY;

		line_begin();
		line_text("e820 ");
		line_hex(number(at, 8), 16);
		line_text(" ");
		line_hex(number(at + 8, 8), 16);
		line_text(" ");
		line_decimal(number(at + 16, 4));
		line_end();
	}
}

void report_zeropage(void)
{
	if (read_whole("/sys/kernel/boot_params/data", page, sizeof page) != PAGE)
		return;
	for (unsigned offset = 0; offset < PAGE; offset += ROW)
		report_row(offset);
	report_fields();
	report_e820();
}
