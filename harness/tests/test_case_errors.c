/* Every error line of a case file, once, word for word. */
#include "test_case.h"

#include <sys/stat.h>

#define HEAD	"about: a\naxes:\n  kernel: [k1, k2]\n  memory: [64M, 5G]\n"
#define AXES_OF "about: a\naxes:\n  kernel: [k1]\n"
#define KERNEL	"about: a\naxes:\n  kernel:\n    - "
#define INITRD	"about: a\naxes:\n  kernel: [k]\n  initrd:\n    - "

static const struct {
	const char *text, *message;
} wrongs[] = {
	{"", "x.yaml:1: an empty file, expected a case"},
	{"# nothing\n", "x.yaml:1: an empty file, expected a case"},
	{"- a\n", "x.yaml:1: a case is a list, expected a map of keys"},
	{"just text\n", "x.yaml:1: a case is \"just text\", expected a map of keys"},
	{"about: a\n--- \nabout: b\n", "x.yaml:2: a second document, expected one in a file"},
	{"about: !!str a\n", "x.yaml:1: a YAML tag, expected none (values are typed by their key)"},
	{"about: a\n\taxes:\n",
		"x.yaml:2: a tab, expected spaces (inside double quotes write \\t)"},
	{"about: a\x01\n", "x.yaml:1: control byte 0x01, expected text"},
	{"about: \"a\\0b\"\n", "x.yaml:1: a NUL byte in text, expected none"},
	{"about: a\nabout: b\n", "x.yaml:2: key \"about\" again, expected once (it is in line 1)"},
	{"about: *nowhere\n", "x.yaml:1: alias *nowhere, expected an anchor &nowhere on a complete "
			      "value before it"},
	{"about: &a [*a]\n",
		"x.yaml:1: alias *a, expected an anchor &a on a complete value before it"},
	{"about: a\n[x]: b\n", "x.yaml:2: a key that is not text, expected a word"},
	{"about: {a: b\n", "x.yaml:2: did not find expected ',' or '}' while parsing a flow "
			   "mapping, expected YAML"},
	{"about: [[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]\n",
		"x.yaml:1: nested 17 deep, expected at most 16"},
	{"about: \xef\xbf\xbe\n", "x.yaml:1: control characters are not allowed, expected YAML"},
	{"about: caf\xe9\n", "x.yaml:1: byte 0xe9, expected UTF-8"},
	{"about: \xed\xa0\x80\n", "x.yaml:1: byte 0xed, expected UTF-8"},
	{"about: a\n", "x.yaml:1: a case without \"axes\", expected that key"},
	{"axes: {kernel: [k]}\n", "x.yaml:1: a case without \"about\", expected that key"},
	{"about: a\naxes: {memory: [64M]}\n",
		"x.yaml:2: axes without \"kernel\", expected that key"},
	{"about:\naxes: {kernel: [k]}\n", "x.yaml:1: about is empty, expected one line of text"},
	{"about: \"a\\nb\"\naxes: {kernel: [k]}\n",
		"x.yaml:1: about is more than one line, expected one line of text"},
	{"about: ''\naxes: {kernel: [k]}\n", "x.yaml:1: about is empty, expected one line of text"},
	{"about: [a]\naxes: {kernel: [k]}\n", "x.yaml:1: about is a list, expected text"},
	{"about: a\naxes: []\n", "x.yaml:2: axes is a list, expected a map of keys"},
	{"about: a\naxes: {}\n", "x.yaml:2: axes is empty, expected at least one entry"},
	{"about: a\naxes: {kernel: []}\n",
		"x.yaml:2: kernel is empty, expected at least one entry"},
	{"about: a\naxes: {kernel: k}\n", "x.yaml:2: kernel is \"k\", expected a list"},
	{"about: a\naxes: {kernel: [k], memroy: [1M]}\n",
		"x.yaml:2: unknown key \"memroy\", did you mean \"memory\"? Expected one of: "
		"engine, machine, firmware, rom, via, source, cpu, vcpus, memory, devices, kernel, "
		"initrd, cmdline, entry, resets, move"},
	{"about: a\naxes: {kernel: [Linux_6]}\n",
		"x.yaml:2: name \"Linux_6\", expected 1 to 24 of a-z 0-9 . -"},
	{"about: a\naxes: {kernel: [k,\n  k]}\n",
		"x.yaml:3: kernel: value \"k\" again, expected once (it is in line 2)"},
	{"about: a\naxes: {kernel: [k], memory: [1024M, 1G]}\n",
		"x.yaml:2: memory: value \"1g\" again, expected once (it is in line 2)"},
	{"about: a\naxes: {kernel: [this-name-is-longer-than-it-may-be]}\n",
		"x.yaml:2: name \"this-name-is-longer-than-it-may-be\", expected 1 to 24 of a-z "
		"0-9 . -"},
	{HEAD "taggs: [x]\n",
		"x.yaml:5: unknown key \"taggs\", did you mean \"tags\"? Expected "
		"one of: about, tags, axes, pick, except, skip, long, expect_fail, retry, expect, "
		"unordered, forbid, end, limit, quiet, layout, compare"},
	{HEAD "zzzz: 1\n",
		"x.yaml:5: unknown key \"zzzz\", expected one of: about, tags, axes, pick, except, "
		"skip, long, expect_fail, retry, expect, unordered, forbid, end, limit, quiet, "
		"layout, "
		"compare"},
	{HEAD "tags: [Gate]\n", "x.yaml:5: name \"Gate\", expected 1 to 24 of a-z 0-9 . -"},
	{HEAD "tags: [[x]]\n", "x.yaml:5: a tag is a list, expected text"},
	{HEAD "limit: 20\n",
		"x.yaml:5: limit is \"20\", expected a time above zero (250ms, 10s, 1.5m)"},
	{HEAD "limit: 0s\n",
		"x.yaml:5: limit is \"0s\", expected a time above zero (250ms, 10s, 1.5m)"},
	{HEAD "layout: yes\n", "x.yaml:5: layout is \"yes\", expected one of: off, entry, full"},
	{HEAD "pick: pairs\n", "x.yaml:5: pick (a word, or {sample: N}) is \"pairs\", expected one "
			       "of: all, pairwise"},
	{HEAD "pick: {seed: 1}\n", "x.yaml:5: pick without \"sample\", expected that key"},
	{HEAD "pick: {sample: 0}\n", "x.yaml:5: sample is 0, expected 1 to 1000000"},
	{HEAD "pick: {sample: few}\n", "x.yaml:5: sample is \"few\", expected a number (17, 0x11)"},
	{AXES_OF "  memory: [big]\n",
		"x.yaml:4: memory is \"big\", expected a size (512, 64K, 1M, 5G)"},
	{AXES_OF "  memory: [1K]\n", "x.yaml:4: memory is 1K, expected 1M to 4096G"},
	{AXES_OF "  vcpus: [0]\n", "x.yaml:4: vcpus is 0, expected 1 to 255"},
	{AXES_OF "  vcpus: [one]\n", "x.yaml:4: vcpus is \"one\", expected a number (17, 0x11)"},
	{AXES_OF "  vcpus: [[1]]\n", "x.yaml:4: vcpus is a list, expected text"},
	{AXES_OF "  rom: [dkbot]\n",
		"x.yaml:4: rom \"dkbot\", did you mean \"dkboot\"? Expected one of: dkboot, stock"},
	{AXES_OF "  source: [fwcfg]\n",
		"x.yaml:4: source \"fwcfg\", expected one of: fwcfg-dma, "
		"fwcfg-pio, volume, volume-truncated, volume-version, volume-foreign, "
		"volume-header, volume-kernel, volume-initrd, volume-cmdline, volume-ide, "
		"bootsector, bootsector-ide, bootsector-kernel, bootsector-loader, "
		"bootsector-bare, stream, "
		"stream-once, stream-lost, stream-torn, stream-stale, stream-damaged, "
		"stream-stall, stream-short, "
		"stream-long, stream-kernel, stream-initrd, stream-cmdline, stream-version, "
		"stream-huge, stream-bare, "
		"stream-twice, stream-count"},
	{AXES_OF "  source: [{name: a, text: b}]\n", "x.yaml:4: source is a map, expected text"},
	{AXES_OF "  rom: [{name: a, text: b}]\n",
		"x.yaml:4: unknown key \"text\", expected one of: name, file"},
	{AXES_OF "  rom: [{name: a, file: ''}]\n", "x.yaml:4: file is empty, expected a path"},
	{AXES_OF "  cpu: [{name: a}]\n", "x.yaml:4: a value without \"text\", expected that key"},
	{AXES_OF "  devices: [-vga]\n", "x.yaml:4: devices \"-vga\", expected none or {name: …, "
					"args: [\"-vga\", \"std\"]}"},
	{AXES_OF "  devices: [{name: a, args: []}]\n",
		"x.yaml:4: args is empty, expected at least one entry"},
	{AXES_OF "  devices: [{name: a, args: [[b]]}]\n",
		"x.yaml:4: an argument is a list, expected text"},
	{AXES_OF "  devices: [{name: a, args: b}]\n", "x.yaml:4: args is \"b\", expected a list"},
	{AXES_OF "  cmdline: [quiet]\n",
		"x.yaml:4: cmdline \"quiet\", expected none or {name: …, text: \"…\"}"},
	{AXES_OF "  cmdline: [{name: a, text: }]\n", "x.yaml:4: text has no value, expected text"},
	{AXES_OF "  cmdline: [{name: a, text: quiet, pad_to: 3}]\n",
		"x.yaml:4: pad_to: 3 is too short for a command line of 5 bytes: expected 11 or "
		"more"},
	{AXES_OF "  cmdline: [{name: a, text: quiet, pad_to: 7}]\n",
		"x.yaml:4: pad_to: 7 is too short for a command line of 5 bytes: expected 11 or "
		"more"},
	{KERNEL "{name: a}\n", "x.yaml:4: a kernel with too little, expected exactly one of: "
			       "catalogue, file, probe, malformed"},
	{KERNEL "{name: a, file: b, catalogue: c}\n",
		"x.yaml:4: a kernel with too much, expected "
		"exactly one of: catalogue, file, probe, malformed"},
	{KERNEL "{name: a, malformed: 2, refuses: nobody}\n",
		"x.yaml:4: refuses \"nobody\", expected emulator"},
	{KERNEL "{name: a, probe: {}}\n", "x.yaml:4: probe is empty, expected at least one entry"},
	{KERNEL "{name: a, probe: {protocol: 2.16}}\n",
		"x.yaml:4: protocol \"2.16\", expected none, 2.00 to 2.15, multiboot, multiboot2, "
		"pvh or linux-entries"},
	{KERNEL "{name: a, probe: {protocol: 2.15, load: middle}}\n",
		"x.yaml:4: load is \"middle\", expected one of: high, low"},
	{KERNEL "{name: a, probe: {protocol: 2.15, act: dance}}\n",
		"x.yaml:4: act is \"dance\", expected one of: poweroff, halt, spin, reset, triple, "
		"panic, chatter, beat"},
	{KERNEL "{name: a, probe: {protocol: 2.15, setup_sects: 256}}\n",
		"x.yaml:4: setup_sects is 256, expected 0 to 255"},
	{KERNEL "{name: a, probe: {protocol: 2.15, setup_sect: 5}}\n",
		"x.yaml:4: unknown key \"setup_sect\", did you mean \"setup_sects\"? Expected one "
		"of: protocol, load, image_size, act, setup_sects, loadflags, heap_end_ptr, "
		"initrd_addr_max, kernel_alignment, relocatable_kernel, min_alignment, xloadflags, "
		"cmdline_size, pref_address, init_size, syssize, vid_mode"},
	{KERNEL "{name: a, probe: {protocol: 2.15, image_size: huge}}\n",
		"x.yaml:4: image_size is \"huge\", expected a size (512, 64K, 1M, 5G)"},
	{INITRD "{name: a}\n", "x.yaml:5: an initrd with too little, expected exactly one of: "
			       "archives, modules, random, catalogue, file"},
	{INITRD "{name: a, archives: [{compress: gz}]}\n",
		"x.yaml:5: compress is \"gz\", expected one of: none, gzip, bzip2, lzma, xz, lzo, "
		"lz4, zstd"},
	{INITRD "{name: a, archives: [{early: maybe}]}\n",
		"x.yaml:5: early is \"maybe\", expected one of: no, yes, false, true"},
	{INITRD "{name: a, archives: [{early: yes, compress: xz}]}\n",
		"x.yaml:5: an early archive with compress or blob, expected neither: it is plain"},
	{INITRD "{name: a, random: 1M, file: x}\n", "x.yaml:5: an initrd with too much, expected "
						    "exactly one of: archives, modules, random, "
						    "catalogue, file"},
	{INITRD "{name: a, random: 1M, seed: -1}\n",
		"x.yaml:5: seed is \"-1\", expected a number (17, 0x11)"},
	{HEAD "except: []\n", "x.yaml:5: except is empty, expected at least one entry"},
	{HEAD "except: [{when: {memory: 64M}}]\n",
		"x.yaml:5: an exception without \"why\", expected that key"},
	{HEAD "except: [{why: x}]\n", "x.yaml:5: an exception without \"when\", expected that key"},
	{HEAD "long: [{when: {kernel: k1}}]\n",
		"x.yaml:5: a rule for long cells without \"why\", expected that key"},
	{HEAD "except: [{when: {}, why: x}]\n",
		"x.yaml:5: when is empty, expected at least one entry"},
	{HEAD "except: [{when: {rom: stock}, why: x}]\n",
		"x.yaml:5: unknown key \"rom\", expected one of: memory, kernel"},
	{HEAD "except: [{when: {memory: 128M}, why: x}]\n",
		"x.yaml:5: memory \"128M\" fits no value, expected one of: 64m, 5g"},
	{HEAD "except: [{when: {kernel: [k*, x*]}, why: x}]\n",
		"x.yaml:5: kernel \"x*\" fits no value, expected one of: k1, k2"},
	{HEAD "except: [{when: {kernel: []}, why: x}]\n",
		"x.yaml:5: kernel is empty, expected at least one entry"},
	{HEAD "except: [{when: {kernel: '*'}, why: x}]\n",
		"x.yaml: no cell is left, expected an `except` that leaves some"},
	{HEAD "skip: [{when: {memory: 64M}}]\n",
		"x.yaml:5: a skip without \"why\", expected that key"},
	{HEAD "expect_fail: [{class: hang, why: x}]\n",
		"x.yaml:5: an expected failure without \"bug\", expected that key"},
	{HEAD "retry: [{class: panic, why: x}]\n",
		"x.yaml:5: a retry without \"bug\", expected that key"},
	{HEAD "retry: [{why: x, bug: B1}]\n",
		"x.yaml:5: a retry without \"class\", expected that key"},
	{HEAD "expect_fail: [{class: hung, why: x, bug: B1}]\n",
		"x.yaml:5: class is \"hung\", did you mean \"hang\"? Expected one of: panic, "
		"reset, hang, slow, silent, exit, serial, layout, refused, crash"},
	{HEAD "expect_fail: [{class: layout, why: x, bug: B1}]\n",
		"x.yaml:5: class layout without rule, expected the rule of the layout (I5)"},
	{HEAD "expect_fail: [{class: layout, rule: [], why: x, bug: B1}]\n",
		"x.yaml:5: rule is empty, expected at least one entry"},
	{HEAD "expect_fail: [{class: layout, rule: I5a I5b, why: x, bug: B1}]\n",
		"x.yaml:5: rule \"I5a I5b\", expected the id of a rule (I5a)"},
	{HEAD "expect_fail: [{class: hang, rule: I5, why: x, bug: B1}]\n",
		"x.yaml:5: class hang with a rule, expected it with class layout only"},
	{HEAD "layout: full\ncompare: {axis: rom}\n",
		"x.yaml:6: compare: axis \"rom\", expected an axis of this case with two values"},
	{HEAD "layout: full\ncompare: {axis: memory, lawful: [{fact: eax}]}\n",
		"x.yaml:6: a lawful difference without \"why\", expected that key"},
	{HEAD "layout: full\ncompare: {axis: memory, lawful: [{fact: eax, why: x, when: {memory: "
	      "64M}}]}\n",
		"x.yaml:6: when: memory, expected another axis than the one that is compared"},
	{HEAD "compare: {axis: memory}\n", "x.yaml:5: compare without layout, expected layout: "
					   "entry or full, or facts: report"},
	{HEAD "compare: {axis: memory, facts: reports}\n",
		"x.yaml:5: facts is \"reports\", did you mean \"report\"? Expected one of: layout, "
		"report"},
	{HEAD "layout: full\npick: pairwise\ncompare: {axis: memory}\n",
		"x.yaml:7: compare beside pick, expected pick: all"},
	{HEAD "layout: full\nexpect_fail: [{class: hang, why: x, bug: B1}]\ncompare: {axis: "
	      "memory}\n",
		"x.yaml:7: compare beside expect_fail, expected a case of its own for that"},
	{HEAD "expect:\n  - within: 10s\n", "x.yaml:6: an expectation without a pattern, expected "
					    "one of: serial, debug, pv, emulator"},
	{HEAD "expect:\n  - {serial: a, debug: b}\n",
		"x.yaml:6: debug beside serial, expected one channel here"},
	{HEAD "expect:\n  - serial: 'a('\n",
		"x.yaml:6: serial: the pattern: missing closing parenthesis, at byte 2"},
	{HEAD "expect:\n  - serial: 'a*'\n", "x.yaml:6: serial: the pattern: it matches an empty "
					     "line, expected a pattern that can fail"},
	{HEAD "expect:\n  - serial: '${memory'\n",
		"x.yaml:6: serial: the pattern: \"${memory\" has no end, expected ${name}"},
	{HEAD "expect:\n  - serial: ''\n", "x.yaml:6: serial is empty, expected one line of text"},
	{HEAD "expect:\n  - serial: a\n    equals: {crc: x}\n",
		"x.yaml:6: serial: the pattern: it has no group \"crc\", expected (?<crc>…) in it"},
	{HEAD "expect:\n  - serial: a\n    equals: {}\n",
		"x.yaml:7: equals is empty, expected at least one entry"},
	{HEAD "forbid:\n  - {serial: a, within: 1s}\n",
		"x.yaml:6: unknown key \"within\", expected one of: when, serial, debug, pv, "
		"emulator"},
	{HEAD "expect:\n  - {serial: a, prompt: perhaps}\n",
		"x.yaml:6: prompt is \"perhaps\", expected one of: no, yes, false, true"},
	{HEAD "end: stop\n",
		"x.yaml:5: end is \"stop\", expected one of: poweroff, none, refused, reset, halt"},
	{HEAD "end: refused\n", "x.yaml:5: how: refused without refusal, expected refusal: a "
				"pattern for the words of the refusal"},
	{HEAD "end: {how: refused}\n", "x.yaml:5: how: refused without refusal, expected refusal: "
				       "a pattern for the words of the refusal"},
	{HEAD "end: {how: none, refusal: a}\n",
		"x.yaml:5: how: none with refusal, expected it with how: refused only"},
	{HEAD "end: {how: refused, refusal: 'a('}\n",
		"x.yaml:5: refusal: the pattern: missing closing parenthesis, at byte 2"},
	{HEAD "end: {how: refused, refusal: '${memory}'}\n",
		"x.yaml:5: refusal: a variable, expected a pattern without"},
	{HEAD "end:\n  - how: none\n  - how: reset\n", "x.yaml:7: an ending behind one for every "
						       "cell (line 6), expected it to be the last"},
	{HEAD "end: []\n", "x.yaml:5: end is empty, expected at least one entry"},
	{HEAD "end: none\n", "x.yaml: x:memory=64m,kernel=k1 ends in no way and has no "
			     "expectation, so it cannot fail: expected one"},
	{HEAD "expect: [{serial: a, when: {memory: 64M}}]\nexcept: [{when: {memory: 64M}, why: "
	      "x}]\n",
		"x.yaml:5: an expectation for no cell, expected one at least"},
	{HEAD "expect_fail: [{class: hang, why: x, bug: B1, when: {memory: 64M}}]\nexcept: [{when: "
	      "{memory: 64M}, why: x}]\n",
		"x.yaml:5: an expected failure for no cell, expected one at least"},
	{HEAD "retry: [{class: hang, why: x, bug: B1, when: {memory: 64M}}]\nexcept: [{when: "
	      "{memory: 64M}, why: x}]\n",
		"x.yaml:5: a retry for no cell, expected one at least"},
};

