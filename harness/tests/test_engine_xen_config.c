/* What the toolstack is told of a cell, and the archive that brings it there. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"

#include <cmocka.h>

static struct machine machine_of(const char *type)
{
	return (struct machine){.type = type, .memory = 897u << 20, .vcpus = 2};
}

static struct part part_of(const char *bytes)
{
	struct part part = {.path = (char *)"", .size = strlen(bytes)};

	part.fd = memfd_create("part", MFD_CLOEXEC);
	assert_int_equal(write(part.fd, bytes, part.size), part.size);
	return part;
}

static void expect_line(
	const struct machine *machine, const struct payload *payload, const char *line, bool there)
{
	autobuffer struct buffer config = {0};
	autofree char *within = format_text("\n%s\n", line);

	buffer_add_text(&config, "\n");
	xen_config(machine, payload, &config);
	if (!strstr(config.data, within) == there)
		fail_msg("%s: %s\nin:%s", there ? "not there" : "there", line, config.data);
}

static void command_lines_are_quoted(void **state)
{
	static const struct {
		const char *cmdline, *quoted;
	} lines[] = {
		{"console=hvc0 quiet", "console=hvc0 quiet"},
		{"a=\"b c\" d='e'", "a=\\\"b c\\\" d='e'"},
		{"back\\slash\\", "back\\\\slash\\\\"},
		{"name=Grüße-日本", "name=Grüße-日本"},
		{"tab\tline\nend\x7f\x01", "tab\\x09line\\x0aend\\x7f\\x01"},
		{"\"]\nkernel=\"/etc/passwd", "\\\"]\\x0akernel=\\\"/etc/passwd"},
	};
	struct machine machine = machine_of("pc");

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct payload payload = {.cmdline = (char *)lines[i].cmdline};
		autofree char *line = format_text("cmdline=\"%s\"", lines[i].quoted);

		expect_line(&machine, &payload, line, true);
	}
}

static void what_is_not_asked_for_is_not_said(void **state)
{
	struct machine machine = machine_of("pc");
	struct part initrd = {0};
	struct payload bare = {.cmdline = (char *)""};
	struct payload whole = {.cmdline = (char *)"x", .initrd = &initrd};
	autobuffer struct buffer config = {0};

	(void)state;
	xen_config(&machine, &bare, &config);
	assert_null(strstr(config.data, "ramdisk"));
	assert_null(strstr(config.data, "cmdline"));
	assert_null(strstr(config.data, "\"-L\""));
	expect_line(&machine, &bare, "kernel=\"/run/cell/kernel\"", true);
	expect_line(&machine, &whole, "ramdisk=\"/run/cell/initrd\"", true);
	expect_line(&machine, &whole, "cmdline=\"x\"", true);
}

static void machine_and_ends_are_told(void **state)
{
	static const char *const lines[] = {"name=\"cell\"", "type=\"hvm\"", "memory=897",
		"vcpus=2", "serial=\"unix:/run/agent/serial\"", "on_poweroff=\"preserve\"",
		"on_reboot=\"restart\"", "on_crash=\"preserve\"", "device_model_args_hvm=[]"};
	struct machine machine = machine_of("pc");
	struct payload payload = {.cmdline = (char *)""};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect_line(&machine, &payload, lines[i], true);
}

static void a_pvh_guest_has_no_device_model(void **state)
{
	struct machine machine = machine_of("pvh");
	struct payload payload = {.cmdline = (char *)"console=hvc0"};
	autobuffer struct buffer config = {0};

	(void)state;
	machine.rom_folder = "/roms";
	xen_config(&machine, &payload, &config);
	assert_non_null(strstr(config.data, "type=\"pvh\"\n"));
	assert_null(strstr(config.data, "hvm"));
	assert_null(strstr(config.data, "device_model"));
	assert_null(strstr(config.data, "serial"));
	assert_non_null(strstr(config.data, "kernel="));
	assert_non_null(strstr(config.data, "on_crash=\"preserve\"\n"));
}

static void further_arguments_are_the_models_or_lines(void **state)
{
	static const char *const extra[] = {
		"-device", "virtio-rng-pci,id=\"r\"", "xl.cfg:nestedhvm=1", "xl.cfg:"};
	struct machine machine = machine_of("pc");
	struct payload payload = {.cmdline = (char *)""};

	(void)state;
	machine.extra = extra;
	machine.extra_count = 4;
	machine.rom_folder = "/roms";
	expect_line(&machine, &payload, "nestedhvm=1", true);
	expect_line(&machine, &payload,
		"device_model_args_hvm=[\"-L\", \"/run/cell/rom\", \"-device\", "
		"\"virtio-rng-pci,id=\\\"r\\\"\", ]",
		true);
	machine.type = "pvh";
	expect_line(&machine, &payload, "nestedhvm=1", true);
}

static void a_disk_is_all_that_is_booted_from(void **state)
{
	struct machine machine = machine_of("pc");
	struct part disk = {0}, initrd = {0};
	struct payload payload = {
		.cmdline = (char *)"console=hvc0", .disk = &disk, .initrd = &initrd};
	autobuffer struct buffer config = {0};

	(void)state;
	xen_config(&machine, &payload, &config);
	assert_null(strstr(config.data, "kernel="));
	assert_null(strstr(config.data, "ramdisk="));
	assert_null(strstr(config.data, "cmdline="));
	assert_non_null(strstr(config.data, "\"file=/run/cell/disk,"));
}

/* "NAME=BYTES|" for each file of the archive in the first @size bytes of @fd. */
static void unpack(int fd, uint64_t size, struct buffer *out)
{
	struct archive *archive = archive_read_new();
	char *bytes = malloc(size);
	struct archive_entry *entry;
	char text[4096];

	assert_int_equal(pread(fd, bytes, size, 0), size);
	archive_read_support_format_tar(archive);
	assert_int_equal(archive_read_open_memory(archive, bytes, size), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		la_ssize_t got = archive_read_data(archive, text, sizeof(text));

		buffer_printf(out, "%s=", archive_entry_pathname(entry));
		buffer_add(out, text, (size_t)got);
		buffer_add_text(out, "|");
	}
	archive_read_free(archive);
	free(bytes);
}

