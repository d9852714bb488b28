/* What a guest with a stub domain needs beside xl.cfg and files of every guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_config.h"
#include "engine/xen_stubdom.h"

#include <cmocka.h>

static const char *const roms[] = {"linuxboot.bin", "card.rom", NULL};

static struct part kernel = {.size = 10 << 20}, initrd = {.size = 5 << 20}, module = {.size = 1};

static struct payload payload_of(enum boot_protocol boot)
{
	return (struct payload){.kernel = &kernel, .cmdline = (char *)"x", .boot = boot};
}

static void expect_sender(const struct payload *payload, const char *arguments)
{
	autobuffer struct buffer out = {0};

	stubdom_sender(payload, roms, &out);
	assert_string_equal(out.data, arguments);
}

static void the_config_names_console_image_and_memory(void **state)
{
	static const char *const lines[] = {
		"serial=[\"unix:/run/agent/serial\", \"chardev:dkboot\"]\n",
		"\"socket,id=dkboot,path=/run/agent/stream,reconnect=1\"",
		"device_model_stubdomain_override=1\n", "kernel=\"/run/cell/kernel\"\n",
		"cmdline=\"x\"\n", "stubdomain_memory=290\n"};
	struct machine machine = {.type = "pc", .memory = 64 << 20, .vcpus = 1, .stubdom = true};
	struct payload payload = payload_of(BOOT_LINUX);
	autobuffer struct buffer config = {0};

	(void)state;
	payload.initrd = &initrd;
	xen_config(&machine, &payload, &config);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(config.data, lines[i]))
			fail_msg("not there: %s\nin: %s", lines[i], config.data);
	assert_null(strstr(config.data, "\nserial=\"unix:"));
}

static void without_a_stub_domain_nothing_of_it_is_there(void **state)
{
	struct machine machine = {.type = "pc", .memory = 64 << 20, .vcpus = 1};
	struct payload payload = payload_of(BOOT_LINUX);
	autobuffer struct buffer config = {0};

	(void)state;
	xen_config(&machine, &payload, &config);
	assert_null(strstr(config.data, "stubdom"));
	assert_null(strstr(config.data, "dkboot"));
}

static void the_sender_offers_what_the_device_model_opens(void **state)
{
	struct payload payload = payload_of(BOOT_LINUX);

	(void)state;
	payload.initrd = &initrd;
	expect_sender(&payload,
		"--kernel=/run/cell/kernel\n--initrd=/run/cell/initrd\n"
		"--file=/run/cell/rom/linuxboot.bin\n--file=/run/cell/rom/card.rom\n"
		"/run/agent/stream\n");
	payload = payload_of(BOOT_MULTIBOOT);
	payload.attached[0].part = payload.attached[1].part = &module;
	payload.attached_count = 2;
	expect_sender(&payload, "--kernel=/run/cell/kernel\n--file=/run/cell/attached-0\n"
				"--file=/run/cell/attached-1\n--file=/run/cell/rom/linuxboot.bin\n"
				"--file=/run/cell/rom/card.rom\n/run/agent/stream\n");
	payload = payload_of(BOOT_MULTIBOOT2);
	expect_sender(&payload, "--kernel=/run/cell/stand-in\n--file=/run/cell/rom/linuxboot.bin\n"
				"--file=/run/cell/rom/card.rom\n/run/agent/stream\n");
}

static void what_is_passed_on_needs_no_memory_and_one_rom(void **state)
{
	struct machine machine = {.type = "pc", .memory = 64 << 20, .vcpus = 1, .stubdom = true};
	struct payload payload = payload_of(BOOT_LINUX);
	autobuffer struct buffer config = {0};

	(void)state;
	payload.initrd = &initrd;
	payload.stream = true;
	expect_sender(&payload, "--kernel=/run/cell/kernel\n--initrd=/run/cell/initrd\n"
				"--cmdline-file=/run/cell/cmdline\n--file=/run/cell/rom/card.rom\n"
				"/run/agent/stream\n");
	xen_config(&machine, &payload, &config);
	assert_non_null(strstr(config.data, "stubdomain_memory=260\n"));
	assert_non_null(strstr(config.data, "name=org.dkboot.stream"));
	assert_non_null(strstr(config.data, "\nboot=\"n\"\n"));
	assert_null(strstr(config.data, "\nkernel="));
	assert_null(strstr(config.data, "cmdline=\"x\""));
}

static void a_fault_is_the_senders(void **state)
{
	struct payload payload = payload_of(BOOT_LINUX);
	autobuffer struct buffer out = {0};

	(void)state;
	payload.stream_fault = "die@5";
	stubdom_sender(&payload, roms, &out);
	assert_non_null(strstr(out.data, "--fault=die@5\n/run/agent/stream\n"));
}

static void the_outer_machine_has_the_image_of_stub_domains(void **state)
{
	struct machine machine = {
		.emulator = "qemu", .accel = "tcg", .dom0 = "/d", .stubdom = true};
	char **argv = xen_argv(&machine, XEN_MEMORY_OWN);
	bool memory = false, image = false;

	(void)state;
	for (char **word = argv; *word; word++) {
		memory |= strstr(*word, "dom0_mem=960M") != NULL;
		image |= strstr(*word, ",/d/initrd-stubdom") != NULL;
	}
	qemu_argv_free(argv);
	assert_true(memory && image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_config_names_console_image_and_memory),
		cmocka_unit_test(without_a_stub_domain_nothing_of_it_is_there),
		cmocka_unit_test(the_sender_offers_what_the_device_model_opens),
		cmocka_unit_test(what_is_passed_on_needs_no_memory_and_one_rom),
		cmocka_unit_test(a_fault_is_the_senders),
		cmocka_unit_test(the_outer_machine_has_the_image_of_stub_domains),
	};

	return cmocka_run_group_tests_name("engine xen_stubdom", tests, NULL, NULL);
}
