/* Pairs: facts compared one by one, differences that are declared, mates that stay together. */
#include "test_case.h"

#include "check/facts.h"
#include "run/pair.h"

static const char matrix[] =
	"about: pairs\n"
	"axes:\n"
	"  rom: [stock, dkboot]\n"
	"  memory: [64M, 1G, 2G]\n"
	"  kernel: [{name: old, probe: {protocol: 2.00}}, {name: new, probe: {protocol: 2.15}}]\n"
	"except: [{when: {rom: stock, memory: 2G}, why: one is alone}]\n"
	"skip: [{when: {rom: stock, memory: 1G, kernel: old}, why: slow}]\n"
	"layout: full\n"
	"compare:\n"
	"  axis: rom\n"
	"  lawful:\n"
	"    - {fact: eax, why: never promised}\n"
	"    - {when: {kernel: new}, fact: 'ramdisk_*', why: higher is better}\n";

static void assert_difference(const struct fact_difference *found, const char *fact,
	const char *first, const char *second)
{
	assert_string_equal(found->fact, fact);
	assert_string_equal(found->first, first);
	assert_string_equal(found->second, second);
}

static void test_facts(void **state)
{
	struct fact_differences found = facts_compare("cs:ip 1020:0\neax 0\nsame 1\nRAM (e820 type "
						      "1) 0-9fc00\nRAM (e820 type 1) 100-200\n"
						      "gone 7\neax2 5\n",
		"cs:ip 1020:0\neax 10\nsame 1\nRAM (e820 type 1) 0-9fc00\nRAM (e820 type 1) "
		"100-300\n"
		"come 8\neax2 5");

	(void)state;
	assert_int_equal(found.count, 4);
	assert_difference(&found.list[0], "eax", "0", "10");
	assert_difference(
		&found.list[1], "RAM (e820 type 1)", "0-9fc00, 100-200", "0-9fc00, 100-300");
	assert_difference(&found.list[2], "gone", "7", "nothing");
	assert_difference(&found.list[3], "come", "nothing", "8");
	facts_free(&found);
	assert_int_equal(facts_compare("a 1\nb 2\n", "b 2\na 1\n").count, 0);
	assert_int_equal(facts_compare("", "").count, 0);
}

/* The cells of the matrix, but for those of 2G: rom, memory and kernel count up in this order. */
enum { STOCK_64M_OLD, STOCK_64M_NEW, STOCK_1G_OLD, STOCK_1G_NEW, OURS_64M_OLD, OURS_64M_NEW };

static void assert_compared(
	const struct cell *cell, const char *facts, const char *mate_facts, const char *expected)
{
	char *wrong = pair_compare(cell, facts, mate_facts);

	if (!expected)
		assert_null(wrong);
	else
		assert_string_equal(wrong ? wrong : "nothing", expected);
	free(wrong);
}

static void test_compare(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	const struct cell *old = &cells.cells[STOCK_64M_OLD], *new = &cells.cells[OURS_64M_NEW];

	(void)state;
	assert_id(old, "x:rom=stock,memory=64m,kernel=old");
	assert_id(new, "x:rom=dkboot,memory=64m,kernel=new");
	assert_compared(old, "eax 0\nebx 0\n", "eax 1\nebx 0\n", NULL);
	assert_compared(
		old, "eax 0\nebx 0\n", "eax 1\nebx 2\n", "ebx: 0 with stock, 2 with dkboot");
	assert_compared(old, "eax 0\nramdisk_image 1\n", "eax 1\nramdisk_image 2\n",
		"ramdisk_image: 1 with stock, 2 with dkboot");
	assert_compared(new, "eax 0\nramdisk_image 1\n", "eax 1\nramdisk_image 2\n", NULL);
	assert_compared(new, "eax 0\nramdisk_image 1\n", "eax 1\nramdisk_image 1\n",
		"ramdisk_*: the same twice, but declared to differ lawfully (higher is better)");
	assert_compared(old, "eax 0\n", "eax 0\n",
		"eax: the same twice, but declared to differ lawfully (never promised)");
	cells_free(&cells);
	case_free(test_case);
}

static void assert_apart(
	const struct cell_list *cells, const struct cell *cell, const char *expected)
{
	char *why = pair_apart(cells, "/nonexistent", cell);

	if (!expected)
		assert_null(why);
	else
		assert_string_equal(why ? why : "nothing", expected);
	free(why);
}

static void test_apart(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(matrix, &cells);
	struct cell_list few = {.cells = cells.cells, .count = OURS_64M_NEW};

	(void)state;
	assert_apart(&cells, &cells.cells[STOCK_64M_NEW], NULL);
	assert_apart(&cells, &cells.cells[OURS_64M_NEW], NULL);
	assert_apart(&few, &cells.cells[STOCK_64M_NEW],
		"nothing to compare with: x:rom=dkboot,memory=64m,kernel=new is not in this run");
	assert_apart(&cells, &cells.cells[OURS_64M_NEW + 1],
		"nothing to compare with: x:rom=stock,memory=1g,kernel=old is skipped");
	assert_apart(&cells, &cells.cells[cells.count - 1],
		"nothing to compare with: x:rom=stock,memory=2g,kernel=new is not in this run");
	test_case->layout = LAYOUT_OFF;
	assert_apart(&cells, &cells.cells[STOCK_64M_NEW],
		"nothing to compare: layouts are not looked at in this run");
	test_case->layout = LAYOUT_FULL;
	test_case->axes[AXIS_ROM].count = 1;
	assert_apart(&cells, &cells.cells[STOCK_64M_NEW],
		"nothing to compare with: rom has one value in this run");
	test_case->axes[AXIS_ROM].count = 2;
	cells_free(&cells);
	case_free(test_case);
}

static void assert_pairs(const struct cell_list *shard)
{
	struct cell mate;

	for (size_t i = 0; i < shard->count; i++) {
		const struct cell *cell = &shard->cells[i];

		assert_true(cell_mate(cell, &mate));
		if (cell_value(cell, AXIS_MEMORY)->number < 2147483648u)
			assert_in_range(cells_find(shard, &mate), 0, shard->count - 1);
	}
}

static void test_shards(void **state)
{
	size_t count = 0;

	(void)state;
	for (unsigned index = 1; index <= 3; index++) {
		struct cell_list cells = {0};
		struct test_case *test_case = expand_text(matrix, &cells);

		cells_shard(&cells, index, 3);
		assert_pairs(&cells);
		assert_in_range(cells.count, 1, 5);
		count += cells.count;
		cells_free(&cells);
		case_free(test_case);
	}
	assert_int_equal(count, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_shards),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