static void the_archive_holds_all_of_it(void **state)
{
	char folder[] = "/tmp/dkboot-test-XXXXXX";
	struct machine machine = machine_of("pc");
	struct part kernel = part_of("the kernel"), initrd = part_of("");
	struct payload payload = {
		.kernel = &kernel, .initrd = &initrd, .cmdline = (char *)"console=hvc0"};
	autobuffer struct buffer config = {0}, found = {0}, expected = {0};
	struct error error;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	autofree char *rom = format_text("%s/linuxboot_dma.bin", folder);
	assert_int_equal(file_write(rom, "a rom", 5, &error), 0);
	machine.rom_folder = folder;
	fd = xen_disk(&machine, &payload, "77-3", &error);
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), XEN_DISK_SIZE);
	xen_config(&machine, &payload, &config);
	buffer_printf(&expected,
		"id=77-3|cell.cfg=%s|kernel=the kernel|initrd=|rom/linuxboot_dma.bin=a rom|",
		config.data);
	unpack(fd, 64 << 10, &found);
	assert_string_equal(found.data, expected.data);
	close(fd);
	close(kernel.fd);
	close(initrd.fd);
	folder_remove(folder, NULL);
}

static void a_disk_takes_the_place_of_kernel_and_initrd(void **state)
{
	struct machine machine = machine_of("pc");
	struct part kernel = part_of("kernel"), disk = part_of("sectors");
	struct payload payload = {.kernel = &kernel, .disk = &disk, .cmdline = (char *)""};
	autobuffer struct buffer found = {0};
	struct error error;
	int fd = xen_disk(&machine, &payload, "1", &error);

	(void)state;
	unpack(fd, 64 << 10, &found);
	assert_non_null(strstr(found.data, "|disk=sectors|"));
	assert_null(strstr(found.data, "|kernel="));
	close(fd);
	close(kernel.fd);
	close(disk.fd);
}

static void too_much_payload_is_refused(void **state)
{
	struct machine machine = machine_of("pc");
	struct part kernel = {.fd = -1, .size = XEN_DISK_SIZE - (8 << 20)};
	struct payload payload = {.kernel = &kernel, .cmdline = (char *)""};
	struct error error;

	(void)state;
	assert_int_equal(xen_disk(&machine, &payload, "1", &error), -1);
	assert_non_null(strstr(error.text, "do not fit"));
}

static void an_empty_disk_has_the_size_that_a_frozen_dom0_knows(void **state)
{
	struct error error;
	int fd = xen_disk_empty(&error);

	(void)state;
	assert_int_equal(lseek(fd, 0, SEEK_END), XEN_DISK_SIZE);
	assert_int_equal(lseek(fd, 0, SEEK_DATA), -1);
	close(fd);
}

/* A guest that is frozen in front of an empty volume fits every payload of its shape: what it is
 * started with says nothing of one. The disk holds the volume where the guest looks, and nobody can
 * change it. */
static void a_volume_lies_behind_the_archive(void **state)
{
	struct part kernel = part_of("kernel"), one = part_of("the volume"),
		    two = part_of("another");
	struct payload payload = {.kernel = &kernel, .cmdline = (char *)"a b", .volume = &one};
	struct payload other = {.kernel = &kernel, .cmdline = (char *)"c", .volume = &two};
	struct machine machine = machine_of("pc");
	autobuffer struct buffer config = {0}, same = {0};
	struct error error;
	char bytes[10];
	int disk;

	(void)state;
	xen_config(&machine, &payload, &config);
	xen_config(&machine, &other, &same);
	assert_string_equal(config.data, same.data);
	assert_non_null(strstr(config.data, "file=/dev/vda,offset=16777216,size=1056964608"));
	expect_line(&machine, &payload, "boot=\"n\"", true);
	payload.volume_starts = true;
	expect_line(&machine, &payload, "boot=\"c\"", true);
	disk = xen_disk(&machine, &payload, "id", &error);
	assert_true(disk >= 0);
	assert_int_equal(pread(disk, bytes, sizeof(bytes), XEN_VOLUME_AT), sizeof(bytes));
	assert_memory_equal(bytes, "the volume", sizeof(bytes));
	assert_int_equal(pwrite(disk, "x", 1, 0), -1);
	assert_int_equal(lseek(disk, 0, SEEK_END), XEN_DISK_SIZE);
	close(disk);
	close(one.fd);
	close(two.fd);
	close(kernel.fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volume_lies_behind_the_archive),
		cmocka_unit_test(command_lines_are_quoted),
		cmocka_unit_test(what_is_not_asked_for_is_not_said),
		cmocka_unit_test(machine_and_ends_are_told),
		cmocka_unit_test(a_pvh_guest_has_no_device_model),
		cmocka_unit_test(further_arguments_are_the_models_or_lines),
		cmocka_unit_test(a_disk_is_all_that_is_booted_from),
		cmocka_unit_test(the_archive_holds_all_of_it),
		cmocka_unit_test(a_disk_takes_the_place_of_kernel_and_initrd),
		cmocka_unit_test(too_much_payload_is_refused),
		cmocka_unit_test(an_empty_disk_has_the_size_that_a_frozen_dom0_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
