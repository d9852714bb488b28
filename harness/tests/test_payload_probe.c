/* Probe kernels of every version, made from a template that is no code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "payload/linux_header.h"
#include "payload/probe.h"
#include "../guests/probe/linux/params.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

#define SETUP16 1000
#define CODE32	3001

static uint8_t template[SETUP16 + CODE32];

static void set_sizes(uint16_t setup16, uint16_t code32)
{
	struct probe_params params = {.setup16_size = setup16, .code32_size = code32};

	memcpy(params.magic, PARAMS_MAGIC, sizeof(params.magic));
	memcpy(template + PARAMS_AT, &params, sizeof(params));
}

static int make_template(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(template); i++)
		template[i] = (uint8_t)(i * 7);
	template[0x200] = 0xeb;
	template[0x201] = HEADER_END - 0x202;
	set_sizes(SETUP16, CODE32);
	return 0;
}

static void make(const struct probe_spec *spec, struct buffer *out)
{
	struct error error = {""};

	buffer_clear(out);
	if (probe_image_from(template, sizeof(template), spec, out, &error))
		fail_msg("%s", error.text);
}

static void refused(const struct probe_spec *spec, const char *why)
{
	autobuffer struct buffer out = {0};
	struct error error = {""};

	assert_int_equal(probe_image_from(template, sizeof(template), spec, &out, &error), -1);
	assert_string_equal(error.text, why);
	assert_int_equal(out.size, 0);
}

static struct linux_header header_of(const struct buffer *file)
{
	struct linux_header header;
	struct error error = {""};

	if (linux_header_read(file->data, file->size, &header, &error))
		fail_msg("%s", error.text);
	return header;
}

static struct probe_params params_of(const struct buffer *file)
{
	struct probe_params params;

	memcpy(&params, file->data + PARAMS_AT, sizeof(params));
	return params;
}

static void test_protocols_are_parsed(void **state)
{
	static const char *const wrong[] = {"", "2", "2.", "2.0", "2.16", "2.99", "2.000", "1.15",
		"2.0f", "2.-1", "none ", "None"};
	unsigned protocol = 1;

	(void)state;
	assert_int_equal(probe_protocol_parse("none", &protocol), 0);
	assert_int_equal(protocol, 0);
	assert_int_equal(probe_protocol_parse("2.00", &protocol), 0);
	assert_int_equal(protocol, 0x200);
	assert_int_equal(probe_protocol_parse("2.09", &protocol), 0);
	assert_int_equal(protocol, 0x209);
	assert_int_equal(probe_protocol_parse("2.15", &protocol), 0);
	assert_int_equal(protocol, 0x20f);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(probe_protocol_parse(wrong[i], &protocol), -1);
}

static void test_everything_has_a_name(void **state)
{
	(void)state;
	for (unsigned act = 0; act < PROBE_ACTS; act++)
		assert_non_null(probe_act_name(act));
	for (unsigned field = 0; field < PROBE_FIELDS; field++)
		assert_non_null(linux_field_find(probe_field_name(field), LINUX_PROTOCOL_LAST));
	assert_null(probe_act_name(PROBE_ACTS));
	assert_null(probe_field_name(PROBE_FIELDS));
	assert_string_equal(probe_act_name(PROBE_CHATTER), "chatter");
	assert_string_equal(probe_field_name(PROBE_VID_MODE), "vid_mode");
}

static bool any_field_has(unsigned offset, unsigned version)
{
	for (const struct linux_field *field = linux_fields; field->name; field++)
		if (linux_field_valid(field, version) && offset >= field->offset &&
			offset < field->offset + field->width)
			return true;
	return offset == 0x200 || offset == 0x201;
}

static void check_filler(const struct buffer *file, unsigned version)
{
	struct probe_params params = params_of(file);

	for (unsigned at = HEADER_FIRST; at < HEADER_END; at++) {
		unsigned bit = at - HEADER_FIRST;
		bool filler = params.filler[bit / 8] >> bit % 8 & 1;

		assert_int_equal(filler, !any_field_has(at, version));
		if (filler)
			assert_int_equal((uint8_t)file->data[at], probe_filler(at));
	}
	assert_int_equal((uint8_t)file->data[0x200], 0xeb);
	assert_int_equal((uint8_t)file->data[0x201], HEADER_END - 0x202);
}

static void test_every_version_reads_back(void **state)
{
	autobuffer struct buffer file = {0};

	(void)state;
	for (unsigned version = 0x200; version <= LINUX_PROTOCOL_LAST; version++)
		for (unsigned low = 0; low < 2; low++) {
			struct probe_spec spec = {
				.protocol = version, .low = low, .image_size = 50000};
			struct linux_header header;

			make(&spec, &file);
			header = header_of(&file);
			assert_int_equal(header.version, version);
			assert_int_equal(header.loadflags, low ? 0 : LINUX_LOADED_HIGH);
			assert_int_equal(header.image_size, 50000);
			assert_int_equal(header.syssize, 3125);
			assert_int_equal(header.code32_start, low ? 0x1000 : 0x100000);
			assert_int_equal(header.ramdisk_image | header.ramdisk_size, 0);
			assert_int_equal(params_of(&file).protocol, version);
			assert_int_equal(params_of(&file).flags, low ? PARAMS_LOW : 0);
			check_filler(&file, version);
		}
}

static void test_old_image_has_no_header(void **state)
{
	struct probe_spec spec = {.protocol = 0, .act = PROBE_PANIC};
	autobuffer struct buffer file = {0};

	(void)state;
	make(&spec, &file);
	assert_false(header_of(&file).has_header);
	assert_int_equal(file.data[0x206] | file.data[0x207], 0);
	assert_int_equal(params_of(&file).flags, PARAMS_LOW);
	assert_int_equal(params_of(&file).act, PROBE_PANIC);
	check_filler(&file, 0);
}

static void check_given(enum probe_field which, uint64_t value)
{
	const struct linux_field *field =
		linux_field_find(probe_field_name(which), LINUX_PROTOCOL_LAST);
	struct probe_spec plain = {.protocol = LINUX_PROTOCOL_LAST}, spec = plain;
	autobuffer struct buffer before = {0}, after = {0};

	make(&plain, &before);
	spec.given = 1u << which;
	spec.field[which] = value;
	make(&spec, &after);
	assert_int_equal(before.size, after.size);
	for (size_t at = 0; at < after.size; at++) {
		size_t byte = at - field->offset;

		if (byte < field->width)
			assert_int_equal((uint8_t)after.data[at], (uint8_t)(value >> (8 * byte)));
		else
			assert_int_equal(after.data[at], before.data[at]);
	}
}

static void test_a_given_field_changes_its_bytes_alone(void **state)
{
	(void)state;
	for (unsigned which = PROBE_LOADFLAGS; which < PROBE_FIELDS; which++) {
		unsigned width =
			linux_field_find(probe_field_name(which), LINUX_PROTOCOL_LAST)->width;

		check_given(
			which, 0xf1f2f3f4f5f6f7f9 & (width < 8 ? (1ull << 8 * width) - 1 : ~0ull));
	}
}

static void test_code_goes_where_there_is_room(void **state)
{
	struct probe_spec spec = {.protocol = 0x20f};
	autobuffer struct buffer file = {0};

	(void)state;
	make(&spec, &file);
	assert_int_equal(header_of(&file).setup_sects, 7);
	assert_int_equal(header_of(&file).image_size, 16);
	assert_int_equal(params_of(&file).code32_at, SETUP16);
	assert_memory_equal(
		file.data + HEADER_END, template + HEADER_END, sizeof(template) - HEADER_END);

	spec.given = 1u << PROBE_SETUP_SECTS;
	spec.field[PROBE_SETUP_SECTS] = 0;
	make(&spec, &file);
	assert_int_equal(header_of(&file).setup_sects, 0);
	assert_int_equal(header_of(&file).setup_size, 2560);
	assert_int_equal(params_of(&file).setup_size, 2560);
	assert_int_equal(params_of(&file).flags, PARAMS_IN_IMAGE);
	assert_int_equal(params_of(&file).code32_at, 0);
	assert_int_equal(header_of(&file).image_size, CODE32);
	assert_memory_equal(file.data + 2560, template + SETUP16, CODE32);

	spec.field[PROBE_SETUP_SECTS] = 255;
	make(&spec, &file);
	assert_int_equal(header_of(&file).setup_size, 256 * 512);
	assert_int_equal(params_of(&file).flags, 0);
}

static void test_no_two_words_of_an_image_are_alike(void **state)
{
	struct probe_spec spec = {.protocol = 0x20f, .image_size = 8192};
	autobuffer struct buffer file = {0};
	uint32_t word[2048];

	(void)state;
	make(&spec, &file);
	memcpy(word, file.data + header_of(&file).image_offset, sizeof(word));
	for (size_t i = 0; i < 2048; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(word[i] != word[j]);
}

static void test_what_cannot_be_is_refused(void **state)
{
	struct probe_spec spec = {.protocol = 0x20f};

	(void)state;
	spec.given = 1u << PROBE_SETUP_SECTS;
	refused(&(struct probe_spec){.protocol = 0x20f,
			.given = 1u << PROBE_SETUP_SECTS,
			.field = {[PROBE_SETUP_SECTS] = 256}},
		"setup_sects 0x100 is wider than the field, which has 1 bytes in protocol 2.15");
	set_sizes(2025, sizeof(template) - 2025);
	spec.field[PROBE_SETUP_SECTS] = 1;
	refused(&spec, "setup_sects 1 makes a setup of 1024 bytes: the probe's has 2025");
	make_template(NULL);
	spec.image_size = 3000;
	refused(&spec, "an image of 3000 bytes: the probe's code has 3001; with setup_sects 7 or "
		       "more it goes into the setup");
	refused(&(struct probe_spec){.protocol = 0x202, .given = 1u << PROBE_INITRD_ADDR_MAX},
		"a probe of protocol 2.02 has no field initrd_addr_max");
	refused(&(struct probe_spec){.protocol = 0, .given = 1u << PROBE_LOADFLAGS},
		"a probe of protocol none has no field loadflags");
	refused(&(struct probe_spec){.protocol = 0x203,
			.given = 1u << PROBE_SYSSIZE,
			.field = {[PROBE_SYSSIZE] = 0x10000}},
		"syssize 0x10000 is wider than the field, which has 2 bytes in protocol 2.03");
	refused(&(struct probe_spec){.protocol = 0x210},
		"protocol 0x210: expected 0 (none) or 0x200 to 0x20f");
	refused(&(struct probe_spec){.protocol = 0x20f, .act = PROBE_ACTS},
		"probe act 8: expected less than 8");
}

static void test_loadflags_agree_with_the_kind_of_image(void **state)
{
	struct probe_spec spec = {.protocol = 0x20f, .given = 1u << PROBE_LOADFLAGS};

	(void)state;
	spec.field[PROBE_LOADFLAGS] = 0x20;
	refused(&spec, "loadflags 0x20: a bzImage has LOADED_HIGH (bit 0) set");
	spec.low = true;
	spec.field[PROBE_LOADFLAGS] = 0x21;
	refused(&spec, "loadflags 0x21: a zImage has LOADED_HIGH (bit 0) clear");
}

static void test_what_is_no_template_is_refused(void **state)
{
	struct probe_spec spec = {.protocol = 0x20f};

	(void)state;
	set_sizes(SETUP16, CODE32 + 256);
	refused(&spec, "a probe template of 4001 bytes that says it has 1000 + 3257");
	make_template(NULL);
	template[PARAMS_AT]++;
	refused(&spec, "no probe template: DKPROBE1 is not at offset 0x30");
	make_template(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocols_are_parsed),
		cmocka_unit_test(test_everything_has_a_name),
		cmocka_unit_test(test_every_version_reads_back),
		cmocka_unit_test(test_old_image_has_no_header),
		cmocka_unit_test(test_a_given_field_changes_its_bytes_alone),
		cmocka_unit_test(test_code_goes_where_there_is_room),
		cmocka_unit_test(test_no_two_words_of_an_image_are_alike),
		cmocka_unit_test(test_what_cannot_be_is_refused),
		cmocka_unit_test(test_loadflags_agree_with_the_kind_of_image),
		cmocka_unit_test(test_what_is_no_template_is_refused),
	};

	return cmocka_run_group_tests(tests, make_template, NULL);
}
