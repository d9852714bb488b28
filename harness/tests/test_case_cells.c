/* Cells: their ids, how they are picked, what rules say of them. */
#include "test_case.h"

#include "base/text.h"

static const char matrix[] =
	"about: a matrix\n"
	"axes:\n"
	"  kernel: [linux-6.1, {name: old, probe: {protocol: 2.00, load: low}}]\n"
	"  memory: [64M, 1024M]\n"
	"  machine: [pc, q35]\n"
	"except: [{when: {memory: 64M, kernel: linux-*}, why: too small}]\n"
	"skip: [{when: {machine: q35, memory: 1G, kernel: old}, why: slow}]\n"
	"expect_fail: [{when: {kernel: old, machine: pc}, class: layout,\n"
	"  rule: [I2, I3a], why: known, bug: B3}]\n"
	"expect: [{serial: ready}]\n"
	"end: [{when: {kernel: old}, how: poweroff}, {how: none}]\n";

static void test_ids(void **state)
{
	static const char *const golden[] = {"x:machine=pc,memory=64m,kernel=old",
		"x:machine=pc,memory=1g,kernel=linux-6.1", "x:machine=pc,memory=1g,kernel=old",
		"x:machine=q35,memory=64m,kernel=old", "x:machine=q35,memory=1g,kernel=linux-6.1",
		"x:machine=q35,memory=1g,kernel=old"};
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);

	(void)state;
	assert_int_equal(cells.count, sizeof(golden) / sizeof(golden[0]));
	for (size_t i = 0; i < cells.count; i++)
		assert_id(&cells.cells[i], golden[i]);
	cells_free(&cells);
	case_free(test_case);
}

static void test_rules(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	const struct cell *old = &cells.cells[0], *linux61 = &cells.cells[1];

	(void)state;
	assert_null(cell_skip(old));
	assert_string_equal(cell_skip(&cells.cells[5]), "slow");
	assert_string_equal(cell_expected_failure(old)->rules, "I2 I3a");
	assert_null(cell_expected_failure(linux61));
	assert_int_equal(cell_ending(old)->ending, END_POWEROFF);
	assert_int_equal(cell_ending(linux61)->ending, END_NONE);
	assert_true(cell_cost(linux61) > cell_cost(old));
	cells_free(&cells);
	case_free(test_case);
}

static void test_cell_folder(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	struct buffer folder = {0};

	(void)state;
	cell_folder(&cells.cells[0], &folder);
	/* printf x:machine=pc,memory=64m,kernel=old | sha256sum | cut -c 1-8 */
	assert_string_equal(folder.data, "feefd689-x-machine-pc-memory-64m-kernel-old");
	buffer_free(&folder);
	cells_free(&cells);
	case_free(test_case);
}

static void test_defaults(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text("about: a\naxes: {kernel: [k]}\n", &cells);
	const struct cell *cell = &cells.cells[0];

	(void)state;
	assert_int_equal(cells.count, 1);
	assert_id(cell, "x:kernel=k");
	assert_string_equal(cell_value(cell, AXIS_ENGINE)->text, "qemu");
	assert_string_equal(cell_value(cell, AXIS_MACHINE)->text, "pc");
	assert_string_equal(cell_value(cell, AXIS_FIRMWARE)->text, "seabios");
	assert_string_equal(cell_value(cell, AXIS_ROM)->text, "dkboot");
	assert_string_equal(cell_value(cell, AXIS_SOURCE)->text, "fwcfg-dma");
	assert_string_equal(cell_value(cell, AXIS_CPU)->text, "default");
	assert_int_equal(cell_value(cell, AXIS_VCPUS)->number, 1);
	assert_int_equal(cell_value(cell, AXIS_MEMORY)->number, 512 << 20);
	assert_int_equal(cell_value(cell, AXIS_DEVICES)->list_count, 0);
	assert_int_equal(cell_value(cell, AXIS_INITRD)->initrd.kind, INITRD_NONE);
	assert_string_equal(cell_value(cell, AXIS_CMDLINE)->cmdline.text, "");
	assert_int_equal(cell_value(cell, AXIS_RESETS)->number, 0);
	assert_int_equal(cell_ending(cell)->ending, END_POWEROFF);
	assert_int_equal(test_case->limit_ms, 30000);
	assert_int_equal(test_case->quiet_ms, 5000);
	cells_free(&cells);
	case_free(test_case);
}

