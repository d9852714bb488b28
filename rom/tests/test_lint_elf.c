/* lint-elf: each fault that it knows is planted once, in a little program linked as the ROM is. */
#define _POSIX_C_SOURCE 200809L /* mkdtemp(), popen() */

#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>

#define SOUND                                                                                      \
	".section .head, \"ax\"\n.code16\nmovw %ax, %bx\n.text\n.code32\nret\n"                    \
	".section .above486, \"ax\"\ncpuid\nrdmsr\nwrmsr\n.section .rodata\n.long 1\n"

static const struct fault {
	const char *source, *complaint; /* NULL: it has none */
} faults[] = {
	{SOUND, NULL},
	{SOUND ".text\ncmovz %eax, %ebx\n", "above i486"},
	{SOUND ".section .head\n.code16\ncmovz %ax, %bx\n", "above i486"},
	{SOUND ".text\ncpuid\n", "above i486"},
	{SOUND ".section .above486\nrdtsc\n", "above i486"},
	{SOUND ".section .rodata\nhere: .long here\n", "relocations"},
	{SOUND ".data\n.long 1\n", "writable"},
	{SOUND ".bss\n.skip 4\n", "writable"},
};

static char folder[] = "/tmp/dkboot-lint.XXXXXX";

static int leave_folder(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static void write_source(const char *text)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s/x.s", folder);
	f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The ROM's linker script looks for some of this itself, which is not what is tested. */
static void build(const char *source)
{
	char command[1024];

	write_source(source);
	snprintf(command, sizeof(command),
		"d=%s; sed /ASSERT/d rom/rom.ld >$d/x.ld && as --32 -o $d/x.o $d/x.s && "
		"ld -m elf_i386 -pie --no-dynamic-linker --no-warn-rwx-segments -T $d/x.ld -o "
		"$d/x.elf $d/x.o 2>$d/said",
		folder);
	assert_int_equal(system(command), 0);
}

/* What lint-elf says, and whether it fails. The words that it is given are the build's. */
static bool lint(char *said, size_t size)
{
	char command[1024];
	FILE *pipe;
	size_t have;

	snprintf(command, sizeof(command),
		"rom/tests/lint-elf %s/x.elf \"$(sed -n 's/^ROM_TOO_NEW := //p' rom/build.mk)\" "
		"2>&1",
		folder);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	have = fread(said, 1, size - 1, pipe);
	said[have] = 0;
	return pclose(pipe) == 0;
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const char *complaint = faults[i].complaint;
		char said[4096];
		bool passed;

		build(faults[i].source);
		passed = lint(said, sizeof(said));
		if (passed != !complaint || (complaint && !strstr(said, complaint)))
			fail_msg("fault %zu: %s, expected %s", i, said,
				complaint ? complaint : "silence");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults)};

	return cmocka_run_group_tests_name("rom/lint-elf", tests, enter_folder, leave_folder);
}
