/* The second view: a report that agrees is lawful, and each rule is seen to fail on a planted
 * fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/inside.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

#define CMDLINE "console=ttyS0"

/* What the oracle saw: 512 MiB, an initrd of 0x147c7 bytes. */
static const char seen[] = "cs:ip 1020:0000\nds 1000\n"
			   "setup_sects 27\nroot_flags 1\nsyssize d8220\nvid_mode ffff\n"
			   "boot_flag aa55\nheader 53726448\nversion 20f\ntype_of_loader ff\n"
			   "loadflags 81\ncode32_start 100000\nramdisk_image 7fcb000\n"
			   "ramdisk_size 147c7\nheap_end_ptr fe00\ncmd_line_ptr 20000\n"
			   "cmdline_size 7ff\nsetup_data 0\n"
			   "setup, heap and stack 10000-20000\ninitrd 7fcb000-7fdf7c7\n";

/* 0x1c0 to 0x23f of a zero page; loadflags has KASLR_FLAG. */
static const char linux_report[] =
	"[    0.000000] Linux version 6.1\n"
	"dkinit: begin\r\n"
	"dkinit: uname 6.1.0\r\n"
	"dkinit: cmdline size=13 crc32=CRCCRCCR\r\n"
	"dkinit: cmdline text=" CMDLINE "\r\n"
	"dkinit: zeropage "
	"1c0=000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000027010020820d000000ffff000055aa\r\n"
	"dkinit: zeropage "
	"200=eb6a486472530f02000000000010c042ff8300800000100000b0fc07c747010000000000"
	"00fe000000000200ffffff7f0000200001157f00ff07000000000000\r\n"
	"dkinit: field ramdisk_image=0x7fcb000\r\n"
	"dkinit: e820 0000000000000000 000000000009fc00 1\r\n"
	"dkinit: e820 00000000000f0000 0000000000010000 2\r\n"
	"dkinit: e820 0000000000100000 0000000007ee0000 1\r\n"
	"dkinit: ramdisk 0000000007fcb000 0000000007fdffff\r\n"
	"dkinit: initrd size=83911 crc32=724928c9\r\n"
	"dkinit: blob size=65536 crc32=50db40d8\r\n"
	"dkinit: early size=4096 crc32=77ac17e9\r\n"
	"dkinit: end\r\n"
	"[    2.447212] reboot: Power down\r\n";

static const char probe_report[] =
	"dkprobe: begin linux protocol=020f\n"
	"dkprobe: entry cs=1020 ds=1000\n"
	"dkprobe: header "
	"1f1=27010020820d000000ffff000055aaeb6a486472530f02000000000010c042ff8100800000"
	"100000b0fc07c74701000000000000fe000000000200ffffff7f0000200001157f00ff07000000000000\n"
	"dkprobe: e820 0000000000000000 000000000009fc00 1\n"
	"dkprobe: e820 00000000000f0000 0000000000010000 2\n"
	"dkprobe: e820 0000000000100000 0000000007ee0000 1\n"
	"dkprobe: cmdline at=00020000 size=13 crc32=CRCCRCCR\n"
	"dkprobe: cmdline text=" CMDLINE "\n"
	"dkprobe: initrd at=07fcb000 size=83911 crc32=724928c9\n"
	"dkprobe: image at=00100000 size=16 crc32=46b6331f\n"
	"dkprobe: end\n";

/* One report that does not agree, and what that breaks: "" = nothing. */
struct fault {
	const char *rule;
	const char *from, *to; /* replaced in the report */
};