static void assert_wrong(const char *text, const char *message)
{
	struct error error = {"no error"};
	struct cell_list cells = {0};
	struct test_case *test_case = load_text(text, &error);

	if (test_case)
		assert_int_equal(cells_expand(test_case, &cells, &error), -1);
	assert_string_equal(error.text, message);
	cells_free(&cells);
	case_free(test_case);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
		assert_wrong(wrongs[i].text, wrongs[i].message);
}

static void assert_no_file(const char *path, const char *message)
{
	struct error error = {"no error"};

	assert_null(case_load(path, &error));
	assert_string_equal(error.text, message);
}

static void test_files(void **state)
{
	static const char good[] = "about: a\naxes: {kernel: [k]}\n";

	(void)state;
	assert_no_file("y.yaml", "y.yaml: No such file or directory");
	assert_no_file(".", ".: not a regular file, expected a case file");
	write_bytes("y.yaml", good, sizeof(good));
	assert_no_file("y.yaml", "y.yaml:3: control byte 0x00, expected text");
	write_bytes("X_1.yaml", good, sizeof(good) - 1);
	assert_no_file("X_1.yaml", "X_1.yaml:1: name \"X_1\", expected 1 to 24 of a-z 0-9 . -");
	unlink("X_1.yaml");
}

/* Text of @count copies between two ends. malloc'ed. */
static char *repeat(const char *before, const char *item, size_t count, const char *after)
{
	struct buffer text = {0};

	buffer_add_text(&text, before);
	for (size_t i = 0; i < count; i++)
		buffer_add_text(&text, item);
	buffer_add_text(&text, after);
	return buffer_take(&text);
}

