/* The table of other ROMs' bugs: made from a case file, and held by the README. */
#include "test_case.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/bugs.h"

#define HEAD "| what goes wrong | stock | dkboot | where |\n|---|---|---|---|\n"

static const char matrix[] =
	"about: bugs\n"
	"axes:\n"
	"  rom: [dkboot, stock]\n"
	"  memory: [64M, 1G]\n"
	"  kernel: [{name: old, probe: {protocol: 2.00}}, {name: new, probe: {protocol: 2.15}}]\n"
	"expect_fail:\n"
	"  - {when: {rom: stock, kernel: old}, class: layout, rule: [I2b, I8], why: a|b, bug: B1}\n"
	"  - {when: {rom: dkboot, kernel: old, memory: 1G}, class: hang, why: ours, bug: B2}\n"
	"  - {when: {kernel: new, memory: 1G}, class: refused, why: both, bug: B3}\n"
	"  - {when: {rom: stock, kernel: new}, class: reset, why: one, bug: B4}\n"
	"end:\n"
	"  - {when: {rom: dkboot, kernel: new}, how: refused, refusal: too new}\n"
	"  - how: poweroff\n";

static void test_rows(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	struct buffer table = {0};

	(void)state;
	bugs_table(&cells, &table);
	assert_string_equal(table.data, HEAD "| a\\|b | layout I2b I8 | boots; hang | B1 |\n"
					     "| both | refused | refused | B3 |\n"
					     "| one | reset | refuses: \"too new\" | B4 |\n");
	buffer_free(&table);
	cells_free(&cells);
	case_free(test_case);
}

static void check_readme(const char *root, const char *name)
{
	autofree char *path = format_text("%s/cases/%s.yaml", root, name);
	autofree char *readme = format_text("%s/README.md", root);
	autobuffer struct buffer table = {0}, text = {0};
	struct cell_list cells = {0};
	struct error error;
	struct test_case *test_case = case_load(path, &error);

	if (!test_case || cells_expand(test_case, &cells, &error) ||
		file_read(readme, &text, &error) < 0)
		fail_msg("%s", error.text);
	bugs_table(&cells, &table);
	buffer_add(&text, "", 1);
	if (!strstr(text.data, table.data))
		fail_msg("README.md does not hold what dkboot list --bugs prints of %s", name);
	cells_free(&cells);
	case_free(test_case);
}

static void test_readme(void **state)
{
	const char *told = getenv("DKBOOT_SOURCE"), *root = told ? told : *state;

	check_readme(root, "stock-bugs");
	check_readme(root, "stock-protocols");
	check_readme(root, "stock-xen");
}

int main(void)
{
	static char root[4096]; /* where the sources are, if DKBOOT_SOURCE does not say */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test_prestate(test_readme, root),
	};

	if (!getcwd(root, sizeof(root)))
		return 1;
	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
