/* Names of fw_cfg files: which are ours, which only look like it. */
#include "tests/testing.h"

#include "source/files.h"

struct row {
	const char *name;
	uint32_t file; /* FILES: none of ours */
};

static const struct row rows[] = {
	{"opt/org.dkboot/entry", FILE_ENTRY},
	{"opt/org.dkboot/multiboot2", FILE_MULTIBOOT2},
	{"opt/org.dkboot/cmdline", FILE_CMDLINE},
	{"opt/org.dkboot/module/0", FILE_MODULE},
	{"opt/org.dkboot/module/1", FILE_MODULE + 1},
	{"opt/org.dkboot/module/9", FILE_MODULE + 9},
	{"opt/org.dkboot/module/10", FILE_MODULE + 10},
	{"opt/org.dkboot/module/15", FILE_MODULE + 15},
	{"opt/org.dkboot/module/0.cmdline", FILE_MODULE_CMDLINE},
	{"opt/org.dkboot/module/15.cmdline", FILE_MODULE_CMDLINE + 15},
	{"opt/org.dkboot/module/16", FILES},
	{"opt/org.dkboot/module/20", FILES},
	{"opt/org.dkboot/module/00", FILES},
	{"opt/org.dkboot/module/", FILES},
	{"opt/org.dkboot/module/x", FILES},
	{"opt/org.dkboot/module", FILES},
	{"opt/org.dkboot/module/1.cmdlines", FILES},
	{"opt/org.dkboot/module/1.cmd", FILES},
	{"opt/org.dkboot/entry2", FILES},
	{"opt/org.dkboot/entr", FILES},
	{"opt/org.dkboot/", FILES},
	{"opt/org.dkboot", FILES},
	{"org.dkboot/entry", FILES},
	{"etc/e820", FILES},
	{"", FILES},
};

static void test_note(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct file file[FILES] = {{0}};
		struct file_entry entry = {0x78563412, 0x2a00, 0, ""};

		snprintf(entry.name, sizeof(entry.name), "%s", rows[i].name);
		files_note(file, &entry);
		for (uint32_t f = 0; f < FILES; f++) {
			check_row(rows[i].name, file[f].key, f == rows[i].file ? 0x2a : 0);
			check_row(rows[i].name, file[f].size, f == rows[i].file ? 0x12345678 : 0);
		}
	}
}

/* All 56 bytes may be anything. */
static void test_unterminated(void **state)
{
	struct file file[FILES] = {{0}};
	struct file_entry entry;

	(void)state;
	memset(&entry, '1', sizeof(entry));
	memcpy(entry.name, "opt/org.dkboot/module/", 22);
	files_note(file, &entry);
	for (uint32_t f = 0; f < FILES; f++)
		assert_int_equal(file[f].key, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_unterminated),
	};

	return cmocka_run_group_tests_name("rom/files", tests, NULL, NULL);
}
