/* PID 1 of our initrds: reports what the kernel was given, then ends the machine. See README.md. */
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "acpi.h"
#include "files.h"
#include "kernellog.h"
#include "report.h"
#include "zeropage.h"

static char cmdline[8192];
static size_t cmdline_size;

static const struct {
	const char *type, *target;
} mounts[] = {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}};

static const struct {
	const char *word, *path;
} sums[] = {
	{"initrd", "/sys/firmware/initrd"}, /* 6.12 has it with retain_initrd, 6.1 has not */
	{"blob", "/dkboot/blob"},
	{"early", "/kernel/x86/microcode/dkboot.bin"},
};

static void mount_all(void)
{
	for (unsigned index = 0; index < sizeof mounts / sizeof *mounts; index++) {
		mkdir(mounts[index].target, 0755);
		mount(mounts[index].type, mounts[index].target, mounts[index].type, 0, NULL);
	}
}

static void report_uname(void)
{
	struct utsname names;

	uname(&names);
	line_begin();
	line_text("uname ");
	line_text(names.release);
	line_end();
}

static void report_sum(const char *word, uint64_t size, uint32_t crc)
{
	line_begin();
	line_text(word);
	line_text(" size=");
	line_decimal(size);
	line_text(" crc32=");
	line_hex(crc, 8);
	line_end();
}

static void read_cmdline(void)
{
	ssize_t size = read_whole("/proc/cmdline", cmdline, sizeof cmdline - 1);

	cmdline_size = size > 0 ? (size_t)size : 0;
	if (cmdline_size && cmdline[cmdline_size - 1] == '\n')
		cmdline_size--;
	cmdline[cmdline_size] = 0;
}

static void report_cmdline(void)
{
	report_sum("cmdline", cmdline_size, crc32_more(0, cmdline, cmdline_size));
	line_begin();
	line_text("cmdline text=");
	line_bytes(cmdline, cmdline_size);
	line_end();
}

static void report_sums(void)
{
	for (unsigned index = 0; index < sizeof sums / sizeof *sums; index++) {
		uint64_t size;
		uint32_t crc;

		if (!file_sum(sums[index].path, &size, &crc))
			report_sum(sums[index].word, size, crc);
	}
}

/* The last dkinit.act= word counts, as with the kernel's own parameters; "" without one. */
static const char *wanted_act(void)
{
	static const char key[] = "dkinit.act=";
	const char *act = "";
	char *rest;

	for (char *word = strtok_r(cmdline, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!strncmp(word, key, sizeof key - 1))
			act = word + sizeof key - 1;
	return act;
}

static void end_machine(const char *act)
{
	sync();
	if (!strcmp(act, "panic"))
		_exit(1); /* "Attempted to kill init!": needs no sysrq in the kernel */
	if (!strcmp(act, "reboot"))
		reboot(RB_AUTOBOOT);
	if (!strcmp(act, "halt"))
		reboot(RB_HALT_SYSTEM);
	if (strcmp(act, "stay"))
		reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

int main(void)
{
	mount_all();
	kernel_log_quiet();
	report_open();
	line("begin");
	report_uname();
	read_cmdline();
	report_cmdline();
	report_zeropage();
	report_log();
	report_acpi();
	report_sums();
	line("end");
	report_drain();
	kernel_log_loud();
	end_machine(wanted_act());
}
