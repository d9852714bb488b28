/* What two guests report of firmware and payload is compared: each fact is seen to differ on a
 * planted fault, and what is the loader's own matter does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/facts.h"
#include "check/inside.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

static const char linux_report[] = "dkinit: begin\r\n"
				   "dkinit: uname 6.1.0 x\r\n"
				   "dkinit: cmdline size=13 crc32=01234567\r\n"
				   "dkinit: cmdline text=a b\r\n"
				   "dkinit: zeropage 1c0=00\r\n"
				   "dkinit: field cmd_line_ptr=0x20000\r\n"
				   "dkinit: e820 0000000000000000 000000000009fc00 1\r\n"
				   "dkinit: e820 00000000000f0000 0000000000010000 2\r\n"
				   "dkinit: ramdisk 0000000007fcb000 0000000007fdffff\r\n"
				   "dkinit: acpi-at RSDP 00000000000f59d0\r\n"
				   "dkinit: acpi-at SSDT 000000001ffe1000\r\n"
				   "dkinit: acpi-at SSDT 000000001ffe2000\r\n"
				   "dkinit: acpi DSDT size=6385 crc32=628a739f\r\n"
				   "dkinit: initrd size=7 crc32=724928c9\r\n"
				   "dkinit: blob size=65536 crc32=50db40d8\r\n"
				   "dkinit: early size=4096 crc32=77ac17e9\r\n"
				   "dkinit: end\r\n";

static const char linux_facts[] = "e820 0x0-0x9fbff:1\n"
				  "e820 0xf0000-0xfffff:2\n"
				  "cmdline size=13,crc32=01234567\n"
				  "initrd size=7,crc32=724928c9\n"
				  "blob size=65536,crc32=50db40d8\n"
				  "early size=4096,crc32=77ac17e9\n"
				  "kernel 6.1.0,x\n"
				  "acpi-at.RSDP 00000000000f59d0\n"
				  "acpi-at.SSDT 000000001ffe1000\n"
				  "acpi-at.SSDT 000000001ffe2000\n"
				  "acpi.DSDT size=6385,crc32=628a739f\n";

static const char probe_report[] =
	"dkprobe: begin linux protocol=020f\n"
	"dkprobe: entry cs=1020 ds=1000\n"
	"dkprobe: tables gdt=000c030c/0017 idt=00000000/03ff int13=f000e3fe int15=f000f859 "
	"int19=f000e6f2 a20=1\n"
	"dkprobe: header 1f1=27\n"
	"dkprobe: int12 kib=639\n"
	"dkprobe: e801 ax=3c00 bx=02fe cx=3c00 dx=02fe\n"
	"dkprobe: xen store=00000000feffc000 console=00000000feffd000\n"
	"dkprobe: e820 0000000000000000 000000000009fc00 1\n"
	"dkprobe: cmdline none\n"
	"dkprobe: initrd at=07fcb000 size=7 crc32=724928c9\n"
	"dkprobe: image at=00100000 size=16 crc32=46b6331f\n"
	"dkprobe: tail intact\n"
	"dkprobe: end\n";

/* A word of the report that is replaced, and the fact that then differs; "" = none. */
struct fault {
	const char *from, *to, *fact;
};

static const struct fault linux_faults[] = {
	{"uname 6.1.0", "uname 6.1.1", "kernel"}, {"crc32=01234567", "crc32=01234568", "cmdline"},
	{"000000000009fc00 1", "000000000009f800 1", "e820"},
	{"0000000000010000 2", "0000000000010000 4", "e820"},
	{"dkinit: e820 00000000000f0000 0000000000010000 2\r\n", "", "e820"},
	{"RSDP 00000000000f59d0", "RSDP 00000000000f59e0", "acpi-at.RSDP"},
	{"SSDT 000000001ffe2000", "SSDT 000000001ffe3000", "acpi-at.SSDT"},
	{"dkinit: acpi-at RSDP 00000000000f59d0\r\n", "", "acpi-at.RSDP"},
	{"size=6385", "size=6386", "acpi.DSDT"}, {"crc32=628a739f", "crc32=628a739e", "acpi.DSDT"},
	{"dkinit: acpi DSDT", "dkinit: acpi BGRT size=1 crc32=0\r\ndkinit: acpi DSDT", "acpi.BGRT"},
	{"crc32=724928c9", "crc32=724928c8", "initrd"},
	{"blob size=65536", "blob size=65535", "blob"},
	{"early size=4096", "early size=4095", "early"}, {"1c0=00", "1c0=01", ""},
	{"cmd_line_ptr=0x20000", "cmd_line_ptr=0x90000", ""},
	{"ramdisk 0000000007fcb000", "ramdisk 0000000007fca000", ""},
	{"cmdline text=a", "cmdline text=b", ""}, /* told by its checksum */
};