static const struct fault linux_faults[] = {
	{"", "begin", "begin"},
	{"", "dkinit: initrd size=83911 crc32=724928c9\r\n", ""}, /* 6.1 has none */
	{"", "dkinit: early size=4096 crc32=77ac17e9\r\n", ""},
	{"", "dkinit: blob size=65536 crc32=50db40d8\r\n", ""},
	{"", "ffff000055aa", "170f000055aa"}, /* vid_mode: a mode that was chosen from a menu */
	{"", "ff83", "ff81"},		      /* KASLR_FLAG */
	{"", "dkinit: begin", "dkinit: hello"},
	{"J1", "dkinit: end\r\n", ""},
	{"J1", "dkinit: end\r\n", "dkinit: ende\r\n"},
	{"J1", "dkinit: early size=4096", "dkinit: early size=[  1.0] random: 4096"},
	{"J1", "cmdline size=13", "cmdline crc32=13"},
	{"J1 J4", "e820 00000000000f0000 ", "e820 "},
	{"J2", "ff83", "b083"},			/* type_of_loader */
	{"J2", "ff83", "ff03"},			/* loadflags: CAN_USE_HEAP */
	{"J2", "00b0fc07c747", "00b0fd07c747"}, /* ramdisk_image */
	{"J2", "c7470100", "c6470100"},		/* ramdisk_size */
	{"J2", "72530f02", "72530e02"},
	{"J2", "00fe", "00fd"},
	{"J2", "0000000200ffff", "0000000201ffff"},
	{"J3", "zeropage 1c0=", "zeropage 0c0=01\r\ndkinit: zeropage 1c0="},
	{"J3", "zeropage 1c0=", "zeropage 0c4=01\r\ndkinit: zeropage 1c0="},
	{"J3", "zeropage 1c0=", "zeropage 0c8=01\r\ndkinit: zeropage 1c0="},
	{"J4", "000000000009fc00 1", "000000000009f800 1"},
	{"J4", "0000000000010000 2", "0000000000010000 1"},
	{"J4", "e820 0000000000000000", "e820 0000000000001000"},
	{"J4", "dkinit: e820 00000000000f0000 0000000000010000 2\r\n", ""},
	{"J4", "dkinit: ramdisk",
		"dkinit: e820 0000000100000000 0000000000010000 1\r\ndkinit: ramdisk"},
	{"J5", "size=13", "size=12"},
	{"J5", "size=13", "size=14"},
	{"J5", "CRCCRCCR", "00000000"},
	{"J6", "dkinit: ramdisk 0000000007fcb000 0000000007fdffff\r\n", ""},
	{"J6", "ramdisk 0000000007fcb000", "ramdisk 0000000007fcc000"},
	{"J6", "0000000007fdffff", "0000000007fdefff"},
	{"J7", "size=83911", "size=83910"},
	{"J7", "crc32=724928c9", "crc32=724928c8"},
	{"J7", "crc32=50db40d8", "crc32=50db40d9"},
	{"J7", "size=4096", "size=4095"},
};

#define SEGMENT(name, limit, access)                                                               \
	"dkprobe: segment " name " selector=0010 base=00000000 limit=" limit " access=" access     \
	" flags=c\n"
#define SEGMENTS(limit)                                                                            \
	SEGMENT("cs", limit, "9b")                                                                 \
	SEGMENT("ds", "ffffffff", "93")                                                            \
	SEGMENT("es", "ffffffff", "93") SEGMENT("ss", "ffffffff", "93")

static const struct fault probe_faults[] = {
	{"", "begin", "begin"},
	{"J1", "dkprobe: end\n", ""},
	{"J1", "dkprobe: header", "dkprobe: heading"},
	{"J1 J2", "aaeb6a", "aa-b6a"},
	{"J1 J6", "size=83911 crc32=724928c9", "size=83911 crc32=none, it does not fit"},
	{"J2", "ff81", "ff83"},
	{"J2", "ffff000055aa", "170f000055aa"}, /* its vid_mode is the loader's */
	{"J4", "000000000009fc00 1", "000000000009f800 1"},
	{"J5", "at=00020000", "at=00020001"},
	{"J5", "CRCCRCCR", "00000000"},
	{"J6", "at=07fcb000", "at=07fca000"},
	{"J6 J7", "size=83911", "size=83910"},
	{"J7", "crc32=724928c9", "crc32=724928c8"},
	{"J8", "crc32=46b6331f", "crc32=46b6331e"},
	{"J8", "size=16 ", "size=17 "},
	/* nothing flat to look at */
	{"", "dkprobe: e820", SEGMENTS("000fffff") "dkprobe: e820"},
};

