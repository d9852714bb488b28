/* The grammar of --filter, and its error lines. */
#include "test_case.h"

static const char matrix[] = "about: a\n"
			     "tags: [gate, quick-one]\n"
			     "axes:\n"
			     "  kernel: [linux-6.1, probe-2.00]\n"
			     "  memory: [64M, 512M, 5G]\n"
			     "  machine: [pc, q35]\n"
			     "  resets: [0, 2]\n"
			     "long:\n"
			     "  - {when: {memory: 5G, machine: q35}, why: b}\n";

static size_t count(const struct cell_list *all, const char *text)
{
	struct error error = {""};
	struct filter *filter = filter_parse(text, &error);
	size_t fits = 0;

	if (!filter)
		fail_msg("%s: %s", text, error.text);
	for (size_t i = 0; i < all->count; i++)
		fits += filter_fits(filter, &all->cells[i]);
	filter_free(filter);
	return fits;
}

static void test_grammar(void **state)
{
	static const struct {
		const char *text;
		size_t fits;
	} right[] = {
		{"machine=pc", 12},
		{"machine = pc", 12},
		{"machine!=pc", 12},
		{"kernel=linux-*", 12},
		{"memory=512M", 8},
		{"memory=5120M", 8},
		{"memory=5*", 16},
		{"memory<512M", 8},
		{"memory <= 512M", 16},
		{"memory>512M", 8},
		{"memory>=64M", 24},
		{"resets>0", 12},
		{"vcpus=1", 24},
		{"rom=dkboot", 24},
		{"tag=gate", 24},
		{"tag=quick-*", 24},
		{"tag!=gate", 0},
		{"tag=slow", 0},
		{"tag=long", 4},
		{"tag=l*", 4},
		{"not tag=long", 20},
		{"tag!=long", 20},
		{"case=x", 24},
		{"case!=x", 0},
		{"x:*", 24},
		{"*q35*", 12},
		{"x:machine=pc,memory=64m,kernel=linux-6.1,resets=0", 1},
		{"x:machine=?c,*", 12},
		{"machine=pc and memory=5G", 4},
		{"machine=pc && memory=5G", 4},
		{"machine=pc&&memory=5G", 4},
		{"machine=pc or memory=5G", 16},
		{"machine=pc||memory=5G", 16},
		{"not machine=pc", 12},
		{"!machine=pc", 12},
		{"not not machine=pc", 12},
		{"machine=pc and memory=5G or resets=2", 14},
		{"machine=pc and (memory=5G or resets=2)", 8},
		{"(machine=pc)", 12},
		{"!(machine=pc and memory=5G)", 20},
		{"  machine=pc  ", 12},
	};
	struct cell_list all = {0};
	struct test_case *test_case = expand_text(matrix, &all);

	(void)state;
	assert_int_equal(all.count, 24);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (count(&all, right[i].text) != right[i].fits)
			fail_msg("%s: %zu cells, expected %zu", right[i].text,
				count(&all, right[i].text), right[i].fits);
	cells_free(&all);
	case_free(test_case);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{"", "filter, position 1, at \"the end\": expected AXIS=VALUE, tag=NAME, "
		     "case=NAME, "
		     "a glob, not or ("},
		{"machine", "filter, position 8, at \"the end\": expected one of: = !="},
		{"memory", "filter, position 7, at \"the end\": expected one of: = != < <= > >="},
		{"machine=", "filter, position 9, at \"the end\": expected a value or a glob"},
		{"machine<pc",
			"filter, position 8, at \"<pc\": expected = or != (only memory, vcpus "
			"and resets are compared by size)"},
		{"memory<lots", "filter, position 8, at \"lots\": expected a size (512M)"},
		{"resets<many", "filter, position 8, at \"many\": expected a number"},
		{"kernle=a",
			"filter, position 1, at \"kernle=a\": expected \"kernel\"? Or one of: "
			"engine, machine, firmware, rom, via, source, cpu, vcpus, memory, devices, "
			"kernel, initrd, cmdline, entry, resets, move, case, tag; or a glob with "
			"':' or "
			"'*' "
			"for the whole id"},
		{"machine=pc machine=q35",
			"filter, position 12, at \"machine=q35\": expected and, or, or the end"},
		{"(machine=pc", "filter, position 12, at \"the end\": expected \")\""},
		{"machine=pc)", "filter, position 11, at \")\": expected and, or, or the end"},
		{"machine=pc and", "filter, position 15, at \"the end\": expected AXIS=VALUE, "
				   "tag=NAME, case=NAME, a glob, not or ("},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = {""};

		assert_null(filter_parse(wrong[i].text, &error));
		assert_string_equal(error.text, wrong[i].message);
	}
}

static void test_depth(void **state)
{
	char text[1001];
	struct error error;

	(void)state;
	memset(text, '(', 1000);
	text[1000] = '\0';
	assert_null(filter_parse(text, &error));
	assert_non_null(strstr(error.text, "fewer than 64"));
}

static void test_list(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	struct filter *filter = filter_parse("memory=5G and resets=2", NULL);

	(void)state;
	cells_filter(&cells, filter);
	assert_int_equal(cells.count, 4);
	assert_id(&cells.cells[0], "x:machine=pc,memory=5g,kernel=linux-6.1,resets=2");
	filter_free(filter);
	cells_free(&cells);
	case_free(test_case);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_errors), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_list)};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