static const char values[] =
	"about: all kinds of values\n"
	"tags: [gate, x]\n"
	"axes:\n"
	"  rom: [{name: mine, file: sub/rom.bin}]\n"
	"  devices: [none, {name: vga, args: [-vga, std]}]\n"
	"  kernel:\n"
	"    - {name: p, probe: {protocol: 2.15, load: low, image_size: 64K, act: spin,\n"
	"       initrd_addr_max: 0x37ffffff, init_size: 32M}}\n"
	"    - {name: f, file: /boot/k}\n"
	"  initrd:\n"
	"    - {name: r, random: 1M, seed: 7}\n"
	"    - {name: a, archives: [{early: yes}, {compress: xz, blob: 64K, zero_pad: 512}]}\n"
	"    - {name: c, catalogue: floppy}\n"
	"  cmdline: [{name: t, text: \"a \\\"b\\\" \\u00e4\"}, {name: l, text: quiet, pad_to: "
	"255}]\n"
	"expect:\n"
	"  - {serial: '(?<c>.+) ${initrd.crc32}', within: 1.5s, prompt: yes,\n"
	"     equals: {c: '${cmdline}'}}\n"
	"forbid: [{debug: oops}]\n"
	"limit: 2m\n"
	"quiet: 15s\n"
	"layout: full\n";

static void test_values(void **state)
{
	struct cell_list cells = {0};
	struct test_case *loaded = expand_text(values, &cells);
	const struct value *kernel = loaded->axes[AXIS_KERNEL].values;
	const struct value *initrd = loaded->axes[AXIS_INITRD].values;
	const struct expectation *expect = &loaded->expectations[0].expect;

	(void)state;
	assert_string_equal(loaded->axes[AXIS_ROM].values[0].text, "sub/rom.bin");
	assert_string_equal(loaded->axes[AXIS_DEVICES].values[1].list[1], "std");
	assert_int_equal(kernel[0].kernel.probe.protocol, 0x20f);
	assert_true(kernel[0].kernel.probe.low);
	assert_int_equal(kernel[0].kernel.probe.image_size, 65536);
	assert_int_equal(kernel[0].kernel.probe.act, PROBE_SPIN);
	assert_int_equal(
		kernel[0].kernel.probe.given, 1 << PROBE_INITRD_ADDR_MAX | 1 << PROBE_INIT_SIZE);
	assert_int_equal(kernel[0].kernel.probe.field[PROBE_INITRD_ADDR_MAX], 0x37ffffff);
	assert_string_equal(kernel[1].kernel.reference, "/boot/k");
	assert_int_equal(initrd[0].initrd.size, 1 << 20);
	assert_int_equal(initrd[0].initrd.seed, 7);
	assert_true(initrd[1].initrd.archives[0].early);
	assert_int_equal(initrd[1].initrd.archives[1].compression, COMPRESS_XZ);
	assert_int_equal(initrd[1].initrd.archives[1].zero_pad, 512);
	assert_string_equal(initrd[2].initrd.reference, "floppy");
	assert_string_equal(loaded->axes[AXIS_CMDLINE].values[0].cmdline.text, "a \"b\" \xc3\xa4");
	assert_int_equal(loaded->axes[AXIS_CMDLINE].values[1].cmdline.pad_to, 255);
	assert_int_equal(expect->within_ms, 1500);
	assert_true(expect->prompt);
	assert_string_equal(expect->equals[0].expected, "${cmdline}");
	assert_int_equal(loaded->expectations[1].expect.kind, EXPECT_FORBIDDEN);
	assert_int_equal(loaded->expectations[1].expect.channel, CHANNEL_DEBUG);
	assert_int_equal(loaded->limit_ms, 120000);
	assert_int_equal(loaded->quiet_ms, 15000);
	assert_int_equal(loaded->layout, LAYOUT_FULL);
	cells_free(&cells);
	case_free(loaded);
}

static void test_aliases(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case =
		expand_text("about: a\n"
			    "axes: {kernel: [k], memory: [64M, 1G, 5G]}\n"
			    "end: [{when: {memory: &big [1G, 5G]}, how: reset}]\n"
			    "except: [{when: {memory: *big}, why: x}]\n",
			&cells);

	(void)state;
	assert_int_equal(cells.count, 1);
	assert_id(&cells.cells[0], "x:memory=64m,kernel=k");
	cells_free(&cells);
	case_free(test_case);
}