static const struct fault flat_probe_faults[] = {
	{"", "dkprobe: e820", SEGMENTS("ffffffff") "dkprobe: e820"},
	{"J9", "dkprobe: e820", SEGMENTS("000fffff") "dkprobe: e820"},
	{"J9", "begin", "begin"}, /* they have to be told */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* @text with the first @from of it replaced. */
static char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("the report has no '%s'", from);
	return format_text("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static char *lawful(const char *report)
{
	autofree char *crc = format_text("%08x", crc32_bytes(CMDLINE, strlen(CMDLINE)));

	return replace(report, "CRCCRCCR", crc);
}

/* Reads a report, @step bytes at a time, and judges it. */
static void judge_entered(const char *report, size_t step, const char *cmdline, bool powered_off,
	unsigned entry, struct layout_verdict *verdict)
{
	struct part initrd = {.size = 0x147c7,
		.crc32 = 0x724928c9,
		.blob_size = 65536,
		.blob_crc32 = 0x50db40d8,
		.early_size = 4096,
		.early_crc32 = 0x77ac17e9};
	struct payload payload = {.initrd = &initrd,
		.cmdline = (char *)cmdline,
		.image_size = 16,
		.image_crc32 = 0x46b6331f,
		.protocol = 0x20f,
		.entry = entry};
	struct memory_map map = {
		.range = {{0, 0x9fc00, 1}, {0xf0000, 0x100000, 2}, {0x100000, 0x7fe0000, 1}},
		.count = 3};
	struct outside outside = {&payload, seen, &map, powered_off};
	struct inside inside = {0};

	*verdict = (struct layout_verdict){0};
	for (size_t at = 0, size = strlen(report); at < size; at += step)
		inside_feed(&inside, report + at, size - at < step ? size - at : step);
	inside_end(&inside);
	inside_judge(&inside.facts, &outside, verdict);
	inside_clear(&inside);
}

static void judge_report(const char *report, size_t step, const char *cmdline, bool powered_off,
	struct layout_verdict *verdict)
{
	judge_entered(report, step, cmdline, powered_off, 16, verdict);
}

/* The rules that were broken, each once: "J6 J7". */
static char *broken(const struct layout_verdict *verdict)
{
	struct buffer out = {0};

	buffer_add_text(&out, "");
	for (size_t i = 0; i < verdict->violation_count; i++)
		if (!strstr(out.data, verdict->violations[i].rule))
			buffer_printf(
				&out, "%s%s", out.size ? " " : "", verdict->violations[i].rule);
	return buffer_take(&out);
}

static void check_faults(
	const char *report, const struct fault *faults, size_t count, unsigned entry)
{
	autofree char *good = lawful(report);

	for (size_t i = 0; i < count; i++) {
		const struct fault *fault = &faults[i];
		bool known = strstr(good, fault->from) != NULL;
		/* the checksum of the command line was filled in */
		autofree char *bad = known ? replace(good, fault->from, fault->to)
					   : replace(report, fault->from, fault->to);
		struct layout_verdict verdict;
		autofree char *rules = NULL;

		judge_entered(bad, 7, CMDLINE, true, entry, &verdict);
		rules = broken(&verdict);
		if (strcmp(rules, fault->rule) != 0)
			fail_msg("'%s' instead of '%s': expected '%s', found '%s'%s%s", fault->to,
				fault->from, fault->rule, rules,
				verdict.violation_count ? ": " : "",
				verdict.violation_count ? verdict.violations[0].text : "");
		layout_verdict_free(&verdict);
	}
}

static void test_linux_faults(void **state)
{
	(void)state;
	check_faults(linux_report, linux_faults, COUNT(linux_faults), 16);
}

static void test_probe_faults(void **state)
{
	(void)state;
	check_faults(probe_report, probe_faults, COUNT(probe_faults), 16);
	check_faults(probe_report, flat_probe_faults, COUNT(flat_probe_faults), 32);
}

static bool has_fault(const struct fault *faults, size_t count, const char *rule)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(faults[i].rule, rule))
			return true;
	return false;
}

static void test_each_rule_has_a_fault_for_each_guest(void **state)
{
	(void)state;
	for (const struct inside_rule *rule = inside_rules; rule->id; rule++) {
		if (rule->guests & INSIDE_LINUX)
			assert_true(has_fault(linux_faults, COUNT(linux_faults), rule->id));
		if (rule->guests & INSIDE_PROBE)
			assert_true(
				has_fault(probe_faults, COUNT(probe_faults), rule->id) ||
				has_fault(flat_probe_faults, COUNT(flat_probe_faults), rule->id));
	}
}