static void test_bounds(void **state)
{
	static const struct {
		const char *before, *item;
		size_t count;
		const char *after, *message;
	} bounds[] = {
		{"about: a\n", "#123456\n", 131072, "",
			"x.yaml: more than 1048576 bytes, expected a case file of at most 1 MiB"},
		{"about: a\ntags: [", "x, ", 5000, "]\n",
			"x.yaml:2: a list with more than 4096 entries, expected fewer"},
		{"about: ", "[", 500000, "\n", "x.yaml:1: nested 17 deep, expected at most 16"},
		{"about: ", "{a: ", 100000, "\n", "x.yaml:1: nested 17 deep, expected at most 16"},
		{"a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
		 "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n"
		 "e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: [",
			"*e, ", 100, "]\n",
			"x.yaml:6: more than 200000 nodes once aliases are followed, "
			"expected fewer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		char *text =
			repeat(bounds[i].before, bounds[i].item, bounds[i].count, bounds[i].after);

		assert_wrong(text, bounds[i].message);
		free(text);
	}
}

/* Three axes of two hundred values, and a pick behind them. */
static char *large(const char *pick)
{
	struct buffer text = {0};

	buffer_add_text(&text, "about: a\naxes:\n");
	for (unsigned axis = 0; axis < 3; axis++) {
		buffer_printf(&text, "  %s: [",
			axis == 0   ? "kernel"
			: axis == 1 ? "initrd"
				    : "resets");
		for (unsigned i = 0; i < 200; i++)
			buffer_printf(&text, "%s%u, ", axis == 2 ? "" : "v", i);
		buffer_add_text(&text, "]\n");
	}
	buffer_add_text(&text, pick);
	return buffer_take(&text);
}

static void test_too_many(void **state)
{
	char *all = large("pick: all\n");
	char *starved = large(
		"pick: {sample: 1000}\nexcept:\n"
		"  - {when: {kernel: [v1*, v2*, v3*, v4*, v5*, v6*, v7*, v8*, v9*]}, why: x}\n"
		"  - {when: {initrd: [v1*, v2*, v3*, v4*, v5*, v6*, v7*, v8*, v9*]}, why: x}\n");

	(void)state;
	assert_wrong(all, "x.yaml: more than 1000000 combinations, expected fewer or a pick of "
			  "them");
	assert_wrong(starved,
		"x.yaml: pick: found 6 of 1000 cells, expected an `except` that leaves more");
	free(all);
	free(starved);
}

/* The list of what is known grows with the runner. */
static void test_variables(void **state)
{
	struct buffer known = {0}, message = {0};

	(void)state;
	for (size_t i = 0; case_variables[i]; i++)
		buffer_printf(&known, "%s%s", i ? ", " : "", case_variables[i]);
	buffer_printf(&message,
		"x.yaml:6: serial: the pattern: unknown variable ${memroy}, expected one of: %s",
		known.data);
	assert_wrong(HEAD "expect:\n  - serial: 'a${memroy}'\n", message.data);
	buffer_clear(&message);
	buffer_printf(&message, "x.yaml:8: equals: unknown variable ${x}, expected one of: %s",
		known.data);
	assert_wrong(HEAD "expect:\n  - serial: '(?<a>b)'\n    equals:\n"
			  "      a: '${initrd}${x}'\n",
		message.data);
	buffer_free(&known);
	buffer_free(&message);
}

static void test_same_name(void **state)
{
	struct cell_list cells = {0};
	struct test_case *first = expand_text("about: a\naxes: {kernel: [k]}\n", &cells);
	struct error error;

	(void)state;
	assert_int_equal(cells_expand(first, &cells, &error), -1);
	assert_string_equal(error.text,
		"x.yaml: the case \"x\" is already there (x.yaml), expected another name");
	cells_free(&cells);
	case_free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages),
		cmocka_unit_test(test_files), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_variables),
		cmocka_unit_test(test_same_name)};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
