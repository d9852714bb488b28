/* The reader of setup headers, against bytes put where the boot protocol says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "payload/linux_header.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

static uint8_t file[64 * 1024];

static void put(unsigned offset, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		file[offset + i] = (uint8_t)(value >> (8 * i));
}

/* A file of 0x5a bytes with a header of @version. */
static void make(unsigned version, unsigned sects)
{
	memset(file, 0x5a, sizeof(file));
	put(0x1f1, sects, 1);
	put(0x1fe, 0xaa55, 2);
	if (!version)
		return;
	memcpy(file + 0x202, "HdrS", 4);
	put(0x206, version, 2);
}

static struct linux_header read_all(size_t size)
{
	struct linux_header header;
	struct error error = {""};

	if (linux_header_read(file, size, &header, &error))
		fail_msg("%s", error.text);
	return header;
}

static const char *refusal(size_t size)
{
	static struct error error;
	struct linux_header header;

	assert_int_equal(linux_header_read(file, size, &header, &error), -1);
	return error.text;
}

static void test_fields_are_where_the_protocol_says(void **state)
{
	struct linux_header header;

	(void)state;
	make(0x20f, 7);
	put(0x1f4, 0x12345678, 4);
	put(0x211, 0x81, 1);
	put(0x224, 0xfe00, 2);
	put(0x22c, 0x7fffffff, 4);
	put(0x234, 1, 1);
	put(0x236, 0x3f, 2);
	put(0x238, 2047, 4);
	put(0x258, 0x123456789abcdef0, 8);
	put(0x260, 0x3378000, 4);
	put(0x268, 0xcafe, 4);
	header = read_all(10000);
	assert_true(header.has_header);
	assert_int_equal(header.version, 0x20f);
	assert_int_equal(header.setup_size, 8 * 512);
	assert_int_equal(header.image_offset, 8 * 512);
	assert_int_equal(header.image_size, 10000 - 8 * 512);
	assert_int_equal(header.syssize, 0x12345678);
	assert_int_equal(header.loadflags, LINUX_LOADED_HIGH | LINUX_CAN_USE_HEAP);
	assert_int_equal(header.heap_end_ptr, 0xfe00);
	assert_int_equal(header.initrd_addr_max, 0x7fffffff);
	assert_int_equal(header.relocatable_kernel, 1);
	assert_int_equal(header.xloadflags, 0x3f);
	assert_int_equal(header.cmdline_size, 2047);
	assert_true(header.pref_address == 0x123456789abcdef0);
	assert_int_equal(header.init_size, 0x3378000);
	assert_int_equal(header.kernel_info_offset, 0xcafe);
}

static void test_fields_of_later_versions_are_not_read(void **state)
{
	static const struct {
		const char *name;
		unsigned last_without;
	} fields[] = {
		{"heap_end_ptr", 0x200},
		{"cmd_line_ptr", 0x201},
		{"initrd_addr_max", 0x202},
		{"kernel_alignment", 0x204},
		{"cmdline_size", 0x205},
		{"hardware_subarch", 0x206},
		{"payload_offset", 0x207},
		{"setup_data", 0x208},
		{"init_size", 0x209},
		{"handover_offset", 0x20a},
		{"xloadflags", 0x20b},
		{"kernel_info_offset", 0x20e},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		assert_null(linux_field_find(fields[i].name, fields[i].last_without));
		assert_non_null(linux_field_find(fields[i].name, fields[i].last_without + 1));
	}
	make(0x202, 4);
	assert_int_equal(read_all(5000).initrd_addr_max, 0x37ffffff);
	assert_int_equal(read_all(5000).cmdline_size, 255);
	assert_int_equal(read_all(5000).init_size, 0);
	make(0x203, 4);
	assert_int_equal(read_all(5000).initrd_addr_max, 0x5a5a5a5a);
}

static void test_syssize_grew_in_2_04(void **state)
{
	(void)state;
	make(0x203, 4);
	assert_int_equal(read_all(5000).syssize, 0x5a5a);
	make(0x204, 4);
	assert_int_equal(read_all(5000).syssize, 0x5a5a5a5a);
}

static void test_an_image_without_hdrs_is_old(void **state)
{
	struct linux_header header;

	(void)state;
	make(0, 4);
	header = read_all(5000);
	assert_false(header.has_header);
	assert_int_equal(header.version, 0);
	assert_int_equal(header.loadflags, 0);
	assert_int_equal(header.setup_size, 2560);
	assert_int_equal(header.vid_mode, 0x5a5a);
}

static void test_a_version_from_the_future_is_read_as_far_as_known(void **state)
{
	(void)state;
	make(0x234, 4);
	assert_int_equal(read_all(5000).version, 0x234);
	assert_int_equal(read_all(5000).init_size, 0x5a5a5a5a);
}

static void test_setup_sects_zero_means_four(void **state)
{
	(void)state;
	make(0x20f, 0);
	assert_int_equal(read_all(2560).setup_size, 2560);
	assert_int_equal(read_all(2560).image_size, 0);
	assert_int_equal(read_all(2561).image_size, 1);
	assert_string_equal(refusal(2559),
		"the setup should have 2560 bytes (setup_sects 0), the file has 2559");
}

static void test_what_is_no_image_is_refused(void **state)
{
	(void)state;
	make(0x20f, 0);
	assert_non_null(strstr(refusal(0x26b), "619 bytes are too few"));
	put(0x1fe, 0x1234, 2);
	assert_non_null(strstr(refusal(5000), "boot_flag at 0x1fe is 0x1234, not 0xaa55"));
	make(0x1ff, 4);
	assert_non_null(strstr(refusal(5000), "version 0x01ff"));
}

static void test_table_has_no_overlaps(void **state)
{
	(void)state;
	for (unsigned version = 0x200; version <= LINUX_PROTOCOL_LAST; version++) {
		unsigned end = LINUX_HEADER_FIRST;

		for (unsigned at = LINUX_HEADER_FIRST; at < LINUX_HEADER_END; at++)
			for (const struct linux_field *field = linux_fields; field->name; field++) {
				if (field->offset != at || !linux_field_valid(field, version))
					continue;
				assert_true(at >= end);
				end = at + field->width;
			}
		assert_true(end <= LINUX_HEADER_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_are_where_the_protocol_says),
		cmocka_unit_test(test_fields_of_later_versions_are_not_read),
		cmocka_unit_test(test_syssize_grew_in_2_04),
		cmocka_unit_test(test_an_image_without_hdrs_is_old),
		cmocka_unit_test(test_a_version_from_the_future_is_read_as_far_as_known),
		cmocka_unit_test(test_setup_sects_zero_means_four),
		cmocka_unit_test(test_what_is_no_image_is_refused),
		cmocka_unit_test(test_table_has_no_overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
