/* The second view of Multiboot, Multiboot 2 and PVH: an agreeing report is lawful, each rule is
 * seen to fail. */
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

#define FLAT "base=00000000 limit=ffffffff"

static const char report[] =
	"dkprobe: begin pvh\n"
	"dkprobe: segment cs selector=0010 " FLAT " access=9b flags=c\n"
	"dkprobe: segment ds selector=0018 " FLAT " access=93 flags=c\n"
	"dkprobe: segment es selector=0018 " FLAT " access=93 flags=c\n"
	"dkprobe: segment ss selector=0018 " FLAT " access=93 flags=c\n"
	"dkprobe: segment tr selector=0020 base=00000000 limit=00000067 access=8b flags=0\n"
	"dkprobe: e820 0000000000000000 000000000009fc00 1\n"
	"dkprobe: cmdline at=0009d000 size=5 crc32=CRCCRCCR\n"
	"dkprobe: module at=00300000 size=6001 crc32=12345678\n"
	"dkprobe: string at=0009d200 size=21 crc32=0badcafe\n"
	"dkprobe: string text=module with arguments\n"
	"dkprobe: image at=00200000 size=16 crc32=46b6331f\n"
	"dkprobe: zeros at=00200010 size=4096 dirty=0\n"
	"dkprobe: end\n";

static const struct fault {
	const char *rules, *from, *to;
	enum boot_protocol boot;
} faults[] = {
	{"", "begin", "begin", BOOT_PVH},
	{"", "begin pvh", "begin multiboot", BOOT_MULTIBOOT},
	{"", "base=00000000 limit=00000067 access=8b flags=0", "none", BOOT_MULTIBOOT2},
	{"J1", "dkprobe: end\n", "", BOOT_PVH},
	{"J1 J9", "limit=ffffffff access=9b", "limit=ffffffff axe=9b", BOOT_MULTIBOOT2},
	{"J4", "000000000009fc00 1", "000000000009f800 1", BOOT_PVH},
	{"J5", "CRCCRCCR", "00000000", BOOT_PVH},
	{"J5", "size=5 ", "size=6 ", BOOT_MULTIBOOT},
	{"J8", "crc32=46b6331f", "crc32=46b6331e", BOOT_PVH},
	{"J9", "ss selector=0018 base=00000000", "ss selector=0018 base=00001000", BOOT_PVH},
	{"J9", "access=9b", "access=93", BOOT_MULTIBOOT},
	{"J9", "segment es", "segment fs", BOOT_MULTIBOOT},
	{"J9", "access=93 flags=c", "access=93 flags=4", BOOT_PVH},
	{"J10", "limit=00000067", "limit=0000ffff", BOOT_PVH},
	{"J10", "base=00000000 limit=00000067 access=8b flags=0", "none", BOOT_PVH},
	{"J11", "dirty=0", "dirty=1", BOOT_PVH},
	{"J12", "at=00300000", "at=00301000", BOOT_PVH},
	{"J12", "crc32=12345678", "crc32=12345679", BOOT_PVH},
	{"J12", "crc32=0badcafe", "crc32=0badcaff", BOOT_MULTIBOOT},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("the report has no '%s'", from);
	return format_text("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static char *judge(const char *text, enum boot_protocol boot)
{
	static const struct part module = {.size = 6001, .crc32 = 0x12345678};
	struct payload payload = {.boot = boot,
		.cmdline = (char *)"quiet",
		.image_size = 16,
		.image_crc32 = 0x46b6331f,
		.modules = {{&module, ""}},
		.module_count = 1};
	struct memory_map map = {.range = {{0, 0x9fc00, 1}}, .count = 1};
	autofree char *seen = format_text("cs:ip 10:200080\ncmdline 5 %08x\n"
					  "module.0 300000 6001 0badcafe\n",
		crc32_bytes("quiet", 5));
	struct outside outside = {&payload, seen, &map, true};
	struct layout_verdict verdict = {0};
	struct inside inside = {0};
	struct buffer out = {0};

	inside_feed(&inside, text, strlen(text));
	inside_end(&inside);
	inside_judge(&inside.facts, &outside, &verdict);
	inside_clear(&inside);
	buffer_add_text(&out, "");
	for (size_t i = 0; i < verdict.violation_count; i++)
		buffer_printf(&out, "%s%s", i ? " " : "", verdict.violations[i].rule);
	layout_verdict_free(&verdict);
	return buffer_take(&out);
}

static void test_faults(void **state)
{
	autofree char *crc = format_text("%08x", crc32_bytes("quiet", 5));

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		autofree char *bad = replace(report, faults[i].from, faults[i].to);
		autofree char *full =
			strstr(bad, "CRCCRCCR") ? replace(bad, "CRCCRCCR", crc) : copy_text(bad);
		autofree char *rules = judge(full, faults[i].boot);

		if (strcmp(rules, faults[i].rules) != 0)
			fail_msg("'%s' instead of '%s': expected '%s', found '%s'", faults[i].to,
				faults[i].from, faults[i].rules, rules);
	}
}

static void test_each_rule_has_a_fault(void **state)
{
	(void)state;
	for (const struct inside_rule *rule = inside_rules; rule->id; rule++) {
		size_t i = 0;

		while (i < COUNT(faults) && strcmp(faults[i].rules, rule->id) != 0)
			i++;
		if (rule->guests & INSIDE_FLAT && i == COUNT(faults))
			fail_msg("rule %s was never seen to fail", rule->id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_each_rule_has_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