/* A panic or a reset has a class of its own; what it kept from being said is not wrong too. */
static void test_a_report_that_was_cut_short_is_not_judged(void **state)
{
	autofree char *good = lawful(linux_report);
	struct layout_verdict verdict;

	(void)state;
	*strstr(good, "dkinit: e820") = '\0';
	judge_report(good, 1, CMDLINE, false, &verdict);
	assert_int_equal(verdict.violation_count, 0);
	assert_int_equal(verdict.rules_checked, 0);
	judge_report(good, 1, CMDLINE, true, &verdict);
	assert_int_equal(verdict.violation_count, 1);
	assert_string_equal(verdict.violations[0].text,
		"seen from inside: the report ended before its last line");
	layout_verdict_free(&verdict);
}

static void test_rules_that_concern_a_guest_are_counted(void **state)
{
	static const char *const reports[] = {linux_report, probe_report, "something else\n"};
	static const unsigned counts[] = {7, 7, 0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		autofree char *good = i < 2 ? lawful(reports[i]) : copy_text(reports[i]);
		struct layout_verdict verdict;

		judge_report(good, 4096, CMDLINE, true, &verdict);
		assert_int_equal(verdict.rules_checked, counts[i]);
		assert_int_equal(verdict.violation_count, 0);
	}
}

/* Beyond cmdline_size (0x7ff here) it may be cut, before it may not. */
static void test_a_long_command_line(void **state)
{
	static const struct {
		size_t asked, told;
		bool lawful;
	} rows[] = {{2047, 2047, true}, {2047, 2046, false}, {2500, 2047, true},
		{2500, 2046, false}, {2500, 2500, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		autobuffer struct buffer asked = {0};
		autofree char *report = NULL, *sum = NULL;
		struct layout_verdict verdict;

		buffer_fill(&asked, 'x', rows[i].asked);
		sum = format_text("cmdline size=%zu crc32=%08x", rows[i].told,
			crc32_bytes(asked.data, rows[i].told));
		report = replace(linux_report, "cmdline size=13 crc32=CRCCRCCR", sum);
		judge_report(report, 100, asked.data, true, &verdict);
		assert_int_equal(verdict.violation_count, rows[i].lawful ? 0 : 1);
		layout_verdict_free(&verdict);
	}
}

static void test_text_names_both_views(void **state)
{
	autofree char *good = lawful(linux_report);
	autofree char *bad = replace(good, "0000000000010000 2", "0000000000010000 1");
	struct layout_verdict verdict;

	(void)state;
	judge_report(bad, 64, CMDLINE, true, &verdict);
	assert_int_equal(verdict.violation_count, 1);
	assert_string_equal(verdict.violations[0].text,
		"seen from inside: e820 entry 1: expected 0xf0000-0xfffff type 2, found "
		"0xf0000-0xfffff type 1");
	layout_verdict_free(&verdict);
}

/* A guest may print anything: no line of it is read beyond its room. */
static void test_hostile_lines(void **state)
{
	static const char *const lines[] = {"dkinit: zeropage fff=0000", "dkinit: zeropage 1000=00",
		"dkinit: zeropage zzz=00", "dkinit: zeropage 000=0", "dkinit: zeropage ",
		"dkinit: e820 1 2", "dkinit: e820 1 2 3 4", "dkinit: ramdisk x",
		"dkinit: cmdline size=-", "dkprobe: header 1f1",
		"dkprobe: initrd at=", "dkinit: blob size=1 crc32=123456789"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct inside inside = {0};

		inside_feed(&inside, lines[i], strlen(lines[i]));
		inside_feed(&inside, "\n", 1);
		assert_true(inside.facts.garbled[0] != '\0');
		inside_clear(&inside);
	}
	for (size_t i = 0; i < 3; i++) {
		struct inside inside = {0};

		for (size_t n = 0; n < 400; n++)
			inside_feed(&inside, "dkinit: e820 0 1 1\n", 19);
		assert_int_equal(inside.facts.map.count, MEMORY_MAP_LIMIT);
		inside_clear(&inside);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linux_faults),
		cmocka_unit_test(test_probe_faults),
		cmocka_unit_test(test_each_rule_has_a_fault_for_each_guest),
		cmocka_unit_test(test_a_report_that_was_cut_short_is_not_judged),
		cmocka_unit_test(test_rules_that_concern_a_guest_are_counted),
		cmocka_unit_test(test_a_long_command_line),
		cmocka_unit_test(test_text_names_both_views),
		cmocka_unit_test(test_hostile_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