static void test_override(void **state)
{
	struct cell_list cells = {0};
	struct error error = {""};
	struct test_case *test_case = load_text(matrix, &error);
	struct value value;

	(void)state;
	assert_int_equal(value_from_text(AXIS_MEMORY, "2048M", &value, &error), 0);
	case_override(test_case, AXIS_MEMORY, &value);
	assert_int_equal(value_from_text(AXIS_ROM, "./build/My ROM.bin", &value, &error), 0);
	assert_string_equal(value.text, "./build/My ROM.bin");
	case_override(test_case, AXIS_ROM, &value);
	/* The rules about "old" are now about nothing, which is no mistake of the file. */
	assert_int_equal(value_from_text(AXIS_KERNEL, "linux-6.1", &value, &error), 0);
	case_override(test_case, AXIS_KERNEL, &value);
	assert_int_equal(cells_expand(test_case, &cells, &error), 0);
	assert_int_equal(cells.count, 2);
	assert_id(&cells.cells[0], "x:machine=pc,memory=2g,kernel=linux-6.1");
	assert_string_equal(cell_value(&cells.cells[0], AXIS_ROM)->name, "my-rom.bin");
	cells_free(&cells);
	case_free(test_case);
}

static void test_blank(void **state)
{
	static const struct {
		enum axis_id axis;
		const char *text, *name;
	} given[] = {{AXIS_KERNEL, "/boot/vmlinuz-6.1_x", "vmlinuz-6.1-x"},
		{AXIS_INITRD, "floppy", "floppy"}, {AXIS_CMDLINE, "a b", "text-806c5cd3"},
		{AXIS_DEVICES, "-vga std", "-vga-std"}, {AXIS_RESETS, "2", "2"}};
	struct test_case *test_case = case_blank("boot");
	struct cell_list cells = {0};
	struct error error;
	struct value value;

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		assert_int_equal(value_from_text(given[i].axis, given[i].text, &value, &error), 0);
		assert_string_equal(value.name, given[i].name);
		case_override(test_case, given[i].axis, &value);
	}
	assert_int_equal(cells_expand(test_case, &cells, &error), 0);
	assert_id(&cells.cells[0], "boot:devices=-vga-std,kernel=vmlinuz-6.1-x,initrd=floppy,"
				   "cmdline=text-806c5cd3,resets=2");
	assert_int_equal(cell_value(&cells.cells[0], AXIS_KERNEL)->kernel.kind, KERNEL_FILE);
	assert_int_equal(cell_value(&cells.cells[0], AXIS_INITRD)->initrd.kind, INITRD_CATALOGUE);
	cells_free(&cells);
	case_free(test_case);
}

static void test_wrong_words(void **state)
{
	static const struct {
		enum axis_id axis;
		const char *text, *message;
	} wrong[] = {{AXIS_MEMORY, "lots", "memory \"lots\", expected a size (512M, 5G)"},
		{AXIS_MEMORY, "1K", "memory 1K, expected 1M to 4096G"},
		{AXIS_VCPUS, "0", "vcpus 0, expected 1 to 255"},
		{AXIS_VCPUS, "two", "vcpus \"two\", expected a number"},
		{AXIS_ROM, "dkbot",
			"rom \"dkbot\", expected one of: dkboot, stock; or the path of a "
			"file"},
		{AXIS_SOURCE, "disk",
			"source \"disk\", expected one of: fwcfg-dma, fwcfg-pio, "
			"volume, volume-truncated, volume-version, volume-foreign, volume-header, "
			"volume-kernel, volume-initrd, volume-cmdline, volume-ide, bootsector, "
			"bootsector-ide, bootsector-kernel, bootsector-loader, bootsector-bare, "
			"stream, "
			"stream-once, stream-lost, stream-torn, stream-stale, stream-damaged, "
			"stream-stall, stream-short, "
			"stream-long, stream-kernel, stream-initrd, stream-cmdline, "
			"stream-version, stream-huge, stream-bare, "
			"stream-twice, stream-count"},
		{AXIS_KERNEL, "", "kernel \"\", expected a value"}};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = {""};
		struct value value;

		assert_int_equal(value_from_text(wrong[i].axis, wrong[i].text, &value, &error), -1);
		assert_string_equal(error.text, wrong[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_ids), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_cell_folder), cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values), cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_override), cmocka_unit_test(test_blank),
		cmocka_unit_test(test_wrong_words)};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
