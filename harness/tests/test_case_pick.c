/* Pairwise covers are covers, samples are samples. */
#include "test_case.h"

#include "case/pick.h"

/* All axes that matter for constraints, and rules that push each other around. */
static const char pairwise[] =
	"about: a\n"
	"axes:\n"
	"  kernel: [a1, a2, a3, a4, a5, b1, b2]\n"
	"  initrd: [none, i1, i2, i3]\n"
	"  machine: [pc, q35]\n"
	"  memory: [64M, 128M, 512M, 5G]\n"
	"  vcpus: [1, 2, 8]\n"
	"  resets: [0, 1]\n"
	"  source: [fwcfg-dma, fwcfg-pio]\n"
	"pick: pairwise\n"
	"except:\n"
	"  - {when: {kernel: b*, initrd: i*}, why: takes none}\n"
	"  - {when: {memory: 64M, initrd: [i2, i3]}, why: too large}\n"
	"  - {when: {kernel: a1, machine: q35, vcpus: [1, 2]}, why: x}\n"
	"  - {when: {kernel: a1, vcpus: 8, resets: 1}, why: x}\n"
	"  - {when: {source: fwcfg-pio, memory: 5G, kernel: [a2, a3], initrd: none}, why: x}\n";

/* Whether a pair of values is in any of the cells. */
static bool has_pair(const struct cell_list *cells, unsigned a, size_t i, unsigned b, size_t j)
{
	for (size_t k = 0; k < cells->count; k++)
		if (cells->cells[k].at[a] == i && cells->cells[k].at[b] == j)
			return true;
	return false;
}

/* The proof asks the plain product, not the code that made the cover. */
static void assert_cover(const struct cell_list *all, const struct cell_list *cover)
{
	const struct test_case *from = all->cells[0].from;
	size_t pairs = 0, impossible = 0;

	for (unsigned a = 0; a < AXES; a++)
		for (unsigned b = a + 1; b < AXES; b++)
			for (size_t i = 0; i < from->axes[a].count; i++)
				for (size_t j = 0; j < from->axes[b].count; j++) {
					bool possible = has_pair(all, a, i, b, j);

					assert_int_equal(has_pair(cover, a, i, b, j), possible);
					pairs++;
					impossible += !possible;
				}
	print_message("%zu pairs of values, %zu of them excepted, in %zu of %zu cells\n", pairs,
		impossible, cover->count, all->count);
}

static void test_pairwise(void **state)
{
	struct cell_list cover = {0}, all = {0}, again = {0};
	struct test_case *test_case = expand_text(pairwise, &cover);

	(void)state;
	test_case->pick = PICK_ALL;
	assert_int_equal(cells_expand(test_case, &all, NULL), 0);
	assert_cover(&all, &cover);
	assert_in_range(cover.count, 7 * 4 - 2 * 3, 36);
	test_case->pick = PICK_PAIRWISE;
	assert_int_equal(cells_expand(test_case, &again, NULL), 0);
	assert_int_equal(again.count, cover.count);
	assert_memory_equal(again.cells, cover.cells, cover.count * sizeof(*cover.cells));
	cells_free(&cover);
	cells_free(&all);
	cells_free(&again);
	case_free(test_case);
}

/* A planted fault: a cover without one of its cells that alone has a pair is no cover. */
static void test_proof_can_fail(void **state)
{
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text("about: a\n"
						  "axes: {kernel: [a, b], memory: [64M, 1G]}\n"
						  "pick: pairwise\n",
		&cells);

	(void)state;
	assert_int_equal(cells.count, 4);
	assert_true(has_pair(&cells, AXIS_MEMORY, 1, AXIS_KERNEL, 1));
	cells.count--;
	assert_false(has_pair(&cells, AXIS_MEMORY, 1, AXIS_KERNEL, 1));
	cells_free(&cells);
	case_free(test_case);
}

static char *product(const char *pick, unsigned values)
{
	static const char *const axes[] = {"kernel", "initrd", "cpu", "machine"};
	struct buffer text = {0};

	buffer_add_text(&text, "about: a\naxes:\n");
	for (unsigned axis = 0; axis < 4; axis++) {
		buffer_printf(&text, "  %s: [", axes[axis]);
		for (unsigned i = 0; i < values; i++)
			buffer_printf(&text, "v%u, ", i);
		buffer_add_text(&text, "]\n");
	}
	buffer_printf(&text, "pick: %s\nexcept: [{when: {kernel: v1}, why: x}]\n", pick);
	return buffer_take(&text);
}

static void assert_sample(unsigned values, const char *pick, size_t expected)
{
	char *text = product(pick, values);
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(text, &cells);

	assert_int_equal(cells.count, expected);
	for (size_t i = 0; i < cells.count; i++) {
		assert_int_not_equal(cells.cells[i].at[AXIS_KERNEL], 1);
		if (i) /* in order, and so each once */
			assert_true(memcmp(cells.cells[i - 1].at, cells.cells[i].at,
					    sizeof(cells.cells[i].at)) != 0);
	}
	cells_free(&cells);
	case_free(test_case);
	free(text);
}

static void test_samples(void **state)
{
	(void)state;
	assert_sample(4, "{sample: 40, seed: 1}", 40);
	assert_sample(4, "{sample: 192, seed: 1}", 192);
	assert_sample(4, "{sample: 1000}", 192);  /* all there are */
	assert_sample(100, "{sample: 500}", 500); /* of 100,000,000 */
}

/* So many draws from so few that some come twice. */
static void test_draws(void **state)
{
	struct buffer text = {0};
	struct cell_list cells = {0};
	struct test_case *test_case;

	(void)state;
	buffer_add_text(&text, "about: a\naxes:\n");
	for (unsigned axis = 0; axis < 3; axis++) {
		buffer_printf(&text, "  %s: [",
			axis == 0   ? "kernel"
			: axis == 1 ? "initrd"
				    : "cpu");
		for (unsigned i = 0; i < 110; i++)
			buffer_printf(&text, "v%u, ", i);
		buffer_add_text(&text, "]\n");
	}
	buffer_add_text(&text, "pick: {sample: 20000}\nexcept: [{when: {kernel: v??*}, why: x}]\n");
	test_case = expand_text(text.data, &cells);
	assert_int_equal(cells.count, 20000);
	for (size_t i = 1; i < cells.count; i++)
		assert_memory_not_equal(
			cells.cells[i - 1].at, cells.cells[i].at, sizeof(cells.cells[i].at));
	cells_free(&cells);
	case_free(test_case);
	buffer_free(&text);
}

static void assert_first(unsigned values, const char *id)
{
	char *text = product("{sample: 3, seed: 42}", values);
	struct cell_list cells = {0};
	struct test_case *test_case = expand_text(text, &cells);

	assert_id(&cells.cells[0], id);
	cells_free(&cells);
	case_free(test_case);
	free(text);
}

/* The same cells for a seed on every machine: written down, for both ways to draw. */
static void test_sample_golden(void **state)
{
	(void)state;
	assert_first(100, "x:machine=v26,cpu=v89,kernel=v22,initrd=v91");
	assert_first(4, "x:machine=v1,cpu=v3,kernel=v0,initrd=v1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairwise),
		cmocka_unit_test(test_proof_can_fail), cmocka_unit_test(test_samples),
		cmocka_unit_test(test_draws), cmocka_unit_test(test_sample_golden)};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