static const struct fault probe_faults[] = {
	{"int13=f000e3fe", "int13=9fc00000", "vectors"},
	{"int15=f000f859", "int15=9fc00000", "vectors"},
	{"int19=f000e6f2", "int19=9fc00000", "vectors"},
	{"a20=1", "a20=0", "vectors"},
	{"kib=639", "kib=638", "int12"},
	{"bx=02fe", "bx=02fd", "e801"},
	{"store=00000000feffc000", "store=00000000feff0000", "xen"},
	{"console=00000000feffd000", "console=ffffffffffffffff", "xen"},
	{"e801 ax=3c00", "e801 refused ax=3c00", "e801"},
	{"000000000009fc00 1", "000000000009f800 1", "e820"},
	{"cmdline none", "cmdline at=00020000 size=1 crc32=e8b7be43", "cmdline"},
	{"size=7", "size=6", "initrd"},
	{"size=16", "size=17", "image"},
	{"cs=1020", "cs=9020", ""},
	{"gdt=000c030c/0017", "gdt=00000000/0000", ""},
	{"1f1=27", "1f1=28", ""},
	{"at=07fcb000", "at=07fca000", ""},
	{"at=00100000", "at=00200000", ""},
};

static char *facts_of(const char *report)
{
	struct inside inside = {0};
	char *facts;

	inside_feed(&inside, report, strlen(report));
	inside_end(&inside);
	facts = inside_facts_text(&inside.facts);
	inside_clear(&inside);
	return facts;
}

static void check_faults(const char *report, const struct fault *faults, size_t count)
{
	autofree char *right = facts_of(report);

	for (size_t i = 0; i < count; i++) {
		const struct fault *fault = &faults[i];
		const char *at = strstr(report, fault->from);
		autofree char *other = format_text("%.*s%s%s", (int)(at - report), report,
			fault->to, at + strlen(fault->from));
		autofree char *wrong = facts_of(other);
		struct fact_differences found = facts_compare(right, wrong);

		assert_int_equal(found.count, *fault->fact != '\0');
		if (found.count)
			assert_string_equal(found.list[0].fact, fault->fact);
		facts_free(&found);
	}
}

static void a_report_is_told_in_facts(void **state)
{
	autofree char *facts = facts_of(linux_report);

	(void)state;
	assert_string_equal(facts, linux_facts);
}

static void each_fault_of_a_linux_report_is_seen(void **state)
{
	(void)state;
	check_faults(linux_report, linux_faults, sizeof(linux_faults) / sizeof(linux_faults[0]));
}

static void each_fault_of_a_probes_report_is_seen(void **state)
{
	(void)state;
	check_faults(probe_report, probe_faults, sizeof(probe_faults) / sizeof(probe_faults[0]));
}

static void what_is_cut_short_or_garbled_has_no_facts(void **state)
{
	static const char *const reports[] = {"", "dkinit: uname 6\ndkinit: end\n",
		"dkinit: begin\n", "dkinit: begin\ndkinit: e820 0",
		"dkinit: begin\ndkinit: acpi\ndkinit: acpi DSDT\ndkinit: end\n",
		"dkinit: begin\ndkinit: acpi DSDT \ndkinit: end\n",
		"dkinit: begin\ndkinit: acpi-at  1\ndkinit: end\n",
		"dkinit: begin\ndkinit: uname \ndkinit: end\n",
		"dkprobe: begin\ndkprobe: tables gdt=0\ndkprobe: end\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		assert_null(facts_of(reports[i]));
}

/* Facts go to terminals and JSON: whatever bytes a guest sends, a line of theirs is printable. */
static void control_bytes_become_text(void **state)
{
	autofree char *facts =
		facts_of("dkinit: begin\ndkinit: uname \x1b[1m\xff 6\ndkinit: end\n");

	(void)state;
	assert_non_null(facts);
	for (const char *at = facts; *at; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
	assert_int_equal(strcspn(facts, " "), strlen("kernel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_told_in_facts),
		cmocka_unit_test(each_fault_of_a_linux_report_is_seen),
		cmocka_unit_test(each_fault_of_a_probes_report_is_seen),
		cmocka_unit_test(what_is_cut_short_or_garbled_has_no_facts),
		cmocka_unit_test(control_bytes_become_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
