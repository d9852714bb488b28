/* The words of a refusal. */
#include "tests/testing.h"

#include "refuse.h"

static char line[200];

static void put(char c, void *context)
{
	size_t *length = context;

	assert_true(*length < sizeof(line) - 1);
	line[(*length)++] = c;
	line[*length] = 0;
}

static const struct {
	struct refusal why;
	const char *text;
} rows[] = {
	{{REFUSE_NO_FW_CFG, {0xffffffff}}, "no fw_cfg device (signature 0xffffffff)"},
	{{REFUSE_NO_KERNEL, {0, 2}}, "no payload (setup of 0 bytes, no volume on 2 disks)"},
	{{REFUSE_VOLUME_HEADER, {0x1, 0x2}}, "volume header is damaged (CRC-32 0x1, says 0x2)"},
	{{REFUSE_VOLUME_VERSION, {2, 1}}, "volume of version 2 (this ROM reads 1)"},
	{{REFUSE_VOLUME_SHORT, {9, 10}}, "volume is truncated (disk of 9 sectors, needs 10)"},
	{{REFUSE_VOLUME_PART, {3, 7, 99}},
		"volume has a broken part (number 3, kind 7, at sector 99)"},
	{{REFUSE_VOLUME_SUM, {ITEM_INITRD, 0x1, 0x2}},
		"initrd on the volume is damaged (CRC-32 0x1, says 0x2)"},
	{{REFUSE_DISK, {0x80, 0x20, 7}}, "disk 0x80 cannot be read (status 0x20, at sector 7)"},
	{{REFUSE_READ, {ITEM_INITRD, 1}}, "fw_cfg DMA of initrd failed (control 0x1)"},
	{{REFUSE_CMDLINE, {4294967295u, 255}},
		"command line too long (4294967295 bytes, at most 255)"},
	{{REFUSE_OVERLAP, {ITEM_KERNEL, ITEM_SETUP, 0x10000, 0x90800, 0x90000, 0x9a000}},
		"kernel image overlaps setup (0x10000-0x90800, 0x90000-0x9a000)"},
	{{REFUSE_NOT_RAM, {ITEM_RUNTIME, 0x1000000, 0x4103780, 0x3fe0000}},
		"run-time memory not in RAM (0x1000000-0x4103780, RAM ends at 0x3fe0000)"},
	{{REFUSE_SETUP_DATA, {0, 0x100000, 0x10a0b0c}},
		"setup_data outside the image (0x0 of 0x100000-0x10a0b0c)"},
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = 0;

		refusal_text(&rows[i].why, put, &length);
		assert_string_equal(line, rows[i].text);
	}
}

/* "<what> (<numbers>)", as the README promises, for every code. */
static void test_form(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < REFUSAL_COUNT; code++) {
		const struct refusal why = {(enum refusal_code)code, {1, 1, 1, 1, 1, 1}};
		size_t length = 0;

		refusal_text(&why, put, &length);
		assert_true(length > 4 && line[length - 1] == ')');
		assert_non_null(strstr(line, " ("));
		assert_null(strchr(line, '%'));
	}
}

static void test_refuse(void **state)
{
	struct refusal why;

	(void)state;
	assert_int_equal(refuse(&why, REFUSE_SETUP_SIZE, 1, 2, 3), -1);
	assert_int_equal(why.code, REFUSE_SETUP_SIZE);
	assert_int_equal(why.number[0], 1);
	assert_int_equal(why.number[1], 2);
	assert_int_equal(why.number[2], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_refuse),
	};

	return cmocka_run_group_tests_name("rom/refuse", tests, NULL, NULL);
}
