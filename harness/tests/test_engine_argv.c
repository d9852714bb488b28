/* The emulator's command line, word by word, and where guest RAM lies in its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "engine/qemu_argv.h"

#include <cmocka.h>

static const struct machine plain = {.emulator = "qemu-system-x86_64",
	.accel = "tcg",
	.type = "pc",
	.memory = UINT64_C(512) << 20,
	.vcpus = 1,
	.dma = true};

#define SURROUNDINGS                                                                               \
	"qemu-system-x86_64|-nodefaults|-no-user-config|-display|none|-vga|none|-net|none|"        \
	"-sandbox|on,spawn=deny,elevateprivileges=deny,resourcecontrol=deny|"
#define LIVE_TIES                                                                                  \
	"-action|reboot=shutdown,shutdown=pause,panic=pause|-chardev|socket,id=monitor,fd=3|"      \
	"-mon|chardev=monitor,mode=control|-chardev|file,id=serial,path=/proc/self/fd/7|"          \
	"-chardev|file,id=debug,path=/proc/self/fd/8|-S|-serial|chardev:serial|"                   \
	"-device|isa-debugcon,iobase=0xe9,chardev=debug|"

#define REPEAT_TIES                                                                                \
	"-action|reboot=shutdown,shutdown=poweroff,panic=shutdown|"                                \
	"-chardev|stdio,id=serial,signal=on|"                                                      \
	"-chardev|file,id=debug,path=/dev/stderr,append=on|-serial|chardev:serial|"                \
	"-device|isa-debugcon,iobase=0xe9,chardev=debug|"

static void expect_argv(char **argv, const char *expected)
{
	struct buffer joined = {0};

	for (char **at = argv; *at; at++)
		buffer_printf(&joined, "%s|", *at);
	assert_string_equal(joined.data, expected);
	buffer_free(&joined);
	qemu_argv_free(argv);
}

static void a_live_boot_inherits_everything(void **state)
{
	(void)state;
	expect_argv(qemu_argv(&plain, "/k", "/i", "quiet a='b c'", QEMU_LIVE), SURROUNDINGS
		"-accel|tcg|-M|pc,memory-backend=ram|-object|"
		"memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/4,share=on|"
		"-m|512M|-smp|1|" LIVE_TIES "-kernel|/proc/self/fd/5|-initrd|/proc/self/fd/6|"
		"-append|quiet a='b c'|");
}

static void a_stream_has_a_port_and_a_card(void **state)
{
	struct machine machine = plain;
	const char *const port = "-device|virtio-serial-pci,disable-modern=on,id=streams|"
				 "-device|virtserialport,bus=streams.0,chardev=stream,"
				 "name=org.dkboot.stream|"
				 "-device|pci-testdev,romfile=/r/card.rom|-boot|order=n|";
	struct buffer live = {0}, repeat = {0};

	(void)state;
	machine.stream = true;
	machine.rom_folder = "/r";
	buffer_printf(&live,
		SURROUNDINGS "-accel|tcg|-M|pc,memory-backend=ram|-object|"
			     "memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/4,"
			     "share=on|-m|512M|-smp|1|-L|/r|" LIVE_TIES
			     "-chardev|socket,id=stream,fd=%d|%s",
		QEMU_FD_STREAM, port);
	buffer_printf(&repeat,
		SURROUNDINGS "-accel|tcg|-M|pc|-m|512M|-smp|1|-L|/r|" REPEAT_TIES
			     "-chardev|pipe,id=stream,path=stream|%s",
		port);
	expect_argv(qemu_argv(&machine, NULL, NULL, NULL, QEMU_LIVE), live.data);
	expect_argv(qemu_argv(&machine, NULL, NULL, NULL, QEMU_REPEAT), repeat.data);
	buffer_free(&live);
	buffer_free(&repeat);
}

static void what_is_not_asked_for_is_not_there(void **state)
{
	(void)state;
	expect_argv(qemu_argv(&plain, "/k", NULL, "", QEMU_LIVE), SURROUNDINGS
		"-accel|tcg|-M|pc,memory-backend=ram|-object|"
		"memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/4,share=on|"
		"-m|512M|-smp|1|" LIVE_TIES "-kernel|/proc/self/fd/5|");
}

static void a_disk_is_there_instead_of_a_kernel(void **state)
{
	struct machine machine = plain;

	(void)state;
	machine.disk = "disk";
	expect_argv(qemu_argv(&machine, NULL, NULL, NULL, QEMU_LIVE), SURROUNDINGS
		"-accel|tcg|-M|pc,memory-backend=ram|-object|"
		"memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/4,share=on|"
		"-m|512M|-smp|1|" LIVE_TIES
		"-drive|file=/proc/self/fd/10,format=raw,if=ide,file.locking=off|");
	expect_argv(qemu_argv(&machine, NULL, NULL, NULL, QEMU_REPEAT),
		SURROUNDINGS "-accel|tcg|-M|pc|-m|512M|-smp|1|" REPEAT_TIES
			     "-drive|file=disk,format=raw,if=ide,snapshot=on|");
}

static void every_field_of_the_machine_counts(void **state)
{
	static const char *const extra[] = {"-device", "pvpanic"};
	const struct machine machine = {.emulator = "/opt/qemu",
		.accel = "kvm",
		.type = "pc-q35-7.2",
		.cpu = "486",
		.memory = (3 << 20) + 8192,
		.vcpus = 3,
		.firmware = "/f/bios.bin",
		.rom_folder = "/r",
		.extra = extra,
		.extra_count = 2};

	(void)state;
	expect_argv(qemu_argv(&machine, "/k", "/i", "x", QEMU_REPEAT),
		"/opt/qemu|-nodefaults|-no-user-config|-display|none|-vga|none|-net|none|-sandbox|"
		"on,spawn=deny,elevateprivileges=deny,resourcecontrol=deny|-accel|kvm|"
		"-M|pc-q35-7.2|-m|3080K|-smp|3|-cpu|486|-L|/r|-bios|/f/bios.bin|"
		"-global|fw_cfg_io.dma_enabled=off|" REPEAT_TIES
		"-kernel|/k|-initrd|/i|-append|x|-device|pvpanic|");
}

static void bytes_are_never_taken_for_mebibytes(void **state)
{
	struct machine machine = plain;
	char **argv;
	size_t i = 0;

	(void)state;
	machine.memory = 1000;
	argv = qemu_argv(&machine, "/k", NULL, "", QEMU_REPEAT);
	while (strcmp(argv[i], "-m"))
		i++;
	assert_string_equal(argv[i + 1], "1000B");
	qemu_argv_free(argv);
}

static void ram_below_4g_stops_at_the_hole(void **state)
{
	static const struct {
		const char *type;
		uint64_t memory, below;
	} rows[] = {
		{"pc", 0xdfffffff, 0xdfffffff},
		{"pc", 0xe0000000, 0xc0000000},
		{"pc-i440fx-2.6", 0x140000000, 0xc0000000},
		{"pc-i440fx-1.7", 0x140000000, 0xe0000000},
		{"q35", 0xafffffff, 0xafffffff},
		{"q35", 0xb0000000, 0x80000000},
		{"pc-q35-7.2", 0x140000000, 0x80000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(qemu_below_4g(rows[i].type, rows[i].memory), rows[i].below);
}

static void guest_physical_becomes_file_offset(void **state)
{
	static const uint64_t five = UINT64_C(5) << 30, four = UINT64_C(4) << 30;
	static const struct {
		uint64_t memory, address, size;
		int result;
		uint64_t offset;
	} rows[] = {
		{8 << 20, 0, 8 << 20, 0, 0},
		{8 << 20, 1, 8 << 20, -1, 0},
		{8 << 20, 8 << 20, 0, 0, 8 << 20},
		{8 << 20, four, 1, -1, 0},
		{5ull << 30, 0xbfffffff, 1, 0, 0xbfffffff},
		{5ull << 30, 0xbfffffff, 2, -1, 0},
		{5ull << 30, 0xc0000000, 1, -1, 0},
		{5ull << 30, four, 16, 0, 0xc0000000},
		{5ull << 30, four + five - 0xc0000000 - 1, 1, 0, five - 1},
		{5ull << 30, four + five - 0xc0000000 - 1, 2, -1, 0},
		{5ull << 30, UINT64_MAX, UINT64_MAX, -1, 0},
		{8 << 20, 16, UINT64_MAX, -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t offset = 0;

		assert_int_equal(qemu_ram_offset("pc", rows[i].memory, rows[i].address,
					 rows[i].size, &offset),
			rows[i].result);
		assert_int_equal(offset, rows[i].offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_boot_inherits_everything),
		cmocka_unit_test(a_stream_has_a_port_and_a_card),
		cmocka_unit_test(what_is_not_asked_for_is_not_there),
		cmocka_unit_test(a_disk_is_there_instead_of_a_kernel),
		cmocka_unit_test(every_field_of_the_machine_counts),
		cmocka_unit_test(bytes_are_never_taken_for_mebibytes),
		cmocka_unit_test(ram_below_4g_stops_at_the_hole),
		cmocka_unit_test(guest_physical_becomes_file_offset),
	};

	return cmocka_run_group_tests_name("engine argv", tests, NULL, NULL);
}
